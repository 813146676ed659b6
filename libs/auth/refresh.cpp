#include "auth/refresh.h"

#include <openssl/sha.h>

#include "base/assert.h"
#include "base/encoding.h"

namespace whoosh::auth {
namespace {

std::string sha256(std::string_view bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

}  // namespace

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
