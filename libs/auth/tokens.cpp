#include "auth/tokens.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "base/json.h"

namespace whoosh::auth {
namespace {

using base::ErrorCode;

constexpr std::string_view access_typ = "JWT";
constexpr std::string_view seat_typ = "whoosh-seat+jwt";
constexpr std::string_view service_typ = "whoosh-service+jwt";
constexpr std::size_t service_name_bytes_max = 64;

std::uint64_t next_generation() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

bool is_service_name(std::string_view name) {
  return !name.empty() && name.size() <= service_name_bytes_max &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                  c == '.';
         });
}

// The payload of a seat ticket.
struct SeatClaims {
  std::string iss;
  std::string aud;
  std::string sub;
  std::int64_t iat = 0;
  std::int64_t exp = 0;
  std::string jti;
  std::string name;
  std::string avatar;
  std::string room;
  std::string role;
  bool newcomer = false;
  std::optional<std::string> sid;
  std::optional<Look> look;
};
BOOST_DESCRIBE_STRUCT(SeatClaims, (),
                      (iss, aud, sub, iat, exp, jti, name, avatar, room, role, newcomer, sid, look))

// The payload of a service token.
struct ServiceClaims {
  std::string iss;
  std::string aud;
  std::string sub;  // name of the service
  std::int64_t iat = 0;
  std::int64_t exp = 0;
  std::string jti;
  std::string token_type;  // "service"
};
BOOST_DESCRIBE_STRUCT(ServiceClaims, (), (iss, aud, sub, iat, exp, jti, token_type))

template <class Claims>
std::optional<Claims> decode_claims(std::string_view payload) {
  thread_local base::JsonParser parser(token_bytes_max, 4);
  const auto parsed = parser.parse(payload);
  if (!parsed) return std::nullopt;
  auto claims = base::decode_as<Claims>(*parsed);
  if (!claims) return std::nullopt;
  return std::move(*claims);
}

// A signed token of ours never has times so far off that arithmetic could wrap; a foreign key's
// might.
constexpr std::int64_t seconds_max = 1'000'000'000'000;
bool plausible(std::int64_t seconds) {
  return seconds >= 0 && seconds < seconds_max;
}

}  // namespace

TokenAuthority::TokenAuthority(std::shared_ptr<const KeySet> keys, Audience audience,
                               std::optional<ClusterKey> seats)
    : keys_(std::move(keys)),
      generation_(next_generation()),
      audience_(std::move(audience)),
      seats_(std::move(seats)) {
  ASSERT(keys_ != nullptr);
  ASSERT(audience_.access != audience_.seat);
  ASSERT(audience_.access != audience_.service);
  ASSERT(audience_.seat != audience_.service);
}

std::shared_ptr<const KeySet> TokenAuthority::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

void TokenAuthority::replace_keys(std::shared_ptr<const KeySet> keys) {
  ASSERT(keys != nullptr);
  {
    const std::lock_guard lock(mutex_);
    keys_.swap(keys);
  }
  // Afterwards: whoever reads the new number can't have the old keys any more.
  generation_.store(next_generation(), std::memory_order_release);
}

base::Result<std::string> TokenAuthority::make_access(const Identity& identity,
                                                      base::UnixMs now) const {
  AccessClaims claims;
  claims.iss = audience_.issuer;
  claims.aud = audience_.access;
  claims.sub = base::user_id_text(identity.user);
  claims.iat = now.seconds();
  claims.exp = now.seconds() + access_lifetime_s;
  claims.jti = identity.jti;
  claims.token_type = "access";
  claims.user_id = claims.sub;
  claims.username = identity.username;
  claims.is_guest = identity.is_guest;
  if (!identity.display_name.empty()) claims.display_name = identity.display_name;
  if (!identity.role.empty()) claims.role = identity.role;
  if (!identity.session.empty()) claims.sid = identity.session;
  return sign_jws(*keys(), access_typ, base::to_json(claims));
}

base::Result<Identity> TokenAuthority::check_access(std::string_view token,
                                                    base::UnixMs now) const {
  const auto payload = verify_jws(*keys(), access_typ, token);
  if (!payload) return payload.error();
  const auto claims = decode_claims<AccessClaims>(*payload);
  if (!claims || claims->iss != audience_.issuer || claims->aud != audience_.access ||
      claims->token_type != "access" || claims->sub != claims->user_id || !plausible(claims->iat) ||
      !plausible(claims->exp)) {
    return base::Error{ErrorCode::bad_token};
  }
  const auto user = base::parse_user_id(claims->user_id);
  const std::int64_t seconds = now.seconds();
  const bool early =
      claims->iat > seconds + leeway_s || claims->nbf.value_or(0) > seconds + leeway_s;
  if (!user || early) return base::Error{ErrorCode::bad_token};
  if (claims->exp + leeway_s <= seconds) return base::Error{ErrorCode::token_expired};
  Identity identity;
  identity.user = *user;
  identity.username = claims->username;
  identity.display_name = claims->display_name.value_or("");
  identity.role = claims->role.value_or("");
  identity.session = claims->sid.value_or("");
  identity.is_guest = claims->is_guest;
  identity.jti = claims->jti;
  identity.issued_at = {claims->iat * 1000};
  identity.expires_at = {claims->exp * 1000};
  return identity;
}

base::Result<std::string> TokenAuthority::make_seat(const SeatTicket& ticket,
                                                    base::UnixMs now) const {
  SeatClaims claims;
  claims.iss = audience_.issuer;
  claims.aud = audience_.seat;
  claims.sub = base::user_id_text(ticket.user);
  claims.iat = now.seconds();
  claims.exp = now.seconds() + seat_lifetime_s;
  claims.jti = ticket.jti;
  claims.name = ticket.name;
  claims.avatar = ticket.avatar;
  claims.room = ticket.room.text();
  claims.role = ticket.role;
  claims.newcomer = ticket.newcomer;
  if (!ticket.session.empty()) claims.sid = ticket.session;
  if (ticket.look != Look{}) claims.look = ticket.look;
  if (seats_) return sign_jws(*seats_, seat_typ, base::to_json(claims));
  return sign_jws(*keys(), seat_typ, base::to_json(claims));
}

base::Result<SeatTicket> TokenAuthority::check_seat(std::string_view token,
                                                    base::UnixMs now) const {
  base::Result<std::string> payload = ErrorCode::bad_token;
  if (seats_) payload = verify_jws(*seats_, seat_typ, token);
  if (!payload) payload = verify_jws(*keys(), seat_typ, token);
  if (!payload) return base::Error{ErrorCode::bad_ticket};
  const auto claims = decode_claims<SeatClaims>(*payload);
  if (!claims || claims->iss != audience_.issuer || claims->aud != audience_.seat ||
      claims->jti.empty() || !plausible(claims->iat) || !plausible(claims->exp)) {
    return base::Error{ErrorCode::bad_ticket};
  }
  const auto user = base::parse_user_id(claims->sub);
  const auto room = base::RoomId::parse(claims->room);
  const std::int64_t seconds = now.seconds();
  if (!user || !room || claims->iat > seconds + leeway_s || claims->exp <= seconds) {
    return base::Error{ErrorCode::bad_ticket};
  }
  SeatTicket ticket;
  ticket.jti = claims->jti;
  ticket.user = *user;
  ticket.name = claims->name;
  ticket.avatar = claims->avatar;
  ticket.room = *room;
  ticket.role = claims->role;
  ticket.newcomer = claims->newcomer;
  ticket.session = claims->sid.value_or("");
  ticket.look = claims->look.value_or(Look{});
  ticket.issued_at = {claims->iat * 1000};
  ticket.expires_at = {claims->exp * 1000};
  return ticket;
}

base::Result<std::string> TokenAuthority::make_service(const ServiceToken& token, std::int32_t days,
                                                       base::UnixMs now) const {
  if (!is_service_name(token.name)) {
    return base::Error{ErrorCode::invalid_input,
                       "A service's name is 1 to 64 of a-z, 0-9, -, _ and dots."};
  }
  if (days < 1 || days > service_days_max) {
    return base::Error{ErrorCode::invalid_input,
                       fmt::format("A service token is good for 1 to {} days.", service_days_max)};
  }
  ServiceClaims claims;
  claims.iss = audience_.issuer;
  claims.aud = audience_.service;
  claims.sub = token.name;
  claims.iat = now.seconds();
  claims.exp = now.seconds() + std::int64_t{days} * 24 * 3600;
  claims.jti = token.jti;
  claims.token_type = "service";
  return sign_jws(*keys(), service_typ, base::to_json(claims));
}

base::Result<ServiceToken> TokenAuthority::check_service(std::string_view token,
                                                         base::UnixMs now) const {
  const auto payload = verify_jws(*keys(), service_typ, token);
  if (!payload) return payload.error();
  const auto claims = decode_claims<ServiceClaims>(*payload);
  const std::int64_t seconds = now.seconds();
  if (!claims || claims->iss != audience_.issuer || claims->aud != audience_.service ||
      claims->token_type != "service" || !is_service_name(claims->sub) || !plausible(claims->iat) ||
      !plausible(claims->exp) || claims->iat > seconds + leeway_s) {
    return base::Error{ErrorCode::bad_token};
  }
  if (claims->exp + leeway_s <= seconds) return base::Error{ErrorCode::token_expired};
  return ServiceToken{claims->sub, claims->jti, {claims->iat * 1000}, {claims->exp * 1000}};
}

}  // namespace whoosh::auth
