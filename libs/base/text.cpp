#include "base/text.h"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

namespace whoosh::base {
namespace {

// Next code point at `at` (advanced); -1 when the bytes are not UTF-8.
utf8proc_int32_t next_code_point(std::string_view text, std::size_t& at) {
  utf8proc_int32_t point = -1;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                       static_cast<utf8proc_ssize_t>(text.size() - at), &point);
  if (length <= 0) return -1;
  at += static_cast<std::size_t>(length);
  return point;
}

std::string mapped(std::string_view text, int options) {
  utf8proc_uint8_t* out = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &out,
                                   static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(out, &std::free);
  if (length < 0) return {};
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(length)};
}

bool is_blank(utf8proc_int32_t point) {
  const auto category = utf8proc_category(point);
  return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
         category == UTF8PROC_CATEGORY_ZP || (point >= 9 && point <= 13);
}

// Characters that change how other text looks, or look like nothing.
bool is_unwanted(utf8proc_int32_t point) {
  if (point == 0x200d) return false;  // zero width joiner: emoji need it
  switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:  // bidi controls, zero width, tags
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
      return true;
    default:
      break;
  }
  return point == 0x115f || point == 0x1160 || point == 0x3164 ||
         point == 0xffa0;  // Hangul fillers
}

void append_code_point(std::string& out, utf8proc_int32_t point) {
  utf8proc_uint8_t bytes[4];
  const auto length = utf8proc_encode_char(point, bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
}

std::size_t visible_characters(std::string_view text) {
  std::size_t count = 0;
  std::size_t at = 0;
  utf8proc_int32_t previous = 0;
  utf8proc_int32_t state = 0;
  while (at < text.size()) {
    const auto point = next_code_point(text, at);
    if (point < 0) break;
    if (count == 0 || utf8proc_grapheme_break_stateful(previous, point, &state)) ++count;
    previous = point;
  }
  return count;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

bool valid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (next_code_point(text, at) < 0) return false;
  }
  return true;
}

std::size_t code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

std::string nfc(std::string_view text) {
  return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::string clean_line(std::string_view text) {
  const std::string composed = nfc(text);
  std::string out;
  bool blank = false;
  std::size_t at = 0;
  while (at < composed.size()) {
    const auto point = next_code_point(composed, at);
    if (point < 0) return {};
    if (is_blank(point)) {
      blank = !out.empty();
    } else if (!is_unwanted(point)) {
      if (blank) out.push_back(' ');
      blank = false;
      append_code_point(out, point);
    }
  }
  return out;
}

Result<std::string> clean_line_within(std::string_view text, std::size_t min, std::size_t max) {
  // A visible character can carry many marks; 12 bytes each is generous and bounds the work.
  if (text.size() > max * 12 + 64) return Error{ErrorCode::too_long};
  std::string line = clean_line(text);
  const std::size_t length = visible_characters(line);
  if (length > max || line.size() > max * 12) return Error{ErrorCode::too_long};
  if (length < min) return Error{ErrorCode::bad_payload, "The text is empty or too short."};
  return line;
}

std::string fold(std::string_view text) {
  return mapped(text, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                          UTF8PROC_STRIPMARK | UTF8PROC_IGNORE);
}

bool contains_words(std::string_view text, std::string_view phrase) {
  return contains_folded_words(fold(text), fold(phrase));
}

bool contains_folded_words(std::string_view where, std::string_view what) {
  if (what.empty()) return false;
  for (std::size_t at = where.find(what); at != std::string_view::npos;
       at = where.find(what, at + 1)) {
    const bool starts = at == 0 || !is_word(where[at - 1]);
    const std::size_t end = at + what.size();
    if (starts && (end == where.size() || !is_word(where[end]))) return true;
  }
  return false;
}

}  // namespace whoosh::base
