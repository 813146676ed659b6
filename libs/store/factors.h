// Second factors and lost passwords: codes of an authenticator app (TOTP), recovery codes, and what
// operators do when both are lost; part of the store's port (store.h says what holds for every
// call). The store sees no secret: a TOTP secret arrives sealed (auth/seal.h), a code as its
// SHA-256.
//
//   none --begin--> begun --confirm--> on --remove, reset--> none
//                     \----begin----> begun (another secret)
//
// What is used once is used up in the transaction that lets somebody in by it: of two who show the
// same code at the same moment one is refused. Recovery codes come as one set, which replaces the
// set before; a code that an operator issued is a set of its own, ends by itself, and opens nothing
// but a new password. Guests have neither.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "runtime/reply.h"
#include "store/accounts.h"
#include "store/moderation.h"
#include "store/sessions.h"

namespace whoosh::store {

inline constexpr std::size_t recovery_codes_max = 10;  // of one set

struct SecondFactor {
  std::string sealed;           // of the TOTP secret; "": none, not even begun
  std::optional<UnixMs> since;  // confirmed then; none: begun at most
  std::int64_t step = 0;        // the newest time step whose code was used
  std::int32_t codes_left = 0;  // recovery codes of the person's own set
};

// A right code: of this secret, at this step. The step of a wrong one is 0, and never accepted.
struct TotpUse {
  std::string sealed;
  std::int64_t step = 0;
};

struct TotpConfirmation {
  UserId user;
  TotpUse use;
  std::vector<std::string> code_hashes;  // the new set
  std::string keep_family;               // the session that goes on; "": none
  UnixMs now;
};

struct PasswordReset {
  UserId user;
  std::string code_hash;
  std::string password_hash;
  std::optional<TotpUse> totp;
  UnixMs now;
};

struct ResetCode {
  UserId user;
  std::string hash;
  UnixMs expires_at;
  std::string reason;
  Actor actor;
  UnixMs now;
};

class Factors {
 public:
  virtual ~Factors() = default;

  // user_not_found.
  virtual void second_factor(UserId user, Reply<SecondFactor> reply) = 0;
  // Keeps a secret that is to be confirmed. user_not_found (also for guests), totp_on.
  virtual void begin_totp(UserId user, std::string sealed, Reply<> reply) = 0;
  // From now on the account wants codes; its other sessions end, and its recovery codes are these.
  // Answers what it revoked. user_not_found; totp_on; totp_off: another secret is kept by now, or
  // none.
  virtual void confirm_totp(TotpConfirmation confirmation,
                            Reply<std::vector<Revocation>> reply) = 0;
  // bad_totp: not on, another secret, or this step or a later one was used before.
  virtual void use_totp(UserId user, TotpUse use, Reply<> reply) = 0;
  // Recovery codes stay. totp_off.
  virtual void remove_totp(UserId user, Reply<> reply) = 0;

  // user_not_found (also for guests).
  virtual void replace_recovery_codes(UserId user, std::vector<std::string> hashes, UnixMs now,
                                      Reply<> reply) = 0;
  // In place of a TOTP code: one of the person's own set. bad_recovery_code.
  virtual void use_recovery_code(UserId user, std::string hash, Reply<> reply) = 0;
  // Whether reset_password() would take it; uses nothing up. False of a stranger's.
  virtual void is_recovery_code(UserId user, std::string hash, UnixMs now, Reply<bool> reply) = 0;
  // Uses the code up, sets the password, ends all sessions and answers what it revoked. In this
  // order: bad_recovery_code; totp_required: it is on, and no use was given; bad_totp.
  virtual void reset_password(PasswordReset reset, Reply<std::vector<Revocation>> reply) = 0;

  // An operator's: one code with which a new password can be set; takes the place of an earlier
  // one. Audits ("user.reset_password"). user_not_found (also for guests).
  virtual void issue_reset_code(ResetCode code, Reply<> reply) = 0;
  // An operator's: no second factor any more, and no session; the person's own recovery codes go,
  // too. Audits ("user.reset_totp"). user_not_found, totp_off.
  virtual void reset_totp(UserId user, std::string reason, Actor actor, UnixMs now,
                          Reply<Account> reply) = 0;
};

}  // namespace whoosh::store
