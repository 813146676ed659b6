// Accounts come and go: register, login, guest, convert-guest, refresh, logout, the public keys.
#include <algorithm>
#include <array>

#include "auth/names.h"
#include "auth/refresh.h"
#include "base/encoding.h"
#include "base/text.h"
#include "services/api/app.h"
#include "services/api/profile.h"

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

base::Result<std::string> access_token(App& app, const store::Account& account) {
  auth::Identity identity;
  identity.user = account.id;
  identity.username = account.username;
  identity.display_name = account.display_name;
  identity.role = account.role;
  identity.is_guest = account.is_guest;
  identity.jti = base::base64url(app.ports.entropy.bytes(16));
  return app.ports.tokens.make_access(identity, app.now());
}

// A new session of this account, as the answer of every way to sign in.
Answer sign_in(App& app, RequestContext& context, const store::Account& account, int status) {
  const auth::Secret secret = auth::make_secret(app.ports.entropy.bytes(auth::secret_bytes));
  store::NewSession session;
  session.family = base::base64url(app.ports.entropy.bytes(16));
  session.user = account.id;
  session.refresh_hash = secret.hash;
  session.created_at = app.now();
  session.expires_at = app.now().plus_ms(account.is_guest ? auth::guest_refresh_lifetime_ms
                                                          : auth::refresh_lifetime_ms);
  const auto created = co_await http::ask<>(context, [&](auto reply) {
    app.ports.store.create_session(std::move(session), std::move(reply));
  });
  if (!created) co_return created.error();
  auto access = access_token(app, account);
  if (!access) co_return access.error();
  context.user = base::user_id_text(account.id);
  co_return http::json(status,
                       wire::SignedIn{std::move(*access), secret.token, own_profile(account)});
}

Try<std::string> hash_password(App& app, RequestContext& context, std::string password) {
  auto work = [&passwords = app.passwords, password = std::move(password)] {
    return passwords.hash(password);
  };
  auto hash = co_await http::run_on<std::string>(app.workers, context, std::move(work));
  co_return hash;
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

// Whether the password is that of whom the login named. bad_credentials says neither which was
// wrong nor, by the time it takes, whether there is such a user.
Try<store::Account> checked_credentials(App& app, RequestContext& context, wire::Login login,
                                        Found found) {
  std::optional<std::string> hash;
  if (found) hash = std::move(found->password_hash);
  auto work = [&passwords = app.passwords, hash = std::move(hash),
               password = std::move(login.password)] { return passwords.verify(hash, password); };
  const auto same = co_await http::run_on<bool>(app.workers, context, std::move(work));
  if (!same) co_return same.error();
  if (!*same || !found) co_return Error{ErrorCode::bad_credentials};
  co_return std::move(found->account);
}

// A failure counts against the address and the account; whatever else comes out is given back. Any
// try counts against the account, or one who knows his password could keep all workers busy.
Answer login(App& app, RequestContext& context) {
  auto body = http::body_as<wire::Login>(context);
  if (!body) co_return body.error();
  if (body->username.empty() || body->username.size() > auth::email_bytes_max ||
      body->password.empty() || body->password.size() > auth::password_bytes_max) {
    co_return Error{ErrorCode::bad_credentials};
  }
  const Limit by_address{"login:address:" + context.client.key,
                         app.config.rates.failed_login_address};
  if (const auto allowed = co_await app.rates.take(context, by_address); !allowed) {
    co_return allowed.error();
  }
  Found found = co_await http::ask<store::Credentials>(
      context, [&](auto reply) { app.ports.store.credentials(body->username, std::move(reply)); });
  if (!found && found.error().code != ErrorCode::user_not_found) {
    app.rates.give(by_address);
    co_return found.error();
  }
  const std::string account_named = account_key(*body, found);
  const Limit any{"login:any:" + account_named, app.config.rates.login_account};
  const Limit by_account{"login:account:" + account_named, app.config.rates.failed_login_account};
  if (const auto allowed = co_await app.rates.take(context, any); !allowed) {
    app.rates.give(by_address);
    co_return allowed.error();
  }
  if (const auto allowed = co_await app.rates.take(context, by_account); !allowed) {
    app.rates.give(by_address);
    co_return allowed.error();
  }
  const auto account =
      co_await checked_credentials(app, context, std::move(*body), std::move(found));
  if (account || account.error().code != ErrorCode::bad_credentials) {
    app.rates.give(by_address);
    app.rates.give(by_account);
  }
  if (!account) co_return account.error();
  if (app.is_banned(*account)) co_return Error{ErrorCode::banned};
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
  co_return co_await sign_in(app, context, *account, 200);
}

Answer refresh(App& app, RequestContext& context) {
  const Limit limit{"refresh:" + context.client.key, app.config.rates.refresh};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto body = http::body_as<wire::RefreshToken>(context);
  if (!body) co_return body.error();
  const auto old_hash = auth::secret_hash(body->refresh);
  if (!old_hash) co_return Error{ErrorCode::bad_refresh};
  const auth::Secret secret = auth::make_secret(app.ports.entropy.bytes(auth::secret_bytes));
  const store::Rotation rotation{*old_hash, secret.hash, app.now(), auth::refresh_lifetime_ms,
                                 auth::guest_refresh_lifetime_ms};
  const auto rotated = co_await http::ask<store::Rotated>(
      context, [&](auto reply) { app.ports.store.rotate_session(rotation, std::move(reply)); });
  if (!rotated) co_return rotated.error();
  context.user = base::user_id_text(rotated->account.id);
  auto access = access_token(app, rotated->account);
  if (!access) co_return access.error();
  co_return http::json(200, wire::TokenPair{std::move(*access), secret.token});
}

Answer logout(App& app, RequestContext& context, const auth::Identity& identity) {
  const auto body = http::body_as<wire::RefreshToken>(context);
  if (!body) co_return body.error();
  const auto hash = auth::secret_hash(body->refresh);
  if (!hash) co_return http::no_content();  // none of ours: nothing to end
  const auto done = co_await http::ask<Revocations>(context, [&](auto reply) {
    app.ports.store.revoke_session(identity.user, *hash, app.now(), std::move(reply));
  });
  if (!done) co_return done.error();
  co_return http::no_content();
}

Answer logout_all(App& app, RequestContext& context, const auth::Identity& identity) {
  const auto done = co_await http::ask<Revocations>(context, [&](auto reply) {
    app.ports.store.revoke_all_sessions(identity.user, app.now(), std::move(reply));
  });
  if (!done) co_return done.error();
  co_return http::no_content();
}

Answer public_keys(App& app, RequestContext&) {
  Response response = http::json_text(200, app.ports.tokens.keys().jwks_json());
  response.headers.add("Cache-Control", "public, max-age=300");
  co_return response;
}

}  // namespace

void add_auth_routes(http::Router& router, App& app) {
  app.add_open(router, Method::post, "/api/auth/register", register_account);
  app.add_open(router, Method::post, "/api/auth/login", login);
  app.add_open(router, Method::post, "/api/auth/guest", guest);
  app.add(router, Method::post, "/api/auth/convert-guest", convert_guest);
  app.add_open(router, Method::post, "/api/auth/token/refresh", refresh);
  app.add(router, Method::post, "/api/auth/logout", logout);
  app.add(router, Method::post, "/api/auth/logout-all", logout_all);
  app.add_open(router, Method::get, "/.well-known/jwks.json", public_keys);
}

}  // namespace whoosh::api
