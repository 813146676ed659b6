// The second factor of who knows his password already: a code of an authenticator app, or one of
// his recovery codes instead. In one place for every route that asks for it (sign-in, what changes
// the factor, a new password). Any thread.
//
// Limits: a wrong one counts against the account (rates.failed_totp), whoever sends it and from
// where: six digits have 20 bits, of which three codes are good at a time. 20 tries an hour find
// one in two years. Only who has the password can use them up.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/api/app.h"

namespace whoosh::api {

// Uses it up; nothing when the account has no second factor. totp_required: nothing was typed;
// bad_totp; rate_limited; unavailable: the key that its secret was sealed with is not here.
[[nodiscard]] Try<void> check_factor(App& app, RequestContext& context,
                                     const store::Account& account,
                                     std::optional<std::string> typed);
// Whether this is a code of the secret that the account has (or has begun with), without using it
// up: its step is 0 when it is none. unavailable: as above.
[[nodiscard]] base::Result<store::TotpUse> match_totp(const App& app, base::UserId user,
                                                      const store::SecondFactor& factor,
                                                      const std::string& typed);
// One more try for the code of this account; give it back when it was right.
[[nodiscard]] Limit factor_limit(const App& app, base::UserId user);

// The present password and, if the account has one, the second factor. wrong_password, bad_totp,
// rate_limited; forbidden: a guest; invalid_input: a code is wanted.
[[nodiscard]] Try<void> check_person(App& app, RequestContext& context,
                                     const store::Account& account, std::string password,
                                     std::optional<std::string> totp);

// Under which name a secret is sealed.
[[nodiscard]] std::string seal_owner(base::UserId user);

struct CodeSet {
  std::vector<std::string> texts;   // for the person, once
  std::vector<std::string> hashes;  // for the store
};
[[nodiscard]] CodeSet fresh_codes(App& app);

}  // namespace whoosh::api
