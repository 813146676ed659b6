// Ways in: register, login, guest, convert-guest, and the public keys of what they answer. What
// happens to the sessions afterwards: session_routes.cpp.
#include <spdlog/spdlog.h>

#include <array>

#include "auth/names.h"
#include "auth/password.h"
#include "base/text.h"
#include "services/api/app.h"
#include "services/api/factor_check.h"
#include "services/api/password_gate.h"
#include "services/api/sign_in.h"

namespace whoosh::api {
namespace {

constexpr int guest_name_tries = 3;

using Revocations = std::vector<store::Revocation>;

constexpr auto avatars = std::to_array<std::string_view>(
    {"fox", "owl", "cat", "crab", "ghost", "moth", "toad", "bun", "lamp", "fish", "pot", "imp"});

std::string any_avatar(App& app) {
  return std::string(avatars[app.ports.entropy.u64() % avatars.size()]);
}

// The name that others see until one is chosen: the username as far as it fits.
std::string first_display_name(std::string_view username) {
  return std::string(username.substr(0, auth::display_name_characters_max));
}

base::Result<> check(const wire::Register& wish) {
  Error error{ErrorCode::invalid_input};
  const auto note = [&](const char* field, const auth::Wrong& wrong) {
    if (wrong) error.fields.emplace(field, *wrong);
  };
  note("username", auth::wrong_username(wish.username));
  note("email", auth::wrong_email(wish.email));
  note("password", auth::wrong_password(wish.password, wish.username, wish.email));
  if (!error.fields.empty()) return error;
  return {};
}

Answer register_account(App& app, RequestContext& context) {
  const Limit limit{"register:" + context.client.key, app.config.rates.registration};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  auto wish = http::body_as<wire::Register>(context);
  if (!wish) co_return wish.error();
  if (const auto good = check(*wish); !good) co_return good.error();
  auto hash = co_await hash_password(app, context, std::move(wish->password));
  if (!hash) co_return hash.error();
  store::NewAccount fresh;
  fresh.username = wish->username;
  fresh.email = wish->email;
  fresh.password_hash = std::move(*hash);
  fresh.display_name = first_display_name(wish->username);
  fresh.avatar = any_avatar(app);
  fresh.created_at = app.now();
  const auto account = co_await http::ask<store::Account>(context, [&](auto reply) {
    app.ports.store.create_account(std::move(fresh), std::move(reply));
  });
  if (!account) co_return account.error();
  co_return co_await sign_in(app, context, *account, 201);
}

using Found = base::Result<store::Credentials>;  // else user_not_found

// One bucket however the account is named, by its username or its e-mail address.
std::string account_key(const wire::Login& login, const Found& found) {
  return found ? base::user_id_text(found->account.id) : "name:" + base::fold(login.username);
}

// Keeps the password at today's cost. Whoever is signing in does not wait for it to have worked.
http::Awaitable<> renew_hash(App& app, RequestContext& context, base::UserId user, std::string old,
                             std::string fresh) {
  const auto done = co_await http::ask<>(context, [&](auto reply) {
    app.ports.store.rehash_password(user, std::move(old), std::move(fresh), std::move(reply));
  });
  if (!done) spdlog::warn("a password hash could not be renewed: {}", done.error().sentence());
}

// Whether the password is that of whom the login named. bad_credentials says neither which was
// wrong nor, by the time it takes, whether there is such a user.
Try<store::Account> checked_credentials(App& app, RequestContext& context, wire::Login login,
                                        Found found) {
  std::optional<std::string> hash;
  if (found) hash = found->password_hash;
  auto answer = co_await check_password(app, context, std::move(hash), std::move(login.password));
  if (!answer) co_return answer.error();
  if (!answer->right || !found) co_return Error{ErrorCode::bad_credentials};
  if (!answer->fresh_hash.empty()) {
    co_await renew_hash(app, context, found->account.id, std::move(found->password_hash),
                        std::move(answer->fresh_hash));
  }
  co_return std::move(found->account);
}

Answer login(App& app, RequestContext& context) {
  auto body = http::body_as<wire::Login>(context);
  if (!body) co_return body.error();
  if (body->username.empty() || body->username.size() > auth::email_bytes_max ||
      body->password.empty() || body->password.size() > auth::password_bytes_max) {
    co_return Error{ErrorCode::bad_credentials};
  }
  PasswordGate gate;
  if (const auto in = co_await gate.enter(app, context); !in) co_return in.error();
  Found found = co_await http::ask<store::Credentials>(
      context, [&](auto reply) { app.ports.store.credentials(body->username, std::move(reply)); });
  if (!found && found.error().code != ErrorCode::user_not_found) {
    gate.give_back(app);
    co_return found.error();
  }
  const std::string named = account_key(*body, found);
  if (const auto in = co_await gate.enter(app, context, named); !in) co_return in.error();
  std::optional<std::string> totp = std::move(body->totp);
  const auto account =
      co_await checked_credentials(app, context, std::move(*body), std::move(found));
  if (account || account.error().code != ErrorCode::bad_credentials) gate.give_back(app);
  if (!account) co_return account.error();
  if (account->is_banned(app.now())) co_return banned_error(*account);
  const auto second = co_await check_factor(app, context, *account, std::move(totp));
  if (!second) co_return second.error();
  co_return co_await sign_in(app, context, *account, 200);
}

Try<store::Account> create_guest(App& app, RequestContext& context, std::string display_name) {
  base::Result<store::Account> account = Error{ErrorCode::internal};
  for (int i = 0; i < guest_name_tries; ++i) {  // 59 bits rarely meet twice
    store::NewAccount fresh;
    fresh.username = auth::guest_username(app.ports.entropy.u64());
    fresh.display_name = display_name;
    fresh.avatar = any_avatar(app);
    fresh.is_guest = true;
    fresh.created_at = app.now();
    account = co_await http::ask<store::Account>(context, [&](auto reply) {
      app.ports.store.create_account(std::move(fresh), std::move(reply));
    });
    if (account || account.error().code != ErrorCode::username_taken) break;
  }
  co_return account;
}

Answer guest(App& app, RequestContext& context) {
  const auto body = http::optional_body_as<wire::Guest>(context);
  if (!body) co_return body.error();
  std::string name = auth::guest_display_name(app.ports.entropy.u64());
  if (body->display_name) {
    auto cleaned = auth::cleaned_display_name(*body->display_name);
    if (!cleaned) co_return wrong_field("display_name", cleaned.error().message);
    name = std::move(*cleaned);
  }
  const Limit limit{"guest:" + context.client.key, app.config.rates.guest};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto account = co_await create_guest(app, context, std::move(name));
  if (!account) co_return account.error();
  co_return co_await sign_in(app, context, *account, 201);
}

// The guest's sessions end: from now on a password opens the account, and this answer.
Answer convert_guest(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{"convert:" + context.user, app.config.rates.convert};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto present = co_await app.account_of(context, identity);
  if (!present) co_return present.error();
  if (!present->is_guest) co_return Error{ErrorCode::not_a_guest};
  auto wish = http::body_as<wire::Register>(context);
  if (!wish) co_return wish.error();
  if (const auto good = check(*wish); !good) co_return good.error();
  auto hash = co_await hash_password(app, context, std::move(wish->password));
  if (!hash) co_return hash.error();
  store::Conversion conversion{wish->username, wish->email, std::move(*hash)};
  const auto account = co_await http::ask<store::Account>(context, [&](auto reply) {
    app.ports.store.convert_guest(identity.user, std::move(conversion), std::move(reply));
  });
  if (!account) co_return account.error();
  const auto revoked = co_await http::ask<Revocations>(context, [&](auto reply) {
    app.ports.store.revoke_all_sessions(identity.user, app.now(), std::move(reply));
  });
  if (!revoked) co_return revoked.error();
  app.revocations.hear(*revoked);
  co_return co_await sign_in(app, context, *account, 200);
}

Answer public_keys(App& app, RequestContext&) {
  Response response = http::json_text(200, app.ports.tokens.keys()->jwks_json());
  response.headers.add("Cache-Control", "public, max-age=300");
  co_return response;
}

}  // namespace

void add_auth_routes(http::Router& router, App& app) {
  app.add_open(router, Method::post, "/api/auth/register", register_account);
  app.add_open(router, Method::post, "/api/auth/login", login);
  app.add_open(router, Method::post, "/api/auth/guest", guest);
  app.add(router, Method::post, "/api/auth/convert-guest", convert_guest);
  app.add_open(router, Method::get, "/.well-known/jwks.json", public_keys);
}

}  // namespace whoosh::api
