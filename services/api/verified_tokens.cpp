#include "services/api/verified_tokens.h"

#include <cstring>

#include "auth/digest.h"

namespace whoosh::api {

base::Result<auth::Identity> VerifiedTokens::check(const auth::TokenAuthority& tokens,
                                                   std::string_view token, base::UnixMs now) {
  if (token.size() > auth::token_bytes_max) return base::Error{base::ErrorCode::bad_token};
  std::string about(tokens.keys().signing_kid());
  about += '\n';
  about += token;
  const std::string key = auth::sha256(about);
  std::uint64_t place = 0;
  std::memcpy(&place, key.data(), sizeof place);
  Slot& slot = slots_[place % slots_.size()];
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

}  // namespace whoosh::api
