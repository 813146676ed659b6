#include "base/json_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <cstring>

#include "base/assert.h"

namespace whoosh::base {

namespace {

constexpr std::uint64_t in_every_byte = 0x0101010101010101ull;

// The highest bit of each byte that is below `bound`; REQUIRES: bound <= 128. A byte behind one
// that is may be marked, too.
std::uint64_t below(std::uint64_t word, std::uint64_t bound) {
  return (word - in_every_byte * bound) & ~word & in_every_byte * 0x80;
}

bool needs_escape(std::uint64_t word) {
  const std::uint64_t quote = word ^ in_every_byte * '"';
  const std::uint64_t backslash = word ^ in_every_byte * '\\';
  return (below(word, 0x20) | below(quote, 1) | below(backslash, 1)) != 0;
}

// Nothing in it needs an escape: nearly every text.
bool is_plain(std::string_view text) {
  std::uint64_t word = 0;
  for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
    std::memcpy(&word, text.data(), sizeof word);
    if (needs_escape(word)) return false;
  }
  word = in_every_byte * ' ';
  if (!text.empty()) std::memcpy(&word, text.data(), text.size());
  return !needs_escape(word);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  if (is_plain(text)) {
    const std::size_t begin = out.size();
    out.resize(begin + text.size() + 2);
    char* const at = out.data() + begin;
    at[0] = '"';
    text.copy(at + 1, text.size());
    at[text.size() + 1] = '"';
    return;
  }
  out.push_back('"');
  std::size_t clean = 0;  // start of the run that needs no escape
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(clean, i - clean));
    clean = i + 1;
    switch (c) {
      case '"':
        out.append("\\\"");
        break;
      case '\\':
        out.append("\\\\");
        break;
      case '\n':
        out.append("\\n");
        break;
      case '\r':
        out.append("\\r");
        break;
      case '\t':
        out.append("\\t");
        break;
      default:
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    }
  }
  out.append(text.substr(clean));
  out.push_back('"');
}

JsonWriter& JsonWriter::value(double number) {
  ASSERT(std::isfinite(number));  // JSON has no NaN
  comma();
  fmt::format_to(std::back_inserter(out_), "{}", number);
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t number) {
  comma();
  const fmt::format_int text(number);
  out_.append(text.data(), text.size());
  return *this;
}

JsonWriter& JsonWriter::unsigned_integer(std::uint64_t number) {
  comma();
  const fmt::format_int text(number);
  out_.append(text.data(), text.size());
  return *this;
}

}  // namespace whoosh::base
