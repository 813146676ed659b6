// Sessions: refresh, list, end one, sign out, sign out everywhere, and the password, which ends the
// others.
#include "auth/names.h"
#include "auth/password.h"
#include "auth/refresh.h"
#include "services/api/app.h"
#include "services/api/factor_check.h"
#include "services/api/password_gate.h"
#include "services/api/profile.h"
#include "services/api/sign_in.h"

namespace whoosh::api {
namespace {

using Revocations = std::vector<store::Revocation>;

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
  const store::Rotation rotation{*old_hash,
                                 secret.hash,
                                 app.now(),
                                 auth::refresh_lifetime_ms,
                                 auth::guest_refresh_lifetime_ms,
                                 app.config.session_lifetime_ms};
  const auto rotated = co_await http::ask<store::Rotated>(
      context, [&](auto reply) { app.ports.store.rotate_session(rotation, std::move(reply)); });
  if (!rotated) {
    const Error error = rotated.error();
    if (error.code == ErrorCode::refresh_reused) co_await app.hear_revocations(context);
    co_return error;
  }
  context.user = base::user_id_text(rotated->account.id);
  auto access = access_token(app, rotated->account, rotated->family);
  if (!access) co_return access.error();
  co_return http::json(200, wire::TokenPair{std::move(*access), secret.token});
}

// One bucket for everything about one's sessions.
Try<void> may_manage(App& app, RequestContext& context) {
  const Limit limit{"sessions:" + context.user, app.config.rates.sessions};
  co_return co_await app.rates.take(context, limit);
}

// No page of the person who left may come back from the browser's cache. What the client keeps, it
// drops itself.
Response signed_out() {
  Response response = http::no_content();
  response.headers.add("Clear-Site-Data", R"("cache")");
  return response;
}

Answer logout(App& app, RequestContext& context, const auth::Identity& identity) {
  if (const auto allowed = co_await may_manage(app, context); !allowed) co_return allowed.error();
  const auto body = http::body_as<wire::RefreshToken>(context);
  if (!body) co_return body.error();
  const auto hash = auth::secret_hash(body->refresh);
  if (!hash) co_return signed_out();  // none of ours: nothing to end
  const auto done = co_await http::ask<Revocations>(context, [&](auto reply) {
    app.ports.store.revoke_session(identity.user, *hash, app.now(), std::move(reply));
  });
  if (!done) co_return done.error();
  app.revocations.hear(*done);
  co_return signed_out();
}

// Who ends sessions may be asked for his password again. Clients of before send none, and are
// believed unless the account has a second factor.
Try<void> may_end(App& app, RequestContext& context, const auth::Identity& identity) {
  auto body = http::optional_body_as<wire::EndSession>(context);
  if (!body) co_return body.error();
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  if (!body->password) {
    if (account->totp_since) co_return wrong_field("password", "must be the present one");
    co_return base::Result<>();
  }
  const auto present = co_await http::ask<store::Credentials>(context, [&](auto reply) {
    app.ports.store.credentials_of(identity.user, std::move(reply));
  });
  if (!present && present.error().code == ErrorCode::user_not_found) {
    co_return Error{ErrorCode::forbidden, "A guest has no password."};
  }
  if (!present) co_return present.error();
  co_return co_await check_current(app, context, *present, std::move(*body->password));
}

Answer logout_all(App& app, RequestContext& context, const auth::Identity& identity) {
  if (const auto allowed = co_await may_manage(app, context); !allowed) co_return allowed.error();
  if (const auto may = co_await may_end(app, context, identity); !may) co_return may.error();
  const auto done = co_await http::ask<Revocations>(context, [&](auto reply) {
    app.ports.store.revoke_all_sessions(identity.user, app.now(), std::move(reply));
  });
  if (!done) co_return done.error();
  app.revocations.hear(*done);
  co_return signed_out();
}

Answer sessions(App& app, RequestContext& context, const auth::Identity& identity) {
  if (const auto allowed = co_await may_manage(app, context); !allowed) co_return allowed.error();
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  const auto rows = co_await http::ask<std::vector<store::Session>>(context, [&](auto reply) {
    app.ports.store.sessions(identity.user, app.now(), std::move(reply));
  });
  if (!rows) co_return rows.error();
  wire::SessionList list;
  for (const store::Session& row : *rows) list.items.push_back(session_card(row, identity.session));
  co_return http::json(200, list);
}

// Another's session is as unknown as one that never was.
Answer end_session(App& app, RequestContext& context, const auth::Identity& identity) {
  if (const auto allowed = co_await may_manage(app, context); !allowed) co_return allowed.error();
  if (const auto may = co_await may_end(app, context, identity); !may) co_return may.error();
  const auto ended = co_await http::ask<>(context, [&](auto reply) {
    app.ports.store.end_session(identity.user, context.param("id"), app.now(), std::move(reply));
  });
  if (!ended) co_return ended.error();
  co_await app.hear_revocations(context);
  co_return http::no_content();
}

base::Result<> check(const wire::PasswordChange& wish, const store::Account& account) {
  if (wish.new_ == wish.current) return wrong_field("new", "is the present one");
  const auth::Wrong wrong =
      auth::wrong_password(wish.new_, account.username, account.email.value_or(""));
  if (wrong) return wrong_field("new", *wrong);
  return {};
}

// This session stays; the others end.
Answer change_password(App& app, RequestContext& context, const auth::Identity& identity) {
  auto wish = http::body_as<wire::PasswordChange>(context);
  if (!wish) co_return wish.error();
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  if (account->is_guest) {
    co_return Error{ErrorCode::forbidden, "A guest has no password: make an account first."};
  }
  if (const auto good = check(*wish, *account); !good) co_return good.error();
  const auto present = co_await http::ask<store::Credentials>(context, [&](auto reply) {
    app.ports.store.credentials_of(identity.user, std::move(reply));
  });
  if (!present) co_return present.error();
  const auto right = co_await check_current(app, context, *present, std::move(wish->current));
  if (!right) co_return right.error();
  auto hash = co_await hash_password(app, context, std::move(wish->new_));
  if (!hash) co_return hash.error();
  store::PasswordChange change{identity.user, std::move(*hash), identity.session, app.now()};
  const auto revoked = co_await http::ask<Revocations>(context, [&](auto reply) {
    app.ports.store.change_password(std::move(change), std::move(reply));
  });
  if (!revoked) co_return revoked.error();
  app.revocations.hear(*revoked);
  co_return http::no_content();
}

}  // namespace

void add_session_routes(http::Router& router, App& app) {
  app.add_open(router, Method::post, "/api/auth/token/refresh", refresh);
  app.add(router, Method::post, "/api/auth/logout", logout);
  app.add(router, Method::post, "/api/auth/logout-all", logout_all);
  app.add(router, Method::get, "/api/auth/sessions", sessions);
  app.add(router, Method::delete_, "/api/auth/sessions/{id}", end_session);
  app.add(router, Method::post, "/api/auth/password", change_password);
}

}  // namespace whoosh::api
