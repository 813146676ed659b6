#include "services/api/factor_check.h"

#include <spdlog/spdlog.h>

#include "auth/recovery.h"
#include "auth/totp.h"
#include "services/api/password_gate.h"

namespace whoosh::api {
namespace {

Try<void> use_totp(App& app, RequestContext& context, base::UserId user,
                   const std::string& digits) {
  const auto factor = co_await http::ask<store::SecondFactor>(
      context, [&](auto reply) { app.ports.store.second_factor(user, std::move(reply)); });
  if (!factor) co_return factor.error();
  auto use = match_totp(app, user, *factor, digits);
  if (!use) co_return use.error();
  if (use->step == 0) co_return Error{ErrorCode::bad_totp};
  co_return co_await http::ask<>(context, [&](auto reply) {
    app.ports.store.use_totp(user, std::move(*use), std::move(reply));
  });
}

// Only a wrong one counts; and which kind it was is nobody's business.
Try<void> use_code(App& app, RequestContext& context, base::UserId user, const std::string& typed) {
  const auto hash = auth::recovery_hash(typed);
  if (!hash) co_return Error{ErrorCode::bad_totp};
  const auto used = co_await http::ask<>(context, [&](auto reply) {
    app.ports.store.use_recovery_code(user, *hash, std::move(reply));
  });
  if (!used && used.error().code == ErrorCode::bad_recovery_code) {
    co_return Error{ErrorCode::bad_totp};
  }
  co_return used;
}

}  // namespace

Limit factor_limit(const App& app, base::UserId user) {
  return {"totp:" + base::user_id_text(user), app.config.rates.failed_totp};
}

std::string seal_owner(base::UserId user) {
  return "totp " + base::user_id_text(user);
}

base::Result<store::TotpUse> match_totp(const App& app, base::UserId user,
                                        const store::SecondFactor& factor,
                                        const std::string& typed) {
  store::TotpUse use{factor.sealed, 0};
  const auto digits = auth::cleaned_totp(typed);
  if (!digits || factor.sealed.empty()) return use;
  const auto secret = app.config.sealer.open(factor.sealed, seal_owner(user));
  if (!secret) {
    spdlog::error("the second factor of user {} can't be read: its key is not among the secrets",
                  user.value);
    return Error{ErrorCode::unavailable, "Codes can't be checked at the moment."};
  }
  if (const auto step = auth::matching_step(*secret, *digits, app.now())) use.step = *step;
  return use;
}

Try<void> check_factor(App& app, RequestContext& context, const store::Account& account,
                       std::optional<std::string> typed) {
  if (!account.totp_since) co_return base::Result<>();
  if (!typed) co_return Error{ErrorCode::totp_required};
  const Limit limit = factor_limit(app, account.id);
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  base::Result<> used = Error{ErrorCode::bad_totp};
  if (const auto digits = auth::cleaned_totp(*typed)) {
    used = co_await use_totp(app, context, account.id, *digits);
  } else {
    used = co_await use_code(app, context, account.id, *typed);
  }
  if (used || used.error().code != ErrorCode::bad_totp) app.rates.give(limit);
  co_return used;
}

Try<void> check_person(App& app, RequestContext& context, const store::Account& account,
                       std::string password, std::optional<std::string> totp) {
  if (account.is_guest) {
    co_return Error{ErrorCode::forbidden, "A guest has no password: make an account first."};
  }
  if (account.totp_since && !totp) {
    co_return wrong_field("totp", "must be the code of your authenticator app");
  }
  const auto present = co_await http::ask<store::Credentials>(
      context, [&](auto reply) { app.ports.store.credentials_of(account.id, std::move(reply)); });
  if (!present) co_return present.error();
  const auto right = co_await check_current(app, context, *present, std::move(password));
  if (!right) co_return right.error();
  co_return co_await check_factor(app, context, account, std::move(totp));
}

CodeSet fresh_codes(App& app) {
  CodeSet codes;
  while (codes.texts.size() < store::recovery_codes_max) {
    auto code = auth::make_recovery_code(app.ports.entropy.bytes(auth::recovery_bytes));
    codes.texts.push_back(std::move(code.text));
    codes.hashes.push_back(std::move(code.hash));
  }
  return codes;
}

}  // namespace whoosh::api
