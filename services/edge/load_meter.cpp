#include "services/edge/load_meter.h"

#include <numeric>

namespace whoosh::edge {

std::int32_t lateness_quantile_ms(
    const std::array<std::uint64_t, shard::lateness_bounds_ms.size() + 1>& ticks,
    std::uint32_t per_mille) {
  const std::uint64_t all = std::accumulate(ticks.begin(), ticks.end(), std::uint64_t{0});
  if (all == 0) return 0;
  const std::uint64_t wanted = (all * per_mille + 999) / 1000;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < shard::lateness_bounds_ms.size(); ++i) {
    seen += ticks[i];
    if (seen >= wanted) return shard::lateness_bounds_ms[i];
  }
  return 2 * shard::lateness_bounds_ms.back();
}

state::NodeLoad LoadMeter::measure(std::span<const shard::Counters> shards, std::int64_t now_ms) {
  state::NodeLoad load;
  Histogram total{};
  for (const shard::Counters& shard : shards) {
    load.rooms += static_cast<std::int32_t>(shard.rooms);
    load.players += static_cast<std::int32_t>(shard.sessions - shard.lobby);
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += shard.lateness[i];
  }
  if (!marked_) older_ = younger_ = {{}, now_ms};
  marked_ = true;
  if (now_ms - younger_.at_ms >= window_ms_ / 2) {
    older_ = younger_;
    younger_ = {total, now_ms};
  }
  Histogram recent{};
  for (std::size_t i = 0; i < total.size(); ++i) recent[i] = total[i] - older_.ticks[i];
  load.lateness_ms = lateness_quantile_ms(recent, 990);
  return load;
}

}  // namespace whoosh::edge
