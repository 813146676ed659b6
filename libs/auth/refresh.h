// Refresh tokens and other opaque secrets: 256 random bits as base64url. A store sees the SHA-256
// only, so a stolen database signs nobody in. Any thread; randomness is an argument.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whoosh::auth {

inline constexpr std::size_t secret_bytes = 32;
inline constexpr std::int64_t refresh_lifetime_ms = 7LL * 24 * 3600 * 1000;
inline constexpr std::int64_t guest_refresh_lifetime_ms = 24LL * 3600 * 1000;

struct Secret {
  std::string token;  // 43 characters; for the client
  std::string hash;   // 32 bytes; for the store
};

// REQUIRES: random.size() == secret_bytes, from Entropy.
[[nodiscard]] Secret make_secret(std::string_view random);
// The hash to look a token up by; nullopt: this was never one of ours.
[[nodiscard]] std::optional<std::string> secret_hash(std::string_view token);

}  // namespace whoosh::auth
