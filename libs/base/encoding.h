// Text forms of bytes: base64url without padding (RFC 4648 section 5), lower-case hex; and 64-bit
// hashes that are not secret. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace whoosh::base {

[[nodiscard]] std::string base64url(std::string_view bytes);
// nullopt: a foreign character, padding, or an impossible length.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);
[[nodiscard]] std::string hex(std::string_view bytes);

// FNV-1a with a final avalanche; stable across platforms and versions (content ids depend on it).
[[nodiscard]] std::uint64_t hash64(std::string_view bytes);
// Sixteen bytes a step; to see within this process whether a text is still the same. Its values may
// change with the version and never leave the process.
[[nodiscard]] std::uint64_t quick_hash64(std::string_view bytes);

// True iff equal; time depends on the lengths only. For tokens.
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace whoosh::base
