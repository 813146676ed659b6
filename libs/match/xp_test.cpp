// Goal: XP, levels and coins as in games.md 6.5. Method: the document's numbers, edges, random
// input.
#include "match/xp.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "base/rng.h"
#include "match/settle.h"

namespace whoosh::match {
namespace {

constexpr std::array<std::int32_t, 7> strangers{};

XpInput usual() {
  XpInput input;
  input.played_s = 300;
  input.place = 1;
  input.meetings = strangers;
  input.human_seats = 8;
  input.seats = 8;
  input.matchmade = true;
  return input;
}

TEST(Xp, WinnerOfFiveMinutesGets160AndTheUsualMatchAbout150) {
  EXPECT_EQ(xp_of(usual()), 160);
  double sum = 0;
  for (std::int32_t rank = 1; rank <= 8; ++rank) {
    XpInput input = usual();
    input.played_s = 345;
    input.place = place_of_rank(rank, 8);
    input.feat = rank <= 2;
    sum += xp_of(input);
  }
  EXPECT_NEAR(sum / 8, 150, 5);
}

TEST(Xp, EveryFactorCounts) {
  struct Row {
    const char* what;
    std::int32_t xp;
    void (*change)(XpInput&);
  };
  static constexpr std::array<std::int32_t, 2> often{4, 12};
  static constexpr std::array<std::int32_t, 1> always{100};
  const std::vector<Row> rows{
      {"feat", 180, [](XpInput& in) { in.feat = true; }},
      {"at most six minutes", 180, [](XpInput& in) { in.played_s = 3600; }},
      {"60 % of the inputs are all of them", 160, [](XpInput& in) { in.activity = 0.6; }},
      {"half of that is half", 80, [](XpInput& in) { in.activity = 0.3; }},
      {"too little is nothing", 0, [](XpInput& in) { in.activity = 0.17; }},
      {"last", 100, [](XpInput& in) { in.place = 0; }},
      {"known faces: 1/2 and 1/4", 60, [](XpInput& in) { in.meetings = often; }},
      {"never less than a quarter", 40, [](XpInput& in) { in.meetings = always; }},
      {"half of the seats are bots", 80, [](XpInput& in) { in.human_seats = 4; }},
      {"private room", 80, [](XpInput& in) { in.matchmade = false; }},
      {"first match of the day", 240, [](XpInput& in) { in.first_match_today = true; }},
      {"after 1,500", 80, [](XpInput& in) { in.xp_today = 1500; }},
      {"across 1,500", 120, [](XpInput& in) { in.xp_today = 1420; }},
      {"after 3,000", 16, [](XpInput& in) { in.xp_today = 3000; }},
      {"across 3,000", 10 + 14, [](XpInput& in) { in.xp_today = 2990; }},
  };
  for (const Row& row : rows) {
    XpInput input = usual();
    row.change(input);
    EXPECT_EQ(xp_of(input), row.xp) << row.what;
  }
}

TEST(Xp, NeverNegativeNeverMoreThanTheBestMatch) {
  base::Rng rng(11);
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::int32_t> meetings(rng.below(10));
    for (auto& count : meetings) count = static_cast<std::int32_t>(rng.below(40));
    XpInput input;
    input.played_s = static_cast<std::int32_t>(rng.below(1000)) - 100;
    input.activity = rng.below(101) / 100.0;
    input.place = rng.below(101) / 100.0;
    input.feat = rng.chance(50);
    input.meetings = meetings;
    input.seats = static_cast<std::int32_t>(1 + rng.below(10));
    input.human_seats = static_cast<std::int32_t>(1 + rng.below(input.seats));
    input.matchmade = rng.chance(50);
    input.first_match_today = rng.chance(50);
    input.xp_today = static_cast<std::int32_t>(rng.below(5000));
    const std::int32_t xp = xp_of(input);
    ASSERT_GE(xp, 0);
    ASSERT_LE(xp, 300);
    input.xp_today += 500;
    ASSERT_LE(xp_of(input), xp);  // a longer day never pays more
  }
}

TEST(Places, RanksAndTeams) {
  EXPECT_EQ(place_of_rank(1, 8), 1);
  EXPECT_EQ(place_of_rank(8, 8), 0);
  EXPECT_EQ(place_of_rank(3, 5), 0.5);
  EXPECT_EQ(place_of_rank(1, 1), 1);
  EXPECT_EQ(place_of_rank(99, 8), 0);
  EXPECT_EQ(place_of_team(true), 1);
  EXPECT_EQ(place_of_team(false), 0.25);
}

TEST(Coins, EighthOfTheXpUpTo200ADayOnlyMatchmade) {
  EXPECT_EQ(coins_of(160, true, 0), 20);
  EXPECT_EQ(coins_of(163, true, 0), 20);
  EXPECT_EQ(coins_of(164, true, 0), 21);
  EXPECT_EQ(coins_of(160, true, 190), 10);
  EXPECT_EQ(coins_of(160, true, 200), 0);
  EXPECT_EQ(coins_of(160, true, 999), 0);
  EXPECT_EQ(coins_of(160, false, 0), 0);
}

TEST(Levels, BeginWhereTheyAreReached) {
  for (std::int32_t level = 1; level < 3000; ++level) {
    ASSERT_EQ(level_of(level_xp(level)), level);
    ASSERT_EQ(level_of(level_xp(level + 1) - 1), level);
  }
  EXPECT_EQ(level_of(0), 1);
  EXPECT_EQ(level_xp(1), 0);
  EXPECT_EQ(level_xp(2), 200);
  EXPECT_EQ(level_xp(3), 450);
  EXPECT_EQ(level_xp(38) - level_xp(37), 2000);
  EXPECT_EQ(level_xp(60) - level_xp(59), 2000);
  EXPECT_EQ(level_of(std::numeric_limits<std::int64_t>::max()),
            std::numeric_limits<std::int32_t>::max());
}

TEST(Levels, TakeAsManyMatchesAsTheDocumentSays) {
  struct Row {
    std::int32_t level;
    std::int64_t matches;
  };
  for (const Row row : {Row{5, 7}, Row{10, 24}, Row{20, 82}, Row{30, 174}}) {
    EXPECT_EQ(std::llround(static_cast<double>(level_xp(row.level)) / 150), row.matches)
        << row.level;
  }
}

}  // namespace
TEST(DailyCoins, GrowOverAWeekAndStay) {
  const std::array<std::int32_t, 9> expected{10, 15, 20, 25, 30, 40, 50, 50, 50};
  for (std::int32_t day = 1; day <= 9; ++day) {
    EXPECT_EQ(daily_coins(day), expected[static_cast<std::size_t>(day - 1)]) << "day " << day;
  }
  EXPECT_EQ(daily_coins(std::numeric_limits<std::int32_t>::max()), 50);
}

}  // namespace whoosh::match
