// Recovery codes: for who has lost his password or his authenticator app. 120 random bits in 24
// characters that nobody mistakes for each other, written in groups of four: "7QXM-…". A store sees
// the SHA-256 only: with so many bits nothing slower is needed, and looking one up by it tells
// nothing by the time it takes. Any thread; randomness is an argument.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whoosh::auth {

inline constexpr std::size_t recovery_bytes = 15;
// Of a code that an operator issues.
inline constexpr std::int64_t reset_code_lifetime_ms = 24LL * 3600 * 1000;

struct RecoveryCode {
  std::string text;  // for the person, once
  std::string hash;  // 32 bytes; for the store
};

// REQUIRES: random.size() == recovery_bytes, from Entropy.
[[nodiscard]] RecoveryCode make_recovery_code(std::string_view random);
// The hash to look a typed code up by: in small letters, without hyphens, with O for 0 it is the
// same. nullopt: this was never one of ours.
[[nodiscard]] std::optional<std::string> recovery_hash(std::string_view typed);

}  // namespace whoosh::auth
