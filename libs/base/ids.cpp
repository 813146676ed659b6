#include "base/ids.h"

#include <fmt/format.h>

#include <charconv>

namespace whoosh::base {
namespace {

template <class T>
std::optional<T> parse_whole(std::string_view text, int radix) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool lower_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string RoomId::text() const {
  return fmt::format("{:016x}", value);
}

std::optional<RoomId> RoomId::parse(std::string_view text) {
  if (text.size() != 16 || !lower_hex(text)) return std::nullopt;
  const auto value = parse_whole<std::uint64_t>(text, 16);
  if (!value || *value >> 63 != 0) return std::nullopt;
  return RoomId{*value};
}

MatchId MatchId::make(std::uint64_t random_high, std::uint64_t random_low) {
  return {(random_high & ~0xf000ull) | 0x4000ull, (random_low & ~(3ull << 62)) | (2ull << 62)};
}

std::string MatchId::text() const {
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                     high & 0xffff, low >> 48, low & 0xffffffffffffull);
}

std::optional<MatchId> MatchId::parse(std::string_view text) {
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
      text[23] != '-') {
    return std::nullopt;
  }
  std::string digits;
  for (const char c : text) {
    if (c != '-') digits.push_back(c);
  }
  if (digits.size() != 32 || !lower_hex(digits)) return std::nullopt;
  return MatchId{*parse_whole<std::uint64_t>(std::string_view(digits).substr(0, 16), 16),
                 *parse_whole<std::uint64_t>(std::string_view(digits).substr(16), 16)};
}

std::optional<UserId> parse_user_id(std::string_view text) {
  if (text.empty() || text.size() > 16 || text[0] < '1' || text[0] > '9') return std::nullopt;
  const auto value = parse_whole<std::int64_t>(text, 10);
  if (!value || *value >= (std::int64_t{1} << 53)) return std::nullopt;
  return UserId{*value};
}

std::string user_id_text(UserId id) {
  return fmt::format("{}", id.value);
}

}  // namespace whoosh::base
