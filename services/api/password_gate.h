// PasswordGate: asks for a password at most so often, in one place for every route that does
// (login, password change). A failure counts against the address and the account; whatever else
// comes out is given back. Any try counts against the account, or one who knows his password could
// keep all workers busy. Values of one request; loop's thread.
#pragma once

#include <optional>
#include <string>

#include "services/api/app.h"

namespace whoosh::api {

class PasswordGate {
 public:
  // For the address alone, before it is known whose password is meant.
  [[nodiscard]] Try<void> enter(App& app, RequestContext& context);
  // `account`: one bucket however it is named.
  [[nodiscard]] Try<void> enter(App& app, RequestContext& context, const std::string& account);
  // It was no failure.
  void give_back(App& app);

 private:
  std::optional<Limit> by_address_;
  std::optional<Limit> by_account_;
};

struct PasswordAnswer {
  bool right = false;
  // The same password, hashed at today's cost; empty when that is what is kept.
  std::string fresh_hash;
};
// On the workers. nullopt (no such user) costs as much as a wrong password and is wrong.
[[nodiscard]] Try<PasswordAnswer> check_password(App& app, RequestContext& context,
                                                 std::optional<std::string> hash,
                                                 std::string password);
// The present password of who is signed in. wrong_password, counted as a failed login is.
[[nodiscard]] Try<void> check_current(App& app, RequestContext& context,
                                      const store::Credentials& present, std::string typed);
[[nodiscard]] Try<std::string> hash_password(App& app, RequestContext& context,
                                             std::string password);

}  // namespace whoosh::api
