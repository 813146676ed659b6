// Profiles: one's own to read, change and erase; the public part of others.
#include <array>

#include "auth/names.h"
#include "services/api/app.h"
#include "services/api/profile.h"

namespace whoosh::api {
namespace {

// Known members that no PATCH changes; anything else unknown is ignored.
constexpr auto read_only =
    std::to_array<const char*>({"id", "elo", "xp", "level", "total_games", "wins", "win_rate",
                                "coins", "is_guest", "created_at", "look", "role", "password",
                                "password_hash", "mu", "sigma", "banned_until", "ban_reason"});

Answer me(App& app, RequestContext& context, const auth::Identity& identity) {
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  co_return http::json(200, own_profile(*account));
}

base::Result<store::ProfileChange> checked_change(const RequestContext& context, bool is_guest) {
  const auto body = http::json_body(context);
  if (!body) return body.error();
  Error refused{ErrorCode::read_only_field};
  for (const char* name : read_only) {
    if (body->get(name)) refused.fields.emplace(name, "can't be changed here");
  }
  if (!refused.fields.empty()) return refused;
  auto wish = base::decode_as<wire::ProfileChange>(*body);
  if (!wish) return wish.error();
  Error error{ErrorCode::invalid_input};
  const auto note = [&](const char* field, const auth::Wrong& wrong) {
    if (wrong) error.fields.emplace(field, *wrong);
  };
  if (wish->username) note("username", auth::wrong_username(*wish->username));
  if (wish->email && is_guest) note("email", "a guest has none; convert to an account first");
  if (wish->email) note("email", auth::wrong_email(*wish->email));
  if (wish->avatar) note("avatar", auth::wrong_avatar(*wish->avatar));
  if (wish->display_name) {
    auto cleaned = auth::cleaned_display_name(*wish->display_name);
    if (cleaned)
      wish->display_name = std::move(*cleaned);
    else
      note("display_name", cleaned.error().message);
  }
  if (!error.fields.empty()) return error;
  return store::ProfileChange{wish->username, wish->email, wish->display_name, wish->avatar};
}

Answer change_me(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{"profile:" + context.user, app.config.rates.profile_change};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto present = co_await app.account_of(context, identity);
  if (!present) co_return present.error();
  auto change = checked_change(context, present->is_guest);
  if (!change) co_return change.error();
  const auto account = co_await http::ask<store::Account>(context, [&](auto reply) {
    app.ports.store.change_profile(identity.user, std::move(*change), std::move(reply));
  });
  if (!account) co_return account.error();
  co_return http::json(200, own_profile(*account));
}

Answer erase_me(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{"profile:" + context.user, app.config.rates.profile_change};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto present = co_await app.account_of(context, identity);
  if (!present) co_return present.error();
  const auto left = co_await http::ask<>(
      context, [&](auto reply) { app.ports.queue.cancel("", identity.user, std::move(reply)); });
  if (!left) co_return left.error();
  const auto erased = co_await http::ask<>(context, [&](auto reply) {
    app.ports.store.erase_account(identity.user, app.now(), std::move(reply));
  });
  if (!erased) co_return erased.error();
  co_await app.hear_revocations(context);
  co_return http::no_content();
}

Answer user(App& app, RequestContext& context, const auth::Identity&) {
  const auto id = base::parse_user_id(context.param("id"));
  if (!id) co_return Error{ErrorCode::user_not_found};
  const auto account = co_await http::ask<store::Account>(
      context, [&](auto reply) { app.ports.store.account(*id, std::move(reply)); });
  if (!account) co_return account.error();
  co_return http::json(200, public_profile(*account));
}

}  // namespace

void add_user_routes(http::Router& router, App& app) {
  app.add(router, Method::get, "/api/users/me", me);
  app.add(router, Method::patch, "/api/users/me", change_me);
  app.add(router, Method::delete_, "/api/users/me", erase_me);
  app.add(router, Method::get, "/api/users/{id}", user);
}

}  // namespace whoosh::api
