#include "services/api/password_gate.h"

namespace whoosh::api {

Try<void> PasswordGate::enter(App& app, RequestContext& context) {
  Limit limit{"login:address:" + context.client.key, app.config.rates.failed_login_address};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  by_address_ = std::move(limit);
  co_return base::Result<>();
}

Try<void> PasswordGate::enter(App& app, RequestContext& context, const std::string& account) {
  const Limit any{"login:any:" + account, app.config.rates.login_account};
  Limit failed{"login:account:" + account, app.config.rates.failed_login_account};
  if (const auto allowed = co_await app.rates.take(context, any); !allowed) {
    give_back(app);
    co_return allowed.error();
  }
  if (const auto allowed = co_await app.rates.take(context, failed); !allowed) {
    give_back(app);
    co_return allowed.error();
  }
  by_account_ = std::move(failed);
  co_return base::Result<>();
}

void PasswordGate::give_back(App& app) {
  if (by_address_) app.rates.give(*by_address_);
  if (by_account_) app.rates.give(*by_account_);
  by_address_.reset();
  by_account_.reset();
}

Try<PasswordAnswer> check_password(App& app, RequestContext& context,
                                   std::optional<std::string> hash, std::string password) {
  auto work = [&passwords = app.passwords, hash = std::move(hash), password = std::move(password)] {
    PasswordAnswer answer;
    answer.right = passwords.verify(hash, password);
    if (!answer.right || !passwords.outdated(*hash)) return answer;
    if (auto fresh = passwords.hash(password)) answer.fresh_hash = std::move(*fresh);
    return answer;  // without a fresh one the kept one goes on
  };
  auto answer = co_await http::run_on<PasswordAnswer>(app.workers, context, std::move(work));
  co_return answer;
}

Try<void> check_current(App& app, RequestContext& context, const store::Credentials& present,
                        std::string typed) {
  PasswordGate gate;
  if (const auto in = co_await gate.enter(app, context); !in) co_return in.error();
  const std::string account = base::user_id_text(present.account.id);
  if (const auto in = co_await gate.enter(app, context, account); !in) co_return in.error();
  if (typed.size() > auth::password_bytes_max) co_return Error{ErrorCode::wrong_password};
  const auto answer =
      co_await check_password(app, context, present.password_hash, std::move(typed));
  if (answer && !answer->right) co_return Error{ErrorCode::wrong_password};
  gate.give_back(app);
  if (!answer) co_return answer.error();
  co_return base::Result<>();
}

Try<std::string> hash_password(App& app, RequestContext& context, std::string password) {
  auto work = [&passwords = app.passwords, password = std::move(password)] {
    return passwords.hash(password);
  };
  auto hash = co_await http::run_on<std::string>(app.workers, context, std::move(work));
  co_return hash;
}

}  // namespace whoosh::api
