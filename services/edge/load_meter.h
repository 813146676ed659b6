// LoadMeter: what a node says of itself in its heartbeat, from the counters of its shards. Lateness
// is the 99th percentile of the ticks of the last window or so: of the ticks since the older of
// two marks, which change places when the younger one is half a window old. Owner: EdgeServer; used
// by one thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "shard/counters.h"
#include "state/nodes.h"

namespace whoosh::edge {

class LoadMeter {
 public:
  static constexpr std::int64_t window_default_ms = 10'000;

  explicit LoadMeter(std::int64_t window_ms = window_default_ms) : window_ms_(window_ms) {}

  // Everything but players_max, draining and full.
  [[nodiscard]] state::NodeLoad measure(std::span<const shard::Counters> shards,
                                        std::int64_t now_ms);

 private:
  using Histogram = std::array<std::uint64_t, shard::lateness_bounds_ms.size() + 1>;
  struct Mark {
    Histogram ticks{};
    std::int64_t at_ms = 0;
  };

  const std::int64_t window_ms_;
  Mark older_;
  Mark younger_;
  bool marked_ = false;
};

// The upper bound of the bucket in which the quantile (per mille) lies; above the last bound twice
// that. 0: nothing counted.
[[nodiscard]] std::int32_t lateness_quantile_ms(
    const std::array<std::uint64_t, shard::lateness_bounds_ms.size() + 1>& ticks,
    std::uint32_t per_mille);

}  // namespace whoosh::edge
