// Passwords: Argon2id by libsodium. One verification takes tens of milliseconds and
// `Cost::memory_bytes` of memory on purpose, so it runs on a bounded worker pool
// (http/worker_pool.h), never on an event loop.
//
// A password is hashed in Unicode's NFC (RFC 8265, OpaqueString), so that it does not matter
// whether a keyboard sends "é" as one character or as two.
//
// Passwords: owned by the process, immutable, any thread. The salt is libsodium's own randomness.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace whoosh::auth {

inline constexpr std::size_t password_characters_min = 8;
inline constexpr std::size_t password_bytes_max = 256;

struct Cost {
  std::uint64_t passes = 2;
  std::size_t memory_bytes = 64 * 1024 * 1024;
  static Cost interactive() { return {}; }         // libsodium's recommendation for online use
  static Cost minimal() { return {1, 8 * 1024}; }  // tests only
};

class Passwords {
 public:
  // Makes the hash that stands in for users who don't exist, so it costs one hash.
  explicit Passwords(Cost cost = Cost::interactive());

  // PHC text "$argon2id$…". Error: unavailable (no memory).
  [[nodiscard]] base::Result<std::string> hash(std::string_view password) const;
  // nullopt (no such user) costs as much as a wrong password and is false.
  [[nodiscard]] bool verify(const std::optional<std::string>& hash,
                            std::string_view password) const;
  // True iff `hash` was made with another cost.
  [[nodiscard]] bool outdated(const std::string& hash) const;

 private:
  Cost cost_;
  std::string nobody_;  // a hash that no password is known for
};

}  // namespace whoosh::auth
