// Fullness: whether this process takes newcomers. It is full while it has as many players as it is
// made for, or while its ticks are late, because then each newcomer would be paid for by those
// inside. Who has a seat comes back all the same; shard::Shard::set_full() sees to that.
//
// Owner: EdgeServer's Shared. Everything from any loop's thread; set_connections_max() before they
// start. The count may be a turn old for the other loops, so a few may come in above players_max.
#pragma once

#include <atomic>
#include <cstdint>

#include "services/edge/load_meter.h"

namespace whoosh::edge {

struct FullOptions {
  std::uint32_t players_max = 0;  // connections with a session; 0: what the descriptors allow
  std::int32_t late_ms = 250;     // p99 of the ticks of the last window; above: full …
  std::int32_t prompt_ms = 100;   // … until it is this or less
  // Of one shard. With fewer rooms it is not the players who make ticks late, and refusing them
  // would not help.
  std::uint64_t rooms_min = 100;
  std::int64_t window_ms = LoadMeter::window_default_ms;
  std::int64_t look_ms = 1'000;  // between two looks at the ticks
};

class Fullness {
 public:
  explicit Fullness(const FullOptions& options) : options_(options) {}

  // What the descriptors allow. Some are kept for those who come back: nobody can be told from a
  // newcomer before his request is read.
  void set_connections_max(std::size_t connections_max);
  [[nodiscard]] const FullOptions& options() const { return options_; }
  [[nodiscard]] std::uint32_t players_max() const { return players_max_; }

  void entered() { players_.fetch_add(1, std::memory_order_relaxed); }
  void left() { players_.fetch_sub(1, std::memory_order_relaxed); }
  // A shard's ticks have become late, or prompt again.
  void shard_is_late(bool late) {
    if (late)
      late_shards_.fetch_add(1, std::memory_order_relaxed);
    else
      late_shards_.fetch_sub(1, std::memory_order_relaxed);
  }

  [[nodiscard]] bool is_late() const { return late_shards_.load(std::memory_order_relaxed) > 0; }
  [[nodiscard]] bool is_full() const {
    return is_late() || players_.load(std::memory_order_relaxed) >= players_max_;
  }

 private:
  const FullOptions options_;
  std::uint32_t players_max_ = 0;
  std::atomic<std::uint32_t> players_{0};
  std::atomic<std::uint32_t> late_shards_{0};
};

// One shard's look at its own ticks. Owner: its EdgeHandler; the loop's thread.
class TickWatch {
 public:
  explicit TickWatch(Fullness& fullness)
      : fullness_(fullness), meter_(fullness.options().window_ms) {}
  ~TickWatch() {
    if (late_) fullness_.shard_is_late(false);
  }
  TickWatch(const TickWatch&) = delete;
  TickWatch& operator=(const TickWatch&) = delete;

  // At the end of each turn; does something every look_ms.
  void turn(const shard::Counters& counters, std::int64_t now_ms);
  // While ticks are late: when to look again even if nothing else happens. Else never.
  [[nodiscard]] std::int64_t next_look_ms(std::int64_t never) const {
    return late_ ? next_ms_ : never;
  }

 private:
  Fullness& fullness_;
  LoadMeter meter_;
  std::int64_t next_ms_ = 0;
  bool late_ = false;
};

}  // namespace whoosh::edge
