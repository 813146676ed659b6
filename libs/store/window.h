// What the adapters agree on: which match records are refused, which stretches of time count for
// the daily caps and for meetings, and how long a page may be. Pure; any thread.
#pragma once

#include "base/time.h"
#include "match/settle.h"

namespace whoosh::store {

inline constexpr std::int64_t day_ms = 24 * 60 * 60 * std::int64_t{1000};

// The UTC day of a moment: [from, to).
struct Day {
  base::UnixMs from;
  base::UnixMs to;
};
[[nodiscard]] constexpr Day utc_day(base::UnixMs moment) {
  const std::int64_t into = ((moment.value % day_ms) + day_ms) % day_ms;
  return {moment.plus_ms(-into), moment.plus_ms(day_ms - into)};
}

// Meetings that count for a match ending at `moment` ended in (meetings_after(moment), moment].
[[nodiscard]] constexpr base::UnixMs meetings_after(base::UnixMs moment) {
  return moment.plus_ms(-day_ms);
}

inline constexpr std::int32_t page_rows_max = 100;  // of history and ledger; more are not asked for

// False: no seats, more than seats_max, or one user in two seats.
inline constexpr std::size_t seats_max = 64;
[[nodiscard]] bool is_applicable(const match::MatchRecord& record);

}  // namespace whoosh::store
