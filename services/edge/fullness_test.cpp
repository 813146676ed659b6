// Goal: an edge is full with as many players as it is made for, or while crowded shards are late,
// and for no longer. Method: counters as shards would have them, time as an argument.
#include "services/edge/fullness.h"

#include <gtest/gtest.h>

namespace whoosh::edge {
namespace {

TEST(Fullness, DescriptorsAreKeptForThoseWhoComeBack) {
  const struct {
    std::uint32_t wanted;
    std::size_t connections_max;
    std::uint32_t players_max;
  } rows[] = {
      {0, 20'000, 18'976},
      {0, 800, 700},
      {0, 1, 1},
      {500, 20'000, 500},
      {19'000, 20'000, 18'976},
      {0, std::size_t{1} << 40, 0x7fffffff},
  };
  for (const auto& row : rows) {
    Fullness fullness({.players_max = row.wanted});
    fullness.set_connections_max(row.connections_max);
    EXPECT_EQ(fullness.players_max(), row.players_max) << row.wanted << " " << row.connections_max;
  }
}

TEST(Fullness, CountsWhoIsInside) {
  Fullness fullness({.players_max = 2});
  fullness.set_connections_max(100);
  EXPECT_FALSE(fullness.is_full());
  fullness.entered();
  EXPECT_FALSE(fullness.is_full());
  fullness.entered();
  EXPECT_TRUE(fullness.is_full());
  fullness.left();
  EXPECT_FALSE(fullness.is_full());
}

class Ticks : public testing::Test {
 protected:
  Ticks() { fullness_.set_connections_max(1'000); }
  // A second with so many ticks of this lateness, at the watch's turn.
  void second(std::size_t bucket, std::uint64_t ticks) {
    counters_.lateness[bucket] += ticks;
    now_ms_ += 1'000;
    watch_.turn(counters_, now_ms_);
  }

  static constexpr std::size_t up_to_5_ms = 2, up_to_250_ms = 7, up_to_500_ms = 8;
  Fullness fullness_{FullOptions{}};
  TickWatch watch_{fullness_};
  shard::Counters counters_;
  std::int64_t now_ms_ = 0;
};

TEST_F(Ticks, LateOnesMakeACrowdedShardFullUntilTheyArePromptAgain) {
  counters_.rooms = 5'000;
  second(up_to_5_ms, 5'000);
  EXPECT_FALSE(fullness_.is_full());
  EXPECT_EQ(watch_.next_look_ms(-1), -1);
  second(up_to_500_ms, 5'000);
  EXPECT_TRUE(fullness_.is_full());
  EXPECT_TRUE(fullness_.is_late());
  EXPECT_EQ(watch_.next_look_ms(-1), now_ms_ + 1'000) << "it looks again though nothing happens";
  for (int i = 0; i < 12; ++i) second(up_to_250_ms, 5'000);
  EXPECT_TRUE(fullness_.is_full()) << "better, but not good";
  for (int i = 0; i < 12; ++i) second(up_to_5_ms, 5'000);
  EXPECT_FALSE(fullness_.is_full());
}

TEST_F(Ticks, OneInAHundredMayBeLate) {
  counters_.rooms = 1'000;
  second(up_to_5_ms, 990);
  second(up_to_500_ms, 10);
  EXPECT_FALSE(fullness_.is_full());
  second(up_to_500_ms, 10);
  EXPECT_TRUE(fullness_.is_full());
}

TEST_F(Ticks, OfFewRoomsSayNothingAboutPlayers) {
  counters_.rooms = 99;
  second(up_to_500_ms, 99);
  EXPECT_FALSE(fullness_.is_full());
  counters_.rooms = 100;
  second(up_to_500_ms, 100);
  EXPECT_TRUE(fullness_.is_full());
  counters_.rooms = 3;  // they have gone
  second(up_to_500_ms, 3);
  EXPECT_FALSE(fullness_.is_full());
}

TEST_F(Ticks, OneLateShardIsEnoughAndIsForgottenWithIt) {
  TickWatch prompt(fullness_);
  {
    TickWatch late(fullness_);
    shard::Counters counters;
    counters.rooms = 200;
    late.turn(counters, 0);
    counters.lateness[up_to_500_ms] += 200;
    late.turn(counters, 1'000);
    prompt.turn(counters_, 1'000);
    EXPECT_TRUE(fullness_.is_full());
  }
  EXPECT_FALSE(fullness_.is_full());
}

}  // namespace
}  // namespace whoosh::edge
