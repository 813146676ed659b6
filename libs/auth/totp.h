// Time-based one-time passwords (RFC 6238 over RFC 4226): six digits, 30 seconds, HMAC-SHA-1, which
// is what every authenticator app knows; SHA-1's collisions do not matter to an HMAC. A clock may
// be off by one step. Pure but for OpenSSL; any thread; randomness and time are arguments.
//
// A code says who has the secret; that a step is used once is the store's business (use_totp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace whoosh::auth {

inline constexpr std::size_t totp_secret_bytes = 20;  // RFC 4226: as long as the hash
inline constexpr std::size_t totp_digits = 6;
inline constexpr std::int64_t totp_step_s = 30;
inline constexpr std::int64_t totp_drift_steps = 1;

// The code of a secret at a step: "287082".
[[nodiscard]] std::string totp_code(std::string_view secret, std::int64_t step);
[[nodiscard]] std::int64_t totp_step(base::UnixMs now);
// The step whose code this is, at most totp_drift_steps away. Takes the same time for every code
// of six digits.
[[nodiscard]] std::optional<std::int64_t> matching_step(std::string_view secret,
                                                        std::string_view code, base::UnixMs now);
// Six digits; people put blanks between them. nullopt: something else.
[[nodiscard]] std::optional<std::string> cleaned_totp(std::string_view typed);

// RFC 4648, without padding: how secrets are typed by hand.
[[nodiscard]] std::string base32(std::string_view bytes);
// What an app reads from a QR code: otpauth://totp/Whoosh:ada?secret=…&issuer=Whoosh.
[[nodiscard]] std::string totp_uri(std::string_view secret, std::string_view username);

}  // namespace whoosh::auth
