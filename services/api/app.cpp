#include "services/api/app.h"

#include <charconv>

#include "services/api/profile.h"
#include "services/api/verified_tokens.h"
#include "store/moderation_rules.h"

namespace whoosh::api {
namespace {

constexpr std::int32_t limit_max = 100;

// The text behind "Bearer ". unauthorized: no header; bad_token: another scheme.
base::Result<std::string_view> bearer_of(const RequestContext& context) {
  const std::string_view header = context.request.headers.get("Authorization");
  if (header.empty()) return Error{ErrorCode::unauthorized};
  constexpr std::string_view scheme = "Bearer ";
  if (!http::same_text(header.substr(0, scheme.size()), scheme)) return Error{ErrorCode::bad_token};
  return header.substr(scheme.size());
}

base::Result<auth::Identity> identity_of(App& app, const RequestContext& context) {
  const auto token = bearer_of(context);
  if (!token) return token.error();
  thread_local VerifiedTokens verified;
  auto identity = verified.check(app.ports.tokens, *token, app.now());
  if (!identity) return identity;
  if (!app.revocations.is_ready()) return Error{ErrorCode::unavailable};
  if (app.ports.revoked.is_revoked(identity->user, identity->session, identity->issued_at)) {
    return Error{ErrorCode::bad_token};
  }
  return identity;
}

base::Result<auth::ServiceToken> service_of(App& app, const RequestContext& context) {
  const auto token = bearer_of(context);
  if (!token) return token.error();
  auto service = app.ports.tokens.check_service(*token, app.now());
  if (service) return service;
  const bool is_person = app.ports.tokens.check_access(*token, app.now()).has_value();
  return is_person ? Error{ErrorCode::forbidden} : service.error();
}

Response answer_of(base::Result<Response> result, const RequestContext& context) {
  if (!result) return http::error_response(result.error(), context.request_id);
  return std::move(*result);
}

http::Awaitable<Response> call_open(App& app, App::Open route, RequestContext& context) {
  co_return answer_of(co_await route(app, context), context);
}

http::Awaitable<Response> call_signed_in(App& app, App::SignedIn route, RequestContext& context) {
  const auto identity = identity_of(app, context);
  if (!identity) co_return http::error_response(identity.error(), context.request_id);
  context.user = base::user_id_text(identity->user);
  co_return answer_of(co_await route(app, context, *identity), context);
}

http::Awaitable<Response> call_checked(App& app, const App::Checked& route,
                                       RequestContext& context) {
  const auto identity = identity_of(app, context);
  if (!identity) co_return http::error_response(identity.error(), context.request_id);
  context.user = base::user_id_text(identity->user);
  co_return answer_of(co_await route(context, *identity), context);
}

http::Awaitable<Response> call_service(App& app, App::Service route, RequestContext& context) {
  const auto service = service_of(app, context);
  if (!service) co_return http::error_response(service.error(), context.request_id);
  context.user = "service:" + service->name;
  co_return answer_of(co_await route(app, context, *service), context);
}

}  // namespace

App::App(const Config& config_in, const Ports& ports_in)
    : config(config_in),
      ports(ports_in),
      passwords(config_in.password_cost),
      workers({config_in.password_threads, config_in.passwords_waiting_max}),
      rates(config_in.rates.enabled, ports_in.rate_limits, ports_in.clock),
      revocations(ports_in, config_in.revocation_poll_ms),
      inviter(ports_in.gateway, ports_in.tokens, ports_in.clock, ports_in.entropy) {}

void App::add_open(http::Router& router, Method method, std::string pattern, Open route) {
  router.add(method, std::move(pattern),
             [this, route](RequestContext& context) { return call_open(*this, route, context); });
}

void App::add(http::Router& router, Method method, std::string pattern, SignedIn route) {
  router.add(method, std::move(pattern), [this, route](RequestContext& context) {
    return call_signed_in(*this, route, context);
  });
}

void App::add_checked(http::Router& router, Method method, std::string pattern, Checked route) {
  router.add(method, std::move(pattern), [this, route = std::move(route)](RequestContext& context) {
    return call_checked(*this, route, context);
  });
}

void App::add_service(http::Router& router, Method method, std::string pattern, Service route) {
  router.add(method, std::move(pattern), [this, route](RequestContext& context) {
    return call_service(*this, route, context);
  });
}

Try<store::Account> App::account_of(RequestContext& context, const auth::Identity& identity) {
  auto account = co_await http::ask<store::Account>(
      context, [&](auto reply) { ports.store.account(identity.user, std::move(reply)); });
  if (!account) {
    const bool erased = account.error().code == ErrorCode::user_not_found;
    co_return erased ? Error{ErrorCode::bad_token} : account.error();
  }
  if (account->is_banned(now())) co_return banned_error(*account);
  co_return account;
}

std::string App::host_of(const RequestContext& context) const {
  if (!config.public_host.empty()) return config.public_host;
  return std::string(context.request.headers.get("Host"));
}

http::Awaitable<> App::hear_revocations(RequestContext& context) {
  using Rows = std::vector<store::Revocation>;
  const base::UnixMs since = now().plus_ms(-revocation_overlap_ms);
  const auto rows = co_await http::ask<Rows>(
      context, [&](auto reply) { ports.store.revocations(now(), since, std::move(reply)); });
  if (rows) revocations.hear(*rows);
}

void add_routes(http::Router& router, App& app) {
  add_auth_routes(router, app);
  add_factor_routes(router, app);
  add_session_routes(router, app);
  add_user_routes(router, app);
  add_export_routes(router, app);
  add_game_routes(router, app);
  add_room_routes(router, app);
  add_match_routes(router, app);
  add_history_routes(router, app);
  add_result_routes(router, app);
  add_economy_routes(router, app);
  add_store_routes(router, app);
  add_admin_user_routes(router, app);
  add_admin_coin_routes(router, app);
  add_admin_room_routes(router, app);
  add_health_routes(router, app);
}

Guest guest_of(const App& app, const RequestContext& context, const auth::Identity& identity,
               const store::Account& account) {
  return {account.id,           shown_name(account),
          account.avatar,       account.total_games < newcomer_games,
          app.host_of(context), identity.session,
          account.look};
}

Error banned_error(const store::Account& account) {
  return store::banned_error(account.banned_until.value_or(store::banned_for_good),
                             account.ban_reason);
}

Error wrong_field(std::string name, std::string why) {
  Error error{ErrorCode::invalid_input};
  error.fields.emplace(std::move(name), std::move(why));
  return error;
}

Error about_page(Error error) {
  if (error.code == ErrorCode::malformed) error.fields.emplace("cursor", "is none of ours");
  return error;
}

base::Result<std::int32_t> limit_of(const RequestContext& context, std::int32_t otherwise) {
  const auto text = context.query("limit");
  if (!text) return otherwise;
  std::int32_t limit = 0;
  const char* const end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, limit);
  if (parsed.ec != std::errc() || parsed.ptr != end || limit < 1 || limit > limit_max) {
    return wrong_field("limit", "must be a whole number from 1 to 100");
  }
  return limit;
}

}  // namespace whoosh::api
