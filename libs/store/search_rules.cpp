#include "store/search_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/encoding.h"
#include "base/text.h"
#include "store/moderation_rules.h"
#include "store/window.h"

namespace whoosh::store {
namespace {

using base::ErrorCode;

constexpr std::string_view cursor_sign = "users:";

// Surrogates are no characters: UTF-8 has none between these two.
constexpr std::uint32_t before_surrogates = 0xd7ff;
constexpr std::uint32_t after_surrogates = 0xe000;
constexpr std::uint32_t code_point_max = 0x10ffff;

std::uint32_t decode(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first;
  std::uint32_t point = first & (0xffU >> (character.size() + 1));
  for (const char byte : character.substr(1)) {
    point = point << 6 | (static_cast<unsigned char>(byte) & 0x3fU);
  }
  return point;
}

std::string encode(std::uint32_t point) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | (point >> shift & 0x3f)); };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xc0 | point >> 6), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xe0 | point >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | point >> 18), tail(12), tail(6), tail(0)};
}

std::size_t last_character(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U) --at;
  return at;
}

// Whether a page of this plan can have ended there.
bool is_of(const SearchPlan& plan, const SearchMark& mark) {
  switch (mark.stage) {
    case SearchStage::everybody:
      return plan.after.stage == SearchStage::everybody && mark.key.empty();
    case SearchStage::id:
      return plan.id.value != 0 && mark.id == plan.id && mark.key.empty();
    case SearchStage::username:
    case SearchStage::display_name:
    case SearchStage::email:
      return !plan.prefix.empty() && mark.key.starts_with(plan.prefix);
    case SearchStage::done:
      return false;
  }
  return false;
}

}  // namespace

base::Result<SearchPlan> plan_search(const UserSearch& search) {
  SearchPlan plan;
  plan.rows = static_cast<std::size_t>(std::clamp(search.limit, 1, page_rows_max));
  if (search.query.empty()) {
    plan.after = {SearchStage::everybody, "", UserId{INT64_MAX}};
  } else {
    plan.after.stage = SearchStage::done;
    if (is_storable(search.query)) plan.prefix = base::fold(search.query);
    const std::optional<std::string> end =
        plan.prefix.empty() ? std::nullopt : end_of_prefix(plan.prefix);
    if (end) {
      plan.prefix_end = *end;
      plan.id = base::parse_user_id(plan.prefix).value_or(UserId{0});
      plan.after = plan.id.value != 0 ? SearchMark{SearchStage::id, "", UserId{0}}
                                      : SearchMark{SearchStage::username, plan.prefix, UserId{0}};
    }
  }
  if (search.cursor) {
    std::optional<SearchMark> mark = parse_search_cursor(*search.cursor);
    if (!mark || !is_of(plan, *mark)) return base::Error{ErrorCode::malformed};
    plan.after = std::move(*mark);
  }
  return plan;
}

SearchMark next_stage(const SearchPlan& plan, SearchStage stage) {
  switch (stage) {
    case SearchStage::id:
      return {SearchStage::username, plan.prefix, UserId{0}};
    case SearchStage::username:
      return {SearchStage::display_name, plan.prefix, UserId{0}};
    case SearchStage::display_name:
      return {SearchStage::email, plan.prefix, UserId{0}};
    case SearchStage::everybody:
    case SearchStage::email:
    case SearchStage::done:
      break;
  }
  return {SearchStage::done, "", UserId{0}};
}

std::string cursor_of(const SearchMark& mark) {
  return base::base64url(fmt::format("{}{}:{}:{}", cursor_sign, static_cast<int>(mark.stage),
                                     mark.id.value, mark.key));
}

std::optional<SearchMark> parse_search_cursor(std::string_view cursor) {
  const std::optional<std::string> text = base::base64url_decode(cursor);
  if (!text || !text->starts_with(cursor_sign) || !is_storable(*text)) return std::nullopt;
  const char* at = text->data() + cursor_sign.size();
  const char* end = text->data() + text->size();
  int stage = 0;
  const auto after_stage = std::from_chars(at, end, stage);
  if (after_stage.ec != std::errc() || after_stage.ptr == end || *after_stage.ptr != ':' ||
      stage < 0 || stage >= static_cast<int>(SearchStage::done)) {
    return std::nullopt;
  }
  SearchMark mark;
  mark.stage = static_cast<SearchStage>(stage);
  const auto after_id = std::from_chars(after_stage.ptr + 1, end, mark.id.value);
  if (after_id.ec != std::errc() || after_id.ptr == end || *after_id.ptr != ':' ||
      mark.id.value < 0) {
    return std::nullopt;
  }
  mark.key.assign(after_id.ptr + 1, end);
  return mark;
}

std::optional<std::string> end_of_prefix(std::string_view prefix) {
  std::string text(prefix);
  while (!text.empty()) {
    const std::size_t at = last_character(text);
    const std::uint32_t point = decode(std::string_view(text).substr(at));
    text.resize(at);
    if (point == code_point_max) continue;
    return text + encode(point == before_surrogates ? after_surrogates : point + 1);
  }
  return std::nullopt;
}

}  // namespace whoosh::store
