// Counters: what one shard has seen since its start, as plain numbers. The wiring reads them
// between two turns of the loop and hands them to metrics. Gauges say so; everything else only
// grows.
#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "base/error.h"

namespace whoosh::shard {

// Upper bounds in ms of the lateness histogram's buckets; one more bucket holds what is above.
inline constexpr std::array<std::int32_t, 10> lateness_bounds_ms = {1,  2,   5,   10,  25,
                                                                    50, 100, 250, 500, 1000};

struct Counters {
  std::uint64_t rooms = 0;     // gauge: living rooms
  std::uint64_t sessions = 0;  // gauge: connections, lobby ones among them
  std::uint64_t players = 0;   // gauge: seated humans who are connected
  std::uint64_t lobby = 0;     // gauge: lobby connections

  std::uint64_t rooms_made = 0;
  std::uint64_t rooms_closed = 0;  // for any reason, broken ones among them
  std::uint64_t rooms_broken = 0;  // ended by a broken rule
  std::uint64_t matches_started = 0;
  std::uint64_t matches_finished = 0;  // with a result, void ones among them
  std::uint64_t matches_void = 0;
  std::uint64_t settlements_late = 0;  // GAME_OVER had gone out without them
  std::uint64_t logs_truncated = 0;    // a match outgrew its event log

  std::uint64_t ticks = 0;          // room ticks done
  std::uint64_t ticks_late = 0;     // done more than late_ms after they were due
  std::uint64_t ticks_skipped = 0;  // given up after a stall: those rooms' time stood still
  std::uint64_t clock_jumps = 0;    // wall time moved against monotonic time and was followed
  std::array<std::uint64_t, lateness_bounds_ms.size() + 1> lateness{};  // of every tick
  std::uint64_t lateness_sum_ms = 0;

  std::uint64_t messages_good = 0;     // accepted
  std::uint64_t messages_refused = 0;  // well-formed, but not possible now: `phase`, `target`, …
  std::uint64_t messages_wrong = 0;    // malformed, unknown, too long or too fast
  std::uint64_t closed_wrong = 0;      // connections closed with 1008 for ten of those
  std::uint64_t closed_replaced = 0;   // by a newer connection of the same user
  std::uint64_t closed_expired = 0;    // access token ran out
  std::uint64_t closed_revoked = 0;    // their session was revoked, or they were banned
  std::uint64_t kicked = 0;            // by a host, a vote or an operator
  std::uint64_t overflows = 0;         // a viewer's buffer was full; he got a whole view later
  std::uint64_t dropped = 0;           // messages not sent to such viewers meanwhile

  std::uint64_t admitted = 0;
  std::map<base::ErrorCode, std::uint64_t> admission_refused;  // by reason
};

}  // namespace whoosh::shard
