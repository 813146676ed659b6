#include "auth/totp.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/assert.h"

namespace whoosh::auth {
namespace {

constexpr std::string_view issuer = "Whoosh";
constexpr std::uint32_t codes = 1'000'000;

// Whatever RFC 3986 does not let stand for itself.
std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    out += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace

std::string totp_code(std::string_view secret, std::int64_t step) {
  std::array<unsigned char, 8> counter{};
  for (std::size_t at = 0; at < counter.size(); ++at) {
    counter[counter.size() - 1 - at] = static_cast<unsigned char>(step >> (8 * at));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  const unsigned char* const done = HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
                                         counter.data(), counter.size(), mac.data(), &size);
  ASSERT(done != nullptr);
  ASSERT(size == 20);
  const std::size_t at = mac[19] & 0x0f;
  const std::uint32_t number = (std::uint32_t{mac[at]} & 0x7f) << 24 |
                               std::uint32_t{mac[at + 1]} << 16 | std::uint32_t{mac[at + 2]} << 8 |
                               std::uint32_t{mac[at + 3]};
  return fmt::format("{:06}", number % codes);
}

std::int64_t totp_step(base::UnixMs now) {
  return now.value / 1000 / totp_step_s;
}

std::optional<std::int64_t> matching_step(std::string_view secret, std::string_view code,
                                          base::UnixMs now) {
  if (code.size() != totp_digits) return std::nullopt;
  std::optional<std::int64_t> found;
  const std::int64_t middle = totp_step(now);
  for (std::int64_t step = middle - totp_drift_steps; step <= middle + totp_drift_steps; ++step) {
    const std::string right = totp_code(secret, step);
    if (CRYPTO_memcmp(right.data(), code.data(), totp_digits) == 0) found = step;
  }
  return found;
}

std::optional<std::string> cleaned_totp(std::string_view typed) {
  std::string digits;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    if (c < '0' || c > '9' || digits.size() == totp_digits) return std::nullopt;
    digits += c;
  }
  if (digits.size() != totp_digits) return std::nullopt;
  return digits;
}

std::string base32(std::string_view bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 5; count -= 5) out += alphabet[bits >> (count - 5) & 31];
  }
  if (count > 0) out += alphabet[bits << (5 - count) & 31];
  return out;
}

std::string totp_uri(std::string_view secret, std::string_view username) {
  return fmt::format("otpauth://totp/{0}:{1}?secret={2}&issuer={0}", issuer,
                     percent_encoded(username), base32(secret));
}

}  // namespace whoosh::auth
