#include "store/match_bytes.h"

#include <cstdint>

#include "base/encoding.h"

namespace whoosh::store {
namespace {

constexpr std::size_t word_bytes = 8;

void append_word(std::string& out, std::uint64_t word) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(word >> shift & 0xff));
}

std::uint64_t word_at(std::string_view bytes, std::size_t at) {
  std::uint64_t word = 0;
  for (const char byte : bytes.substr(at, word_bytes)) {
    word = word << 8 | static_cast<unsigned char>(byte);
  }
  return word;
}

}  // namespace

std::string match_bytes(const base::MatchId& id) {
  std::string out;
  append_word(out, id.high);
  append_word(out, id.low);
  return out;
}

std::optional<base::MatchId> match_of_bytes(std::string_view bytes) {
  if (bytes.size() != 2 * word_bytes) return std::nullopt;
  base::MatchId id;
  id.high = word_at(bytes, 0);
  id.low = word_at(bytes, word_bytes);
  return id;
}

std::string cursor_of(const HistoryMark& mark) {
  std::string bytes;
  append_word(bytes, static_cast<std::uint64_t>(mark.ended_at.value));
  return base::base64url(bytes + match_bytes(mark.match));
}

std::optional<HistoryMark> parse_cursor(std::string_view cursor) {
  const std::optional<std::string> bytes = base::base64url_decode(cursor);
  if (!bytes || bytes->size() != 3 * word_bytes) return std::nullopt;
  HistoryMark mark;
  mark.ended_at.value = static_cast<std::int64_t>(word_at(*bytes, 0));
  mark.match = *match_of_bytes(std::string_view(*bytes).substr(word_bytes));
  return mark;
}

}  // namespace whoosh::store
