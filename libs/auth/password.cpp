#include "auth/password.h"

#include <sodium.h>

#include "base/assert.h"
#include "base/text.h"

namespace whoosh::auth {

Passwords::Passwords(Cost cost) : cost_(cost) {
  ASSERT(sodium_init() >= 0);
  std::string secret(32, '\0');
  randombytes_buf(secret.data(), secret.size());
  const auto made = hash(secret);
  ASSERT(made.has_value());
  nobody_ = *made;
}

base::Result<std::string> Passwords::hash(std::string_view password) const {
  const std::string typed = base::nfc(password);
  char text[crypto_pwhash_STRBYTES] = {};
  if (crypto_pwhash_str_alg(text, typed.data(), typed.size(), cost_.passes, cost_.memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return base::Error{base::ErrorCode::unavailable};
  }
  return std::string(text);
}

bool Passwords::verify(const std::optional<std::string>& hash, std::string_view password) const {
  const std::string& against = hash ? *hash : nobody_;
  const std::string typed = base::nfc(password);
  const bool same = crypto_pwhash_str_verify(against.c_str(), typed.data(), typed.size()) == 0;
  return same && hash.has_value();
}

bool Passwords::outdated(const std::string& hash) const {
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost_.passes, cost_.memory_bytes) != 0;
}

}  // namespace whoosh::auth
