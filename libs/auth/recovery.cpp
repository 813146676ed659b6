#include "auth/recovery.h"

#include "auth/digest.h"
#include "base/assert.h"

namespace whoosh::auth {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t characters = recovery_bytes * 8 / 5;
constexpr std::size_t typed_bytes_max = 64;

std::string hash_of(const std::string& bare) {
  return sha256("whoosh recovery code " + bare);
}

// The letter that was meant; 0: none.
char meant(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') return '0';
  if (c == 'I' || c == 'L') return '1';
  return alphabet.find(c) == alphabet.npos ? '\0' : c;
}

}  // namespace

RecoveryCode make_recovery_code(std::string_view random) {
  ASSERT(random.size() == recovery_bytes);
  std::string bare;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : random) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 5; count -= 5) bare += alphabet[bits >> (count - 5) & 31];
  }
  RecoveryCode code;
  code.hash = hash_of(bare);
  for (std::size_t at = 0; at < bare.size(); at += 4) {
    if (at > 0) code.text += '-';
    code.text += bare.substr(at, 4);
  }
  return code;
}

std::optional<std::string> recovery_hash(std::string_view typed) {
  if (typed.size() > typed_bytes_max) return std::nullopt;
  std::string bare;
  for (const char c : typed) {
    if (c == '-' || c == ' ') continue;
    const char letter = meant(c);
    if (letter == '\0') return std::nullopt;
    bare += letter;
  }
  if (bare.size() != characters) return std::nullopt;
  return hash_of(bare);
}

}  // namespace whoosh::auth
