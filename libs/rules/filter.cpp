#include "rules/filter.h"

#include "base/assert.h"
#include "base/embedded.h"
#include "base/text.h"

namespace whoosh::rules {

std::span<const base::EmbeddedFile> embedded();  // written by the build from content/

namespace {

char plain_letter(char c) {
  switch (c) {
    case '0':
      return 'o';
    case '1':
      return 'i';
    case '3':
      return 'e';
    case '4':
    case '@':
      return 'a';
    case '5':
    case '$':
      return 's';
    case '7':
      return 't';
    default:
      return c;
  }
}

std::string plain(std::string_view text) {
  std::string out = base::fold(text);
  for (char& c : out) c = plain_letter(c);
  return out;
}

// Runs of three and more equal letters become one ("shiiit"), doubles stay ("pissed").
std::string without_stress(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && text[end] == text[i]) ++end;
    out.append(end - i >= 3 ? 1 : end - i, text[i]);
    i = end;
  }
  return out;
}

}  // namespace

WordFilter::WordFilter(std::string_view list) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find('\n'), list.size());
    const std::string_view line = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (line.empty() || line.front() == '#') continue;
    const std::size_t blank = line.find(' ');
    ASSERT(blank != std::string_view::npos && blank + 1 < line.size());
    const std::string_view level = line.substr(0, blank);
    ASSERT(level == "moderate" || level == "strict");
    entries_.push_back({base::fold(line.substr(blank + 1)), level == "strict"});
  }
}

bool WordFilter::refuses(std::string_view text, Filter level) const {
  if (level == Filter::none) return false;
  const std::string folded = plain(text);
  const std::string squeezed = without_stress(folded);
  for (const Entry& entry : entries_) {
    if (entry.strict && level != Filter::strict) continue;
    if (base::contains_folded_words(folded, entry.words)) return true;
    if (base::contains_folded_words(squeezed, entry.words)) return true;
  }
  return false;
}

const WordFilter& word_filter(std::string_view locale) {
  struct Named {
    std::string_view name;
    WordFilter filter;
  };
  static const std::vector<Named> all = [] {
    std::vector<Named> list;
    for (const base::EmbeddedFile& file : embedded()) {
      list.push_back({file.name, WordFilter(file.text)});
    }
    return list;
  }();
  const WordFilter* english = nullptr;
  for (const Named& named : all) {
    if (named.name == "filter." + std::string(locale) + ".txt") return named.filter;
    if (named.name == "filter.en.txt") english = &named.filter;
  }
  ASSERT(english != nullptr);
  return *english;
}

}  // namespace whoosh::rules
