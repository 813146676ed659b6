#include "auth/refresh.h"

#include "auth/digest.h"
#include "base/assert.h"
#include "base/encoding.h"

namespace whoosh::auth {
Secret make_secret(std::string_view random) {
  ASSERT(random.size() == secret_bytes);
  return {base::base64url(random), sha256(random)};
}

std::optional<std::string> secret_hash(std::string_view token) {
  const auto bytes = base::base64url_decode(token);
  if (!bytes || bytes->size() != secret_bytes) return std::nullopt;
  return sha256(*bytes);
}

}  // namespace whoosh::auth
