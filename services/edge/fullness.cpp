#include "services/edge/fullness.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace whoosh::edge {
namespace {

constexpr std::size_t kept_max = 1'024;  // descriptors for those who come back
constexpr std::size_t kept_part = 8;     // or this part of a small limit

}  // namespace

void Fullness::set_connections_max(std::size_t connections_max) {
  const std::size_t kept = std::min(kept_max, connections_max / kept_part);
  const std::size_t allowed = std::min<std::size_t>(connections_max - kept, 0x7fffffff);
  const std::size_t wanted = options_.players_max == 0 ? allowed : options_.players_max;
  players_max_ = static_cast<std::uint32_t>(std::min(wanted, allowed));
}

void TickWatch::turn(const shard::Counters& counters, std::int64_t now_ms) {
  if (now_ms < next_ms_) return;
  const FullOptions& options = fullness_.options();
  next_ms_ = now_ms + options.look_ms;
  const std::int32_t lateness_ms = meter_.measure({&counters, 1}, now_ms).lateness_ms;
  const bool crowded = counters.rooms >= options.rooms_min;
  const bool late = crowded && lateness_ms > (late_ ? options.prompt_ms : options.late_ms);
  if (late == late_) return;
  late_ = late;
  fullness_.shard_is_late(late);
  if (late)
    spdlog::warn("edge: ticks are {} ms late: nobody new until they are not", lateness_ms);
  else
    spdlog::info("edge: ticks are prompt again: newcomers are let in");
}

}  // namespace whoosh::edge
