// The second factor, recovery codes, and a new password for who has lost his.
//
// Who changes the factor shows his password again, and the factor that he has: a stolen token
// changes nothing. A reset asks for a recovery code and, where there is one, the second factor: it
// goes around neither. No answer says whether there is such a user.
#include "auth/names.h"
#include "auth/password.h"
#include "auth/recovery.h"
#include "auth/totp.h"
#include "base/text.h"
#include "services/api/app.h"
#include "services/api/factor_check.h"
#include "services/api/password_gate.h"
#include "services/api/profile.h"

namespace whoosh::api {
namespace {

using Revocations = std::vector<store::Revocation>;

Try<void> may_manage(App& app, RequestContext& context) {
  const Limit limit{"factors:" + context.user, app.config.rates.factors};
  co_return co_await app.rates.take(context, limit);
}

Try<store::SecondFactor> factor_of(App& app, RequestContext& context, base::UserId user) {
  co_return co_await http::ask<store::SecondFactor>(
      context, [&](auto reply) { app.ports.store.second_factor(user, std::move(reply)); });
}

Answer show(App& app, RequestContext& context, const auth::Identity& identity) {
  if (const auto allowed = co_await may_manage(app, context); !allowed) co_return allowed.error();
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  const auto factor = co_await factor_of(app, context, identity.user);
  if (!factor) co_return factor.error();
  wire::SecondFactor out = second_factor_card(*factor);
  out.required = app.config.operators_need_totp && !account->role.empty();
  co_return http::json(200, out);
}

// The account of who asks, once he has shown that it is he.
Try<store::Account> proven(App& app, RequestContext& context, const auth::Identity& identity,
                           wire::Proof proof) {
  if (const auto allowed = co_await may_manage(app, context); !allowed) co_return allowed.error();
  auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  const auto right = co_await check_person(app, context, *account, std::move(proof.password),
                                           std::move(proof.totp));
  if (!right) co_return right.error();
  co_return account;
}

Answer begin(App& app, RequestContext& context, const auth::Identity& identity) {
  auto proof = http::body_as<wire::Proof>(context);
  if (!proof) co_return proof.error();
  if (!app.config.sealer.can_seal()) {
    co_return Error{ErrorCode::unavailable, "This server has no key for second factors."};
  }
  const auto present = co_await app.account_of(context, identity);
  if (!present) co_return present.error();
  if (present->totp_since) co_return Error{ErrorCode::totp_on};
  const auto account = co_await proven(app, context, identity, std::move(*proof));
  if (!account) co_return account.error();
  const std::string secret = app.ports.entropy.bytes(auth::totp_secret_bytes);
  std::string sealed = app.config.sealer.seal(secret, seal_owner(account->id),
                                              app.ports.entropy.bytes(auth::seal_random_bytes));
  const auto begun = co_await http::ask<>(context, [&](auto reply) {
    app.ports.store.begin_totp(account->id, std::move(sealed), std::move(reply));
  });
  if (!begun) co_return begun.error();
  co_return http::json(
      200, wire::TotpBegun{auth::base32(secret), auth::totp_uri(secret, account->username)});
}

// The first code shows that the app has the secret. This session stays; the others end.
Answer confirm(App& app, RequestContext& context, const auth::Identity& identity) {
  if (const auto allowed = co_await may_manage(app, context); !allowed) co_return allowed.error();
  const auto body = http::body_as<wire::TotpCode>(context);
  if (!body) co_return body.error();
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  const auto factor = co_await factor_of(app, context, identity.user);
  if (!factor) co_return factor.error();
  if (factor->since) co_return Error{ErrorCode::totp_on};
  if (factor->sealed.empty()) co_return Error{ErrorCode::totp_off};
  const Limit limit = factor_limit(app, identity.user);
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  auto use = match_totp(app, identity.user, *factor, body->totp);
  if (use && use->step == 0) co_return Error{ErrorCode::bad_totp};
  app.rates.give(limit);
  if (!use) co_return use.error();
  CodeSet codes = fresh_codes(app);
  store::TotpConfirmation wish{identity.user, std::move(*use), std::move(codes.hashes),
                               identity.session, app.now()};
  const auto revoked = co_await http::ask<Revocations>(context, [&](auto reply) {
    app.ports.store.confirm_totp(std::move(wish), std::move(reply));
  });
  if (!revoked) co_return revoked.error();
  app.revocations.hear(*revoked);
  co_return http::json(200, wire::RecoveryCodes{std::move(codes.texts)});
}

Answer disable(App& app, RequestContext& context, const auth::Identity& identity) {
  auto proof = http::body_as<wire::Proof>(context);
  if (!proof) co_return proof.error();
  const auto present = co_await app.account_of(context, identity);
  if (!present) co_return present.error();
  if (!present->totp_since) co_return Error{ErrorCode::totp_off};
  const auto account = co_await proven(app, context, identity, std::move(*proof));
  if (!account) co_return account.error();
  const auto removed = co_await http::ask<>(
      context, [&](auto reply) { app.ports.store.remove_totp(account->id, std::move(reply)); });
  if (!removed) co_return removed.error();
  co_return http::no_content();
}

Answer make_codes(App& app, RequestContext& context, const auth::Identity& identity) {
  auto proof = http::body_as<wire::Proof>(context);
  if (!proof) co_return proof.error();
  const auto account = co_await proven(app, context, identity, std::move(*proof));
  if (!account) co_return account.error();
  CodeSet codes = fresh_codes(app);
  const auto kept = co_await http::ask<>(context, [&](auto reply) {
    app.ports.store.replace_recovery_codes(account->id, std::move(codes.hashes), app.now(),
                                           std::move(reply));
  });
  if (!kept) co_return kept.error();
  co_return http::json(200, wire::RecoveryCodes{std::move(codes.texts)});
}

// ---- a lost password ---------------------------------------------------------------------------

// Whose code this is. bad_recovery_code: nobody's, with the same steps however it is none.
Try<store::Account> owner_of(App& app, RequestContext& context, const std::string& login,
                             const std::string& hash) {
  PasswordGate gate;
  if (const auto in = co_await gate.enter(app, context); !in) co_return in.error();
  auto found = co_await http::ask<store::Credentials>(
      context, [&](auto reply) { app.ports.store.credentials(login, std::move(reply)); });
  if (!found && found.error().code != ErrorCode::user_not_found) {
    gate.give_back(app);
    co_return found.error();
  }
  const base::UserId user = found ? found->account.id : base::UserId{};
  const std::string bucket = found ? base::user_id_text(user) : "name:" + base::fold(login);
  if (const auto in = co_await gate.enter(app, context, bucket); !in) co_return in.error();
  const auto right = co_await http::ask<bool>(context, [&](auto reply) {
    app.ports.store.is_recovery_code(user, hash, app.now(), std::move(reply));
  });
  if (!right || (*right && found)) gate.give_back(app);
  if (!right) co_return right.error();
  if (!*right || !found) co_return Error{ErrorCode::bad_recovery_code};
  co_return std::move(found->account);
}

// What the store is to use up beside the code; it refuses a wrong one.
Try<std::optional<store::TotpUse>> factor_for_reset(App& app, RequestContext& context,
                                                    const store::Account& account,
                                                    const std::optional<std::string>& typed) {
  using Found = base::Result<std::optional<store::TotpUse>>;
  if (!account.totp_since) co_return Found(std::nullopt);
  if (!typed) co_return Error{ErrorCode::totp_required};
  const Limit limit = factor_limit(app, account.id);
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto factor = co_await factor_of(app, context, account.id);
  if (!factor) co_return factor.error();
  auto use = match_totp(app, account.id, *factor, *typed);
  if (use && use->step == 0) co_return Error{ErrorCode::bad_totp};
  app.rates.give(limit);
  if (!use) co_return use.error();
  co_return Found(std::move(*use));
}

Answer reset_password(App& app, RequestContext& context) {
  auto wish = http::body_as<wire::PasswordReset>(context);
  if (!wish) co_return wish.error();
  if (const auto wrong = auth::wrong_password(wish->new_, wish->username, "")) {
    co_return wrong_field("new", *wrong);
  }
  const auto hash = auth::recovery_hash(wish->recovery_code);
  const bool is_name = !wish->username.empty() && wish->username.size() <= auth::email_bytes_max;
  // What can be no code is looked up like one, or a wrong one would be cheaper.
  const std::string login = is_name ? wish->username : "?";
  const std::string key = hash.value_or(std::string(32, '\0'));
  const auto account = co_await owner_of(app, context, login, key);
  if (!account) co_return account.error();
  if (account->is_banned(app.now())) co_return banned_error(*account);
  const auto wrong =
      auth::wrong_password(wish->new_, account->username, account->email.value_or(""));
  if (wrong) co_return wrong_field("new", *wrong);
  auto use = co_await factor_for_reset(app, context, *account, wish->totp);
  if (!use) co_return use.error();
  auto password = co_await hash_password(app, context, std::move(wish->new_));
  if (!password) co_return password.error();
  store::PasswordReset reset{account->id, key, std::move(*password), std::move(*use), app.now()};
  const auto revoked = co_await http::ask<Revocations>(context, [&](auto reply) {
    app.ports.store.reset_password(std::move(reset), std::move(reply));
  });
  if (!revoked) co_return revoked.error();
  context.user = base::user_id_text(account->id);
  app.revocations.hear(*revoked);
  co_return http::no_content();
}

}  // namespace

void add_factor_routes(http::Router& router, App& app) {
  app.add(router, Method::get, "/api/auth/second-factor", show);
  app.add(router, Method::post, "/api/auth/totp", begin);
  app.add(router, Method::post, "/api/auth/totp/confirm", confirm);
  app.add(router, Method::post, "/api/auth/totp/disable", disable);
  app.add(router, Method::post, "/api/auth/recovery-codes", make_codes);
  app.add_open(router, Method::post, "/api/auth/reset-password", reset_password);
}

}  // namespace whoosh::api
