// What people may call themselves and choose as a secret. Each check answers nullopt, or why not,
// as a short phrase for `fields` ("must be 3 to 20 characters"). Pure; any thread. Uniqueness is
// the store's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace whoosh::auth {

inline constexpr std::size_t username_characters_min = 3;
inline constexpr std::size_t username_characters_max = 20;
inline constexpr std::size_t email_bytes_max = 254;
inline constexpr std::size_t display_name_characters_max = 16;
inline constexpr std::size_t avatar_bytes_max = 32;

using Wrong = std::optional<std::string>;

// Letters, digits, _ . - (ASCII, so that no two look alike by their alphabet), a letter among them;
// no reserved name (reserved_names.h).
[[nodiscard]] Wrong wrong_username(std::string_view username);
// As RFC 5321 without quotes, and letters of any alphabet in NFC (RFC 6531).
[[nodiscard]] Wrong wrong_email(std::string_view email);
// By NIST SP 800-63B: length, none that is tried first (common_passwords.h), and not one's own name
// or address; nothing is asked about what kinds of characters it has.
[[nodiscard]] Wrong wrong_password(std::string_view password, std::string_view username,
                                   std::string_view email);
[[nodiscard]] Wrong wrong_avatar(std::string_view avatar);  // a key: a-z 0-9 - _

// Cleaned (base::clean_line), 1 … 16 visible characters, not reserved. Error: invalid_input with
// the phrase as message.
[[nodiscard]] base::Result<std::string> cleaned_display_name(std::string_view text);

// "brave otter": a name for a guest who gave none, from 64 bits of randomness.
[[nodiscard]] std::string guest_display_name(std::uint64_t random);
// A username for a guest, unique with high probability: "guest_7k2m9qx4pa".
[[nodiscard]] std::string guest_username(std::uint64_t random);

}  // namespace whoosh::auth
