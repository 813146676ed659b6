// Shell: what an operator at the server's shell may do to accounts and coins (`whoosh admin`), on
// the database itself, beside the running service or without it. The same actions as /api/admin/*,
// with the same rules, in the same audit log; the actor is the shell's user. What a running service
// has to know (bans, roles) it reads from the store's revocations within a second.
//
// Each call waits for the store and answers the text to print: a table for people or, with `json`,
// the body that the like REST route would have given. Errors are one sentence. One thread, its
// owner's; the ports outlive it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "auth/password.h"
#include "base/result.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "runtime/loop_thread.h"
#include "store/store.h"

namespace whoosh::admin {

struct ShellOptions {
  bool json = false;
  std::string actor;  // name of the shell's user
  auth::Cost password_cost = auth::Cost::interactive();
};

class Shell {
 public:
  using Text = base::Result<std::string>;

  Shell(store::Store& store, const runtime::Clock& clock, runtime::Entropy& entropy,
        ShellOptions options);

  struct NewAdmin {
    std::string username;
    std::string email;
    std::string password;
  };
  // An account with the role admin; invalid_input names the fields and what they take.
  [[nodiscard]] Text create_admin(const NewAdmin& wish);
  // "moderator", "admin" or "none".
  [[nodiscard]] Text role(const std::string& user, const std::string& role);

  [[nodiscard]] Text users(const std::string& query, std::int32_t limit);
  [[nodiscard]] Text user(const std::string& user);

  struct Ban {
    std::string user;
    std::string reason;
    std::string until;  // RFC 3339; "": for good
  };
  [[nodiscard]] Text ban(const Ban& wish);
  [[nodiscard]] Text unban(const std::string& user, const std::string& reason);

  // For who has lost his password: one code that he can set a new one with, for a day. Whoever
  // runs this has made sure of who asks; the code must reach nobody else.
  [[nodiscard]] Text reset_password(const std::string& user, const std::string& reason);
  // For who has lost his authenticator app and his recovery codes.
  [[nodiscard]] Text reset_totp(const std::string& user, const std::string& reason);

  struct Grant {
    std::string user;
    std::int32_t coins = 0;
    std::string reason;
    std::string key;  // "": a new one; the same again does nothing more
  };
  [[nodiscard]] Text grant(const Grant& wish);
  struct Refund {
    std::string user;
    std::string item;
    std::string reason;
    std::string key;
  };
  [[nodiscard]] Text refund(const Refund& wish);

  struct AuditFilter {
    std::string action = {};
    std::string target = {};
    std::string actor = {};  // NAME|ID; "": everybody
    std::int32_t limit = 50;
  };
  [[nodiscard]] Text audit(const AuditFilter& filter);
  // Error: internal, with what is wrong, when the ledger is not sound.
  [[nodiscard]] Text verify_ledger();

 private:
  template <class T>
  [[nodiscard]] base::Result<T> ask(const std::function<void(runtime::Reply<T>)>& call);
  // NAME|ID.
  [[nodiscard]] base::Result<store::Account> find(const std::string& user);
  [[nodiscard]] store::Actor actor();
  [[nodiscard]] store::IdempotencyKey key_of(const std::string& given, const std::string& request);
  [[nodiscard]] Text balance(const store::Account& account,
                             const base::Result<store::Outcome>& outcome) const;

  store::Store& store_;
  const runtime::Clock& clock_;
  runtime::Entropy& entropy_;
  const ShellOptions options_;
  runtime::LoopThread mailbox_;
};

}  // namespace whoosh::admin
