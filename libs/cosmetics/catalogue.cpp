#include "cosmetics/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/assert.h"
#include "base/described.h"
#include "base/text.h"

namespace whoosh::cosmetics {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t line_bytes_max = 4096;
constexpr std::size_t frame_colours_max = 3;

// One line of the file.
struct Row {
  std::string id;
  Kind kind = Kind::frame;
  std::string name;
  std::string description;
  std::int32_t price = 0;
  std::optional<std::vector<std::string>> colours;
  std::optional<std::string> motif;
  std::optional<std::string> value;
  std::optional<std::string> ink;
  std::optional<std::string> text;
  std::optional<std::vector<std::string>> reactions;
  std::optional<std::vector<std::string>> faces;
};
BOOST_DESCRIBE_STRUCT(Row, (),
                      (id, kind, name, description, price, colours, motif, value, ink, text,
                       reactions, faces))

bool is_word(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

bool is_colour(std::string_view text) {
  return text.size() == 7 && text[0] == '#' && std::ranges::all_of(text.substr(1), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
         });
}

bool is_line(std::string_view text, std::size_t characters_max) {
  return !text.empty() && base::clean_line(text) == text &&
         base::code_points(text) <= characters_max;
}

// Why not; "": good.
std::string_view wrong_words(const Row& row) {
  const std::string prefix = std::string(base::enum_text(row.kind)) + "_";
  if (!is_word(row.id) || !row.id.starts_with(prefix) || row.id == prefix) {
    return "the id must be its kind and a word";
  }
  if (!is_line(row.name, name_characters_max)) return "the name is empty or too long";
  if (!is_line(row.description, description_characters_max) || !row.description.ends_with('.')) {
    return "the description must be one short sentence";
  }
  if (row.price < price_min || row.price > price_max) return "the price is out of range";
  return {};
}

// Each kind has its own members and no other's.
std::string_view wrong_looks(const Row& row) {
  const bool frame = row.kind == Kind::frame;
  const bool colour = row.kind == Kind::colour;
  const bool title = row.kind == Kind::title;
  const bool pack = row.kind == Kind::reactions;
  if (row.colours.has_value() != frame || row.motif.has_value() != frame ||
      row.value.has_value() != colour || row.ink.has_value() != colour ||
      row.text.has_value() != title || row.reactions.has_value() != pack ||
      row.faces.has_value() != pack) {
    return "a member is missing, or one of another kind";
  }
  if (frame && (row.colours->empty() || row.colours->size() > frame_colours_max ||
                !std::ranges::all_of(*row.colours, is_colour) || row.motif->empty())) {
    return "a frame has one to three colours and a motif";
  }
  if (colour && (!is_colour(*row.value) || !is_colour(*row.ink))) return "colours are #RRGGBB";
  if (title && !is_line(*row.text, title_characters_max)) return "the title is empty or too long";
  if (pack && (row.reactions->size() != reactions_max || row.faces->size() != reactions_max ||
               !std::ranges::all_of(*row.reactions, is_word))) {
    return "a pack has six reactions with a face each";
  }
  return {};
}

Item item_of(Row row) {
  return {std::move(row.id),
          row.kind,
          std::move(row.name),
          std::move(row.description),
          row.price,
          std::move(row.colours).value_or(std::vector<std::string>()),
          std::move(row.motif).value_or(""),
          std::move(row.value).value_or(""),
          std::move(row.ink).value_or(""),
          std::move(row.text).value_or(""),
          std::move(row.reactions).value_or(std::vector<std::string>()),
          std::move(row.faces).value_or(std::vector<std::string>())};
}

Error wrong(std::size_t line, std::string_view what) {
  return {ErrorCode::invalid_input, fmt::format("cosmetics, line {}: {}", line, what)};
}

struct Catalogue {
  std::vector<Item> items;
  std::unordered_map<std::string_view, const Item*> by_id;

  Catalogue() {
    auto loaded = load(embedded().front().text);
    ASSERT(loaded.has_value());  // the test of the content says so before a build is shipped
    items = std::move(*loaded);
    for (const Item& item : items) by_id.emplace(item.id, &item);
  }
};

const Catalogue& catalogue() {
  static const Catalogue one;
  return one;
}

}  // namespace

std::string Item::image() const {
  return "/cosmetics/" + id + ".svg";
}

std::span<const Item> all() {
  return catalogue().items;
}

const Item* find(std::string_view id) {
  const auto found = catalogue().by_id.find(id);
  return found == catalogue().by_id.end() ? nullptr : found->second;
}

bool allows(std::string_view pack, std::string_view emote) {
  const Item* const item = find(pack);
  return item != nullptr && std::ranges::find(item->reactions, emote) != item->reactions.end();
}

Result<std::vector<Item>> load(std::string_view jsonl) {
  std::vector<Item> items;
  std::set<std::string, std::less<>> ids;
  base::JsonParser parser(line_bytes_max);
  std::size_t number = 0;
  while (!jsonl.empty()) {
    const auto end = std::min(jsonl.find('\n'), jsonl.size());
    const std::string_view line = jsonl.substr(0, end);
    jsonl.remove_prefix(std::min(end + 1, jsonl.size()));
    ++number;
    if (line.empty()) continue;
    const auto parsed = parser.parse(line);
    if (!parsed) return wrong(number, parsed.error().sentence());
    auto row = base::decode_as<Row>(*parsed);
    if (!row) return wrong(number, row.error().sentence());
    if (const auto why = wrong_words(*row); !why.empty()) return wrong(number, why);
    if (const auto why = wrong_looks(*row); !why.empty()) return wrong(number, why);
    if (!ids.insert(row->id).second) return wrong(number, "the id is there already");
    items.push_back(item_of(std::move(*row)));
  }
  return items;
}

}  // namespace whoosh::cosmetics
