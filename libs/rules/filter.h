// WordFilter: whether a text may be shown, by the room's setting. Whole words only, after folding
// case and marks, undoing the usual digit-for-letter swaps and letters repeated for stress
// ("Shiiit", "sh1t"): few false alarms matter more than catching everything. The list is
// libs/rules/content/filter.<locale>.txt.
//
// Immutable after the first call of word_filter(); any thread. A malformed list aborts at that
// first call.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/game.h"

namespace whoosh::rules {

class WordFilter {
 public:
  // `list`: lines of "moderate <words>" or "strict <words>"; '#' starts a comment line.
  explicit WordFilter(std::string_view list);

  // True: refuse the text. Never with Filter::none.
  [[nodiscard]] bool refuses(std::string_view text, Filter level) const;

 private:
  struct Entry {
    std::string words;
    bool strict = false;
  };
  std::vector<Entry> entries_;
};

// The compiled-in list of a locale; English where there is none.
[[nodiscard]] const WordFilter& word_filter(std::string_view locale = "en");

}  // namespace whoosh::rules
