#include "auth/seal.h"

#include <fmt/format.h>
#include <sodium.h>

#include <cstring>

#include "auth/digest.h"
#include "base/assert.h"

namespace whoosh::auth {
namespace {

// version, name of the key, nonce, ciphertext with its tag
constexpr char version = 1;
constexpr std::size_t name_bytes = 8;
constexpr std::size_t head_bytes = 1 + name_bytes + seal_random_bytes;
static_assert(seal_random_bytes == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

base::Result<Sealer> Sealer::from_secrets(std::span<const std::string> secrets) {
  ASSERT(sodium_init() >= 0);
  Sealer sealer;
  for (const std::string& secret : secrets) {
    if (secret.size() < seal_secret_bytes_min) {
      return base::Error{base::ErrorCode::invalid_input,
                         fmt::format("a secret for second factors has {} bytes but needs {}",
                                     secret.size(), seal_secret_bytes_min)};
    }
    Key key{};
    const std::string digest = sha256("whoosh seal " + secret);
    std::memcpy(key.bytes.data(), digest.data(), key.bytes.size());
    key.name = sha256("whoosh seal name " + digest).substr(0, name_bytes);
    sealer.keys_.push_back(std::move(key));
  }
  return sealer;
}

std::string Sealer::seal(std::string_view secret, std::string_view whose,
                         std::string_view random) const {
  ASSERT(can_seal());
  ASSERT(random.size() == seal_random_bytes);
  const Key& key = keys_.front();
  std::string sealed = version + key.name + std::string(random);
  sealed.resize(head_bytes + secret.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      reinterpret_cast<unsigned char*>(sealed.data() + head_bytes), &size, bytes_of(secret),
      secret.size(), bytes_of(whose), whose.size(), nullptr, bytes_of(random), key.bytes.data());
  ASSERT(size == sealed.size() - head_bytes);
  return sealed;
}

std::optional<std::string> Sealer::open(std::string_view sealed, std::string_view whose) const {
  constexpr std::size_t tag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
  if (sealed.size() < head_bytes + tag || sealed.front() != version) return std::nullopt;
  const std::string_view name = sealed.substr(1, name_bytes);
  for (const Key& key : keys_) {
    if (key.name != name) continue;
    std::string secret(sealed.size() - head_bytes - tag, '\0');
    unsigned long long size = 0;
    const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
        reinterpret_cast<unsigned char*>(secret.data()), &size, nullptr,
        bytes_of(sealed.substr(head_bytes)), sealed.size() - head_bytes, bytes_of(whose),
        whose.size(), bytes_of(sealed.substr(1 + name_bytes)), key.bytes.data());
    if (opened == 0) return secret;
  }
  return std::nullopt;
}

}  // namespace whoosh::auth
