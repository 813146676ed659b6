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

Try<std::string> hash_password(App& app, RequestContext& context, std::string password) {
  auto work = [&passwords = app.passwords, password = std::move(password)] {
    return passwords.hash(password);
  };
  auto hash = co_await http::run_on<std::string>(app.workers, context, std::move(work));
  co_return hash;
}

}  // namespace whoosh::api
