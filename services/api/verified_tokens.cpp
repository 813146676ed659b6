#include "services/api/verified_tokens.h"

#include <cstring>
#include <utility>

#include "auth/digest.h"

namespace whoosh::api {

base::Result<auth::Identity> VerifiedTokens::check(const auth::TokenAuthority& tokens,
                                                   std::string_view token, base::UnixMs now) {
  if (token.size() > auth::token_bytes_max) return base::Error{base::ErrorCode::bad_token};
  // Read before the token is checked: should the keys be replaced in between, what the new ones
  // accept is forgotten with the old number, and nothing of the old ones stays under the new.
  const std::uint64_t generation = tokens.generation();
  if (std::exchange(generation_, generation) != generation) {
    sets_.assign(sets_.size(), Set{});
  }
  const std::string key = auth::sha256(token);
  std::uint64_t place = 0;
  std::memcpy(&place, key.data(), sizeof place);
  Slot& slot = slot_for(sets_[place % sets_.size()], key);
  const std::int64_t leeway_ms = auth::leeway_s * 1000;
  if (slot.key == key && slot.identity.expires_at.plus_ms(leeway_ms) > now &&
      slot.identity.issued_at <= now.plus_ms(leeway_ms)) {
    return slot.identity;
  }
  ++signatures_;
  auto identity = tokens.check_access(token, now);
  if (identity) slot = {key, *identity};
  return identity;
}

// The one that has this key, moved a step to the front; else the first empty or the last.
VerifiedTokens::Slot& VerifiedTokens::slot_for(Set& set, std::string_view key) {
  for (std::size_t at = 0; at < ways; ++at) {
    if (set[at].key.empty()) return set[at];
    if (set[at].key != key) continue;
    if (at == 0) return set[at];
    std::swap(set[at], set[at - 1]);
    return set[at - 1];
  }
  return set.back();
}

}  // namespace whoosh::api
