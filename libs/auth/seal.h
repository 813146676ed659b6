// Sealer: encrypts small secrets that a store keeps and the program must read again (those of
// second factors), so that a stolen database has none of them. XChaCha20-Poly1305 of libsodium; the
// text says whose secret it is and is authenticated with it, so that a row can't be moved to
// another account.
//
// Several keys at once, for rotation: the first one seals, every one opens; what is sealed names
// its key. Owner: the process; immutable, any thread; randomness is an argument.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace whoosh::auth {

inline constexpr std::size_t seal_secret_bytes_min = 32;
inline constexpr std::size_t seal_random_bytes = 24;  // a nonce so long may be drawn

class Sealer {
 public:
  Sealer() = default;  // without a key: seals nothing
  // Texts of key files, the newest first. invalid_input: one has too few bytes.
  [[nodiscard]] static base::Result<Sealer> from_secrets(std::span<const std::string> secrets);

  [[nodiscard]] bool can_seal() const { return !keys_.empty(); }
  // REQUIRES: can_seal(), random.size() == seal_random_bytes, from Entropy.
  [[nodiscard]] std::string seal(std::string_view secret, std::string_view whose,
                                 std::string_view random) const;
  // nullopt: another key, another owner, or changed bytes.
  [[nodiscard]] std::optional<std::string> open(std::string_view sealed,
                                                std::string_view whose) const;

 private:
  struct Key {
    std::array<unsigned char, 32> bytes;
    std::string name;  // 8 bytes, of its hash
  };
  std::vector<Key> keys_;
};

}  // namespace whoosh::auth
