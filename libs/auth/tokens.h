// Access tokens, seat tickets and service tokens: what is signed, for how long, and how it is
// checked. All are JWTs; their `typ` and `aud` differ, so that none passes for another.
//
//   access token    60 min       who somebody is; Service A and the edges check it and ask no store
//   seat ticket     60 s         a place in one room for one user; single use: the edge remembers
//                                the jti
//   service token   1-365 days   a program of the deployment that reports results; `whoosh keys
//                                --service-token NAME` makes one
//
// `now` is an argument; randomness (jti) too. TokenAuthority: owned by the process, any thread; but
// for its keys, which replace_keys() swaps as a whole, immutable. Verification: signature (jws.h),
// iss, aud, token_type, exp, nbf, iat. Clocks of two machines may differ by leeway_s; a seat
// ticket's exp has no leeway, its 60 s are meant.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "auth/jws.h"
#include "auth/keys.h"
#include "base/described.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "cosmetics/look.h"

namespace whoosh::auth {

inline constexpr std::int64_t access_lifetime_s = 60 * 60;
inline constexpr std::int64_t seat_lifetime_s = 60;
inline constexpr std::int64_t leeway_s = 30;

// The payload of an access token, member by member.
struct AccessClaims {
  std::string iss;
  std::string aud;
  std::string sub;       // = user_id
  std::int64_t iat = 0;  // seconds since the epoch
  std::int64_t exp = 0;
  std::optional<std::int64_t> nbf;
  std::string jti;
  std::string token_type;  // "access"
  std::string user_id;     // decimal
  std::string username;
  bool is_guest = false;
  std::optional<std::string> display_name;
  std::optional<std::string> role;  // "moderator", "admin"
  std::optional<std::string> sid;   // the session (family of refresh tokens) that it belongs to
};
BOOST_DESCRIBE_STRUCT(AccessClaims, (),
                      (iss, aud, sub, iat, exp, nbf, jti, token_type, user_id, username, is_guest,
                       display_name, role, sid))

// What the rest of the program wants to know of an access token.
struct Identity {
  base::UserId user;
  std::string username;
  std::string display_name;
  std::string role;     // "", "moderator" or "admin"
  std::string session;  // "": a token from before sessions had names
  bool is_guest = false;
  std::string jti;
  base::UnixMs issued_at;
  base::UnixMs expires_at;
};

using cosmetics::Look;

struct SeatTicket {
  std::string jti;
  base::UserId user;
  std::string name;  // as shown to others
  std::string avatar;
  base::RoomId room;
  std::string role;  // "player", "spectator", "screen", …: wire::Role as text
  bool newcomer = false;
  std::string session = {};     // of the access token by which it was asked for
  Look look = {};               // what others see him wear
  base::UnixMs issued_at = {};  // both set by the authority
  base::UnixMs expires_at = {};
};

inline constexpr std::int32_t service_days_max = 365;

struct ServiceToken {
  std::string name;  // of the service: a-z 0-9 - . _, at most 64
  std::string jti;
  base::UnixMs issued_at = {};  // both set by the authority
  base::UnixMs expires_at = {};
};

struct Audience {
  std::string issuer = "whoosh";
  std::string access = "whoosh";
  std::string seat = "whoosh-seat";
  std::string service = "whoosh-service";
};

// Lock ledger: mutex_ protects keys_; held while the pointer is copied or swapped, nothing is
// called under it. (std::atomic<std::shared_ptr> of g++ 12 is a spin lock whose load
// ThreadSanitizer calls a race; beside a signature either costs nothing.)
class TokenAuthority {
 public:
  // `seats`: the secret under which this deployment's seat tickets are made (docs/adr/0010-key-
  // sizes.md); without one they are signed as access tokens are. With it both kinds are accepted:
  // while a deployment is updated, some processes still make the other one.
  explicit TokenAuthority(std::shared_ptr<const KeySet> keys, Audience audience = {},
                          std::optional<ClusterKey> seats = {});

  // `jti` and the two times of the identity: jti is written, the times are computed from now.
  // Error: internal (no private key).
  [[nodiscard]] base::Result<std::string> make_access(const Identity& identity,
                                                      base::UnixMs now) const;
  // bad_token; token_expired (everything else was right).
  [[nodiscard]] base::Result<Identity> check_access(std::string_view token, base::UnixMs now) const;

  [[nodiscard]] base::Result<std::string> make_seat(const SeatTicket& ticket,
                                                    base::UnixMs now) const;
  // bad_ticket. Whether it was used before is the edge's business.
  [[nodiscard]] base::Result<SeatTicket> check_seat(std::string_view token, base::UnixMs now) const;

  // invalid_input: another name than a service may have, or days that are not 1 …
  // service_days_max.
  [[nodiscard]] base::Result<std::string> make_service(const ServiceToken& token, std::int32_t days,
                                                       base::UnixMs now) const;
  // bad_token; token_expired (everything else was right).
  [[nodiscard]] base::Result<ServiceToken> check_service(std::string_view token,
                                                         base::UnixMs now) const;

  // Those of now; whoever holds them keeps them.
  [[nodiscard]] std::shared_ptr<const KeySet> keys() const;
  // From now on these sign and check; calls under way end with those they began with.
  void replace_keys(std::shared_ptr<const KeySet> keys);
  // For who remembers what was checked: a number that no other authority of this process has, and
  // that changes when the keys do. ENSURES: what check_…() accepts between two equal answers was
  // signed by one of the keys there were all that time.
  [[nodiscard]] std::uint64_t generation() const {
    return generation_.load(std::memory_order_acquire);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const KeySet> keys_;
  std::atomic<std::uint64_t> generation_;  // written after keys_, read before them
  Audience audience_;
  std::optional<ClusterKey> seats_;
};

}  // namespace whoosh::auth
