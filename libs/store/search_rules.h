// How people are searched, in every adapter alike: in stages, each an index read in its order, from
// where the last page ended until this one is full. Nothing is ever matched as a pattern: what
// begins with a text lies between it and its end_of_prefix().
//
//   ""       everybody, newest first
//   "ann"    usernames, then display names, then e-mail addresses that begin with it, each in the
//            order of the folded texts; who was found at an earlier stage is read again in a
//            later one and left out
//   "17"     the same, and before it the account with this id
//
// A page reads at most search_reads_max rows and a part more, also where nearly all that it reads
// were found before: then it is short, perhaps empty, and its cursor goes on behind them.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/moderation.h"

namespace whoosh::store {

enum class SearchStage : std::uint8_t { everybody, id, username, display_name, email, done };

// The last row that was seen; a stage begins with the smallest mark there is before its rows.
struct SearchMark {
  SearchStage stage = SearchStage::everybody;
  std::string key;  // the folded text by which the stage is ordered
  UserId id;
};

struct SearchPlan {
  SearchMark after;
  UserId id;               // that the query may mean; 0: none
  std::string prefix;      // folded texts from here …
  std::string prefix_end;  // … to before here
  std::size_t rows = 0;    // of the page
};

// Stage `done`: nobody can be found. malformed: a cursor that is none of this query.
[[nodiscard]] base::Result<SearchPlan> plan_search(const UserSearch& search);
[[nodiscard]] SearchMark next_stage(const SearchPlan& plan, SearchStage stage);

[[nodiscard]] std::string cursor_of(const SearchMark& mark);
[[nodiscard]] std::optional<SearchMark> parse_search_cursor(std::string_view cursor);

// The smallest UTF-8 text that is greater than all that begin with `prefix`; none: there is no such
// text. REQUIRES: valid UTF-8, not empty.
[[nodiscard]] std::optional<std::string> end_of_prefix(std::string_view prefix);

inline constexpr std::size_t search_reads_max = 1'000;  // rows that were found before, for a page
inline constexpr std::size_t search_part_rows = 250;    // of them at once

struct SearchHit {
  std::string key;
  UserId id;
  bool is_known = false;  // found at an earlier stage
};
struct SearchHits {
  std::vector<UserId> ids;
  std::optional<std::string> next;
};

// find(mark, count): the first `count` hits of the mark's stage behind the mark, in its order,
// known ones among them; fewer: there are no more.
template <class Find>
[[nodiscard]] SearchHits run_search(const SearchPlan& plan, Find find) {
  SearchHits hits;
  SearchMark at = plan.after;
  std::size_t known = 0;
  std::size_t count = plan.rows + 1;
  while (at.stage != SearchStage::done) {
    const SearchStage stage = at.stage;
    std::vector<SearchHit> found = find(std::as_const(at), count);
    for (SearchHit& hit : found) {
      if (hit.is_known) {
        ++known;
      } else if (hits.ids.size() == plan.rows) {
        hits.next = cursor_of(at);
        return hits;
      } else {
        hits.ids.push_back(hit.id);
      }
      at = {stage, std::move(hit.key), hit.id};
    }
    if (found.size() < count) {
      at = next_stage(plan, stage);
      count = plan.rows + 1 - hits.ids.size();
    } else if (known >= search_reads_max) {
      hits.next = cursor_of(at);
      return hits;
    } else {
      count = search_part_rows;
    }
  }
  return hits;
}

}  // namespace whoosh::store
