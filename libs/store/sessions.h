// Sessions and revocations, part of the store's port (store.h says what holds for every call).
//
// A session is one sign-in on one device: a family of refresh tokens, each replaced by the next. A
// revocation says that access tokens which are still unexpired must not be believed any more; it is
// written in the transaction that ends the sessions, so that it survives whatever happens next, and
// it is kept until the last token that it is about has expired. Ending one session writes one with
// its family; ending all of a user's sessions (sign out everywhere, new password, new role) one for
// each family; a ban and an erasure one without a family, which no later sign-in can outdate. A
// replaced token that comes back and one sign-in too many revoke the family that they end, too.
// What is over is removed by later calls that revoke, a bounded number each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "runtime/reply.h"
#include "store/accounts.h"

namespace whoosh::store {

using base::UnixMs;
using base::UserId;
using runtime::Reply;

// Of one user at a time; one more sign-in ends the oldest.
inline constexpr int sessions_per_user_max = 50;

// Of a session, however often it is refreshed.
inline constexpr std::int64_t absolute_lifetime_default_ms = 90LL * 24 * 3600 * 1000;

struct NewSession {
  std::string family;  // random id; one per sign-in; not a secret, also the `sid` of access tokens
  UserId user;
  std::string refresh_hash;  // SHA-256 of the token, 32 bytes; the token itself is never stored
  UnixMs created_at;
  UnixMs expires_at;
  std::string device = {};   // "Firefox on Android", for the person's own eyes
  std::string address = {};  // from where, the same
};

struct Session {  // a live one, as its owner sees it
  std::string family;
  UnixMs created_at;
  UnixMs last_used_at;  // sign-in or last refresh
  UnixMs expires_at;
  std::string device;
  std::string address;
};

struct Rotation {
  std::string old_hash;
  std::string new_hash;
  UnixMs now;
  std::int64_t lifetime_ms = 0;        // of the new token for registered users …
  std::int64_t guest_lifetime_ms = 0;  // … and for guests
  // Since the sign-in, for registered users: no token lives longer, and at its end none is taken. A
  // guest has nothing to sign in with again; his session ends by not being used.
  std::int64_t absolute_lifetime_ms = absolute_lifetime_default_ms;
};

struct Rotated {
  Account account;     // whose it is
  std::string family;  // the session; also the `sid` of the access token to make
};

// Until when the token is good that takes the place of an older one of a session that began then.
[[nodiscard]] UnixMs expiry_of(const Rotation& rotation, UnixMs created_at, bool is_guest);

enum class RevocationReason : std::uint8_t {
  signed_out,
  password_changed,
  reused,
  banned,
  erased,
  role_changed
};
// "signed_out" and so on, as the databases keep it.
[[nodiscard]] std::string_view revocation_name(RevocationReason reason);
[[nodiscard]] std::optional<RevocationReason> parse_revocation(std::string_view name);

struct Revocation {
  std::int64_t id = 0;  // ascending, not without gaps
  UserId user;
  std::string family;  // of this session; "": every token of the user issued at or before `at`
  RevocationReason reason = RevocationReason::signed_out;
  UnixMs at;
  UnixMs until;  // what it is about has expired by then
};

// How long after its moment a revocation matters: the life of an access token and the clocks'
// leeway.
inline constexpr std::int64_t revocation_lifetime_ms = (60 * 60 + 60) * 1000;

// So many that are over go with each call that revokes: more than any call adds.
inline constexpr int revocations_forgotten_max = 2 * sessions_per_user_max;

}  // namespace whoosh::store
