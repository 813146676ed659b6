// Goal: a node's load says how late its ticks are now, not how late they ever were. Method:
// counters as shards would have them, time as an argument.
#include "services/edge/load_meter.h"

#include <gtest/gtest.h>

namespace whoosh::edge {
namespace {

shard::Counters counters(std::uint64_t rooms, std::uint64_t sessions, std::uint64_t lobby) {
  shard::Counters c;
  c.rooms = rooms;
  c.sessions = sessions;
  c.lobby = lobby;
  return c;
}

TEST(LoadMeter, AddsUpTheShards) {
  LoadMeter meter;
  const std::array shards{counters(3, 20, 4), counters(2, 11, 1)};
  const state::NodeLoad load = meter.measure(shards, 0);
  EXPECT_EQ(load.rooms, 5);
  EXPECT_EQ(load.players, 26);
  EXPECT_EQ(load.lateness_ms, 0);
}

TEST(LoadMeter, AStallIsForgottenAfterTheWindow) {
  LoadMeter meter;
  std::array shards{counters(1, 1, 0)};
  shards[0].lateness[0] = 100;
  static_cast<void>(meter.measure(shards, 0));
  shards[0].lateness[8] += 50;  // up to 500 ms late
  EXPECT_EQ(meter.measure(shards, 1'000).lateness_ms, 500);
  std::int32_t last = 500;
  for (std::int64_t now_ms = 2'000; now_ms <= 2'000 + 2 * LoadMeter::window_default_ms;
       now_ms += 1'000) {
    shards[0].lateness[1] += 100;
    last = meter.measure(shards, now_ms).lateness_ms;
  }
  EXPECT_EQ(last, 2);
}

TEST(LoadMeter, QuantileIsTheBucketsUpperBound) {
  std::array<std::uint64_t, shard::lateness_bounds_ms.size() + 1> ticks{};
  EXPECT_EQ(lateness_quantile_ms(ticks, 990), 0);
  ticks[0] = 990;
  ticks[3] = 10;
  EXPECT_EQ(lateness_quantile_ms(ticks, 990), 1);
  EXPECT_EQ(lateness_quantile_ms(ticks, 991), 10);
  ticks.back() = 100'000;
  EXPECT_EQ(lateness_quantile_ms(ticks, 990), 2'000);
}

}  // namespace
}  // namespace whoosh::edge
