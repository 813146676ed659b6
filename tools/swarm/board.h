// Board: what the loops of a run, in however many processes, tell their leader and hear from it. It
// lies in memory that all processes of the run share, so it holds nothing but atomics.
//
// Owner: the leader, who makes it before it forks and outlives every loop's use of it. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/result.h"

namespace whoosh::swarm {

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "processes share it");

struct BoardSlot {                        // of one loop; only that loop writes
  std::atomic<std::uint32_t> open{0};     // connections that are up
  std::atomic<std::uint32_t> settled{0};  // tried for the first time, whatever came of it
  std::atomic<std::uint64_t> frames{0};   // since the beginning
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::int64_t> window_cpu_us{0};  // of the loop's thread, within the window
};

struct alignas(64) Board {
  // Unix ms; 0: not decided yet. The leader sets both at once, and may bring the end forward.
  std::atomic<std::int64_t> window_from_ms{0};
  std::atomic<std::int64_t> window_until_ms{0};
  std::atomic<std::int64_t> storm_at_ms{0};
  std::atomic<bool> end{false};     // leave politely
  std::atomic<bool> failed{false};  // a process can't do its part
  std::size_t slots_size = 0;

  [[nodiscard]] BoardSlot& slot(std::size_t i) { return reinterpret_cast<BoardSlot*>(this + 1)[i]; }
};

struct BoardEnd {
  std::size_t bytes = 0;
  void operator()(Board* board) const;
};
using BoardPtr = std::unique_ptr<Board, BoardEnd>;
// Error: the kernel gives no memory.
[[nodiscard]] base::Result<BoardPtr> make_board(std::size_t slots);

}  // namespace whoosh::swarm
