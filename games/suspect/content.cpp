#include "games/suspect/content.h"

#include <fmt/format.h>

#include <map>
#include <optional>

#include "base/described.h"
#include "base/text.h"

namespace whoosh::games::suspect {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

template <class T>
using ByType = std::map<std::string, std::vector<T>>;

struct SceneRow {
  std::string id;
  std::string name;
  std::vector<std::string> aliases;
  ByType<std::string> snippets;
  ByType<std::vector<std::string>> also;
};
BOOST_DESCRIBE_STRUCT(SceneRow, (), (id, name, aliases, snippets, also))
struct QuestionRow {
  std::string id;
  std::string type;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(QuestionRow, (), (id, type, text))
struct CaseRow {
  std::string id;
  std::string title;
  std::string stolen;
  std::string briefing;
  std::vector<std::string> headlines;
};
BOOST_DESCRIBE_STRUCT(CaseRow, (), (id, title, stolen, briefing, headlines))
struct LineRow {
  std::string id;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(LineRow, (), (id, text))

Error wrong(std::string_view file, std::string_view what) {
  return Error{ErrorCode::invalid_input, fmt::format("Suspect's content, {}: {}", file, what)};
}

// One row per line; ids are unique.
template <class Row>
Result<std::vector<Row>> rows(std::span<const base::EmbeddedFile> files, std::string_view set,
                              std::string_view locale) {
  const std::string name = fmt::format("{}.{}.jsonl", set, locale);
  std::string_view text;
  for (const base::EmbeddedFile& file : files) {
    if (file.name == name) text = file.text;
  }
  if (text.empty()) return wrong(name, "is missing or empty");
  base::JsonParser parser(64 * 1024);
  std::vector<Row> list;
  std::map<std::string, int> seen;
  for (int line_no = 1; !text.empty(); ++line_no) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    const std::string where = fmt::format("{}:{}", name, line_no);
    const auto json = parser.parse(line);
    if (!json) return wrong(where, json.error().sentence());
    auto row = base::decode_as<Row>(*json);
    if (!row) {
      const base::Error error = row.error();  // a copy: Result answers errors by value
      const auto& [field, why] = *error.fields.begin();
      return wrong(where, fmt::format("{} {}", field, why));
    }
    if (!seen.emplace(row->id, line_no).second) return wrong(where, "the id is used twice");
    list.push_back(std::move(*row));
  }
  return list;
}

std::string replaced(std::string text, std::string_view slot, std::string_view value) {
  const std::size_t at = text.find(slot);
  if (at != std::string::npos) text.replace(at, slot.size(), value);
  return text;
}

std::optional<std::uint8_t> type_number(std::string_view name) {
  for (std::uint8_t i = 0; i < question_types; ++i) {
    if (question_type_names[i] == name) return i;
  }
  return std::nullopt;
}

Result<Scene> make_scene(const SceneRow& row, const std::map<std::string, SceneNo>& numbers) {
  Scene scene{row.id, row.name, {base::fold(row.name)}, {}, {}};
  for (const std::string& alias : row.aliases) scene.folded_names.push_back(base::fold(alias));
  for (std::size_t type = 0; type < question_types; ++type) {
    const std::string key(question_type_names[type]);
    const auto texts = row.snippets.find(key);
    const auto also = row.also.find(key);
    if (texts == row.snippets.end() || also == row.also.end() ||
        texts->second.size() != snippets_per_type || also->second.size() != snippets_per_type) {
      return wrong(row.id, fmt::format("`snippets` and `also` need 3 rows for {}", key));
    }
    for (std::size_t i = 0; i < snippets_per_type; ++i) {
      Snippet& snippet = scene.snippets[type][i];
      snippet.text = texts->second[i];
      if (!base::clean_line_within(snippet.text, 1, answer_characters_max)) {
        return wrong(row.id, "a snippet is empty or too long");
      }
      scene.folded_snippets += base::fold(snippet.text) + " ";
      for (const std::string& other : also->second[i]) {
        const auto number = numbers.find(other);
        if (number == numbers.end()) return wrong(row.id, "`also` names an unknown scene " + other);
        snippet.also.push_back(number->second);
      }
    }
  }
  return scene;
}

Result<> read_scenes(std::span<const base::EmbeddedFile> files, Content& out) {
  auto list = rows<SceneRow>(files, "scenes", out.locale);
  if (!list) return list.error();
  if (list->size() < 2 * scenes_per_match || list->size() >= no_scene) {
    return wrong("scenes", "there must be 24 … 254 of them");
  }
  std::map<std::string, SceneNo> numbers;
  for (const SceneRow& row : *list) numbers.emplace(row.id, static_cast<SceneNo>(numbers.size()));
  for (const SceneRow& row : *list) {
    auto scene = make_scene(row, numbers);
    if (!scene) return scene.error();
    out.scenes.push_back(std::move(*scene));
  }
  return {};
}

Result<> read_questions(std::span<const base::EmbeddedFile> files, Content& out) {
  for (const std::string_view set : {"questions", "press"}) {
    auto list = rows<QuestionRow>(files, set, out.locale);
    if (!list) return list.error();
    for (QuestionRow& row : *list) {
      const auto type = type_number(row.type);
      if (!type) return wrong(set, row.id + " has an unknown type");
      auto& target = set == "press" ? out.press : out.questions[*type];
      target.push_back({std::move(row.id), *type, std::move(row.text)});
    }
  }
  for (const auto& of_type : out.questions) {
    if (of_type.empty() || of_type.size() > 255)
      return wrong("questions", "every type needs 1 … 255");
  }
  if (out.press.size() < seats_max || out.press.size() > 255) {
    return wrong("press", "there must be 10 … 255, one for each player");
  }
  return {};
}

Result<> read_cases(std::span<const base::EmbeddedFile> files, Content& out) {
  auto list = rows<CaseRow>(files, "cases", out.locale);
  if (!list) return list.error();
  if (list->empty() || list->size() > 255) return wrong("cases", "there must be 1 … 255");
  for (CaseRow& row : *list) {
    if (row.headlines.empty() || row.headlines.size() > 255)
      return wrong(row.id, "has no headlines");
    for (const std::string& headline : row.headlines) {
      const std::size_t at = headline.find("{names}");
      if (at == std::string::npos || headline.find("{names}", at + 1) != std::string::npos) {
        return wrong(row.id, "every headline names {names} once");
      }
      if (headline.size() > headline_bytes_max) {
        return wrong(row.id, "has a headline of more than 160 bytes");
      }
    }
    std::string briefing = replaced(row.briefing, "{stolen}", row.stolen);
    out.cases.push_back({std::move(row.id), std::move(row.title), std::move(row.stolen),
                         std::move(briefing), std::move(row.headlines)});
  }
  return {};
}

std::vector<Content> read_all() {
  std::vector<std::string> locales = {"en"};
  for (const base::EmbeddedFile& file : embedded()) {
    const std::string_view prefix = "scenes.";
    if (!file.name.starts_with(prefix)) continue;
    const std::string_view rest = file.name.substr(prefix.size());
    const std::string locale(rest.substr(0, rest.find('.')));
    if (locale != "en") locales.push_back(locale);
  }
  std::vector<Content> all;
  for (const std::string& locale : locales) {
    auto content = Content::read(embedded(), locale);
    if (!content) base::assertion_failed(content.error().message.c_str(), __FILE__, __LINE__);
    all.push_back(std::move(*content));
  }
  return all;
}

}  // namespace

Result<Content> Content::read(std::span<const base::EmbeddedFile> files, std::string_view locale) {
  Content content;
  content.locale = locale;
  if (auto done = read_scenes(files, content); !done) return done.error();
  if (auto done = read_questions(files, content); !done) return done.error();
  if (auto done = read_cases(files, content); !done) return done.error();
  auto lines = rows<LineRow>(files, "lines", locale);
  if (!lines) return lines.error();
  for (LineRow& row : *lines) content.lines.push_back({std::move(row.id), std::move(row.text)});
  return content;
}

std::uint32_t shared_words(std::string_view folded_text, const Scene& scene) {
  std::uint32_t count = 0;
  while (!folded_text.empty()) {
    const std::size_t end = std::min(folded_text.find_first_of(" ,.;:!?\"'"), folded_text.size());
    const std::string_view word = folded_text.substr(0, end);
    folded_text.remove_prefix(std::min(end + 1, folded_text.size()));
    count += word.size() >= 4 && base::contains_folded_words(scene.folded_snippets, word);
  }
  return count;
}

std::span<const Content> contents() {
  static const std::vector<Content> all = read_all();
  return all;
}

std::uint8_t locale_number(std::string_view locale) {
  const auto all = contents();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].locale == locale) return static_cast<std::uint8_t>(i);
  }
  return 0;
}

}  // namespace whoosh::games::suspect
