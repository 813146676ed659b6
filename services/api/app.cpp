#include "services/api/app.h"

#include <charconv>

namespace whoosh::api {
namespace {

constexpr std::int32_t limit_max = 100;

base::Result<auth::Identity> identity_of(App& app, const RequestContext& context) {
  const std::string_view header = context.request.headers.get("Authorization");
  if (header.empty()) return Error{ErrorCode::unauthorized};
  constexpr std::string_view scheme = "Bearer ";
  if (!http::same_text(header.substr(0, scheme.size()), scheme)) return Error{ErrorCode::bad_token};
  return app.ports.tokens.check_access(header.substr(scheme.size()), app.now());
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

}  // namespace

App::App(const Config& config_in, const Ports& ports_in)
    : config(config_in),
      ports(ports_in),
      passwords(config_in.password_cost),
      workers({config_in.password_threads, config_in.passwords_waiting_max}),
      rates(config_in.rates.enabled, ports_in.rate_limits, ports_in.clock),
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

Try<store::Account> App::account_of(RequestContext& context, const auth::Identity& identity) {
  auto account = co_await http::ask<store::Account>(
      context, [&](auto reply) { ports.store.account(identity.user, std::move(reply)); });
  if (!account) {
    const bool erased = account.error().code == ErrorCode::user_not_found;
    co_return erased ? Error{ErrorCode::bad_token} : account.error();
  }
  if (is_banned(*account)) co_return Error{ErrorCode::banned};
  co_return account;
}

std::string App::host_of(const RequestContext& context) const {
  if (!config.public_host.empty()) return config.public_host;
  return std::string(context.request.headers.get("Host"));
}

bool App::is_banned(const store::Account& account) const {
  return account.is_banned(now());
}

void add_routes(http::Router& router, App& app) {
  add_auth_routes(router, app);
  add_user_routes(router, app);
  add_game_routes(router, app);
  add_room_routes(router, app);
  add_match_routes(router, app);
  add_history_routes(router, app);
  add_health_routes(router, app);
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
