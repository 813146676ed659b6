// Passwords that everybody tries first (NIST SP 800-63B 3.1.1.2): 30,000 of published leaks
// (content/common_passwords.txt, compiled in), in any case, with letters written as digits or signs
// ("P@ssw0rd"), with up to four digits and signs added at the ends ("dragon2024!"); rows of the
// keyboard of one character or a short pattern again and again; and the name of this service.
//
// Constants; any thread. The list is read once, at the first question (some milliseconds; ask once
// at start): 240 KB of 64-bit hashes, in which a wrong hit has a chance of 2^-49.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/embedded.h"

namespace whoosh::auth {

[[nodiscard]] bool is_common_password(std::string_view password);
// What two passwords have in common that nobody would call different: "P@ssw0rd1!" -> "password".
[[nodiscard]] std::string password_core(std::string_view password);
// Different cores on the list.
[[nodiscard]] std::size_t common_passwords_known();

[[nodiscard]] std::span<const base::EmbeddedFile> embedded();

}  // namespace whoosh::auth
