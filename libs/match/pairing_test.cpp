// Goal: who waits longest is served first, with people near him, and nobody is in two groups.
// Method: small queues by hand, random ones for what always holds.
#include "match/pairing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/rng.h"

namespace whoosh::match {
namespace {

std::vector<Candidate> waiting(std::size_t count, double mu = 25, std::int64_t waited_ms = 1000) {
  return std::vector<Candidate>(count, Candidate{mu, waited_ms});
}

using Members = std::vector<std::size_t>;

TEST(FairPairing, EightAlikeMakeOneMatchOldestFirst) {
  const auto groups = fair_pairing(waiting(10), {});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].members, (Members{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(groups[0].seats, 8);
}

TEST(FairPairing, SevenWait) {
  EXPECT_TRUE(fair_pairing(waiting(7), {}).empty());
}
TEST(FairPairing, NobodyIsNoGroup) {
  EXPECT_TRUE(fair_pairing({}, {}).empty());
}

TEST(FairPairing, OnlyWithinTheWindow) {
  auto people = waiting(8, 25, 0);
  people[0].mu = 29;
  EXPECT_EQ(fair_pairing(people, {}).size(), 1U);
  people[0].mu = 29.01;
  EXPECT_TRUE(fair_pairing(people, {}).empty());
}

TEST(FairPairing, TheWindowGrowsWithWaiting) {
  auto people = waiting(8, 25, 0);
  people[0] = {31, 13'000};  // 4 + 1.95
  EXPECT_TRUE(fair_pairing(people, {}).empty());
  people[0].waited_ms = 14'000;  // 4 + 2.1
  EXPECT_EQ(fair_pairing(people, {}).size(), 1U);
}

TEST(FairPairing, WhoFindsNobodyMayStillJoinSomeoneElse) {
  // The first sees only three within his window; the fifth sees him and six others.
  auto people = waiting(9, 28, 0);
  people[0].mu = 24;
  for (std::size_t i = 1; i < 4; ++i) people[i].mu = 24;
  people[4].mu = 26;
  for (std::size_t i = 5; i < 9; ++i) people[i].mu = 30;
  const auto groups = fair_pairing(people, {});
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].members, (Members{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(FairPairing, TwoLevelsMakeTwoMatches) {
  auto people = waiting(16);
  for (std::size_t i = 0; i < 16; i += 2) people[i].mu = 40;
  const auto groups = fair_pairing(people, {});
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].members, (Members{0, 2, 4, 6, 8, 10, 12, 14}));
  EXPECT_EQ(groups[1].members, (Members{1, 3, 5, 7, 9, 11, 13, 15}));
}

TEST(FairPairing, After45SecondsWithBotsButNeverAlone) {
  struct Row {
    std::size_t humans;
    std::int32_t seats;  // 0: no match
  };
  for (const Row row :
       {Row{1, 0}, Row{2, 4}, Row{3, 5}, Row{4, 5}, Row{5, 5}, Row{6, 6}, Row{7, 7}}) {
    auto people = waiting(row.humans);
    people[0].waited_ms = 44'999;
    EXPECT_TRUE(fair_pairing(people, {}).empty()) << row.humans;
    people[0].waited_ms = 45'000;
    const auto groups = fair_pairing(people, {});
    ASSERT_EQ(groups.size(), row.seats == 0 ? 0U : 1U) << row.humans;
    if (row.seats == 0) continue;
    EXPECT_EQ(groups[0].seats, row.seats);
    EXPECT_EQ(groups[0].members.size(), row.humans);
  }
}

TEST(FairPairing, BotsNeedSomebodyWithinTheWindowToo) {
  std::vector<Candidate> people{{10, 45'000}, {40, 45'000}};
  EXPECT_TRUE(fair_pairing(people, {}).empty());
  for (Candidate& person : people) person.waited_ms = 180'000;  // 4 + 27
  EXPECT_EQ(fair_pairing(people, {}).size(), 1U);
}

TEST(SeatsWithBots, KeepsToTheGamesLimits) {
  PairingRules three;
  three.seats_min = 3;
  EXPECT_EQ(seats_with_bots(2, three), 4);
  PairingRules six;
  six.seats_min = 6;
  EXPECT_EQ(seats_with_bots(2, six), std::nullopt);  // four bots for two people
  EXPECT_EQ(seats_with_bots(3, six), 6);
  PairingRules tight;
  tight.seats = 4;
  EXPECT_EQ(seats_with_bots(3, tight), 4);
  EXPECT_EQ(seats_with_bots(1, three), std::nullopt);
  EXPECT_EQ(seats_with_bots(0, three), std::nullopt);
}

TEST(FairPairing, RandomQueuesKeepTheRules) {
  base::Rng rng(31);
  for (int round = 0; round < 500; ++round) {
    std::vector<Candidate> people(rng.below(80));
    std::int64_t waited_ms = 90'000;
    for (Candidate& person : people) {
      waited_ms = std::max<std::int64_t>(0, waited_ms - rng.below(4000));
      person = {5.0 + rng.below(40), waited_ms};
    }
    const PairingRules rules;
    std::set<std::size_t> seen;
    const auto groups = fair_pairing(people, rules);
    for (const Group& group : groups) {
      const auto humans = static_cast<std::int32_t>(group.members.size());
      ASSERT_TRUE(std::is_sorted(group.members.begin(), group.members.end()));
      for (const std::size_t member : group.members) ASSERT_TRUE(seen.insert(member).second);
      ASSERT_GE(humans, 2);
      ASSERT_LE(group.seats, rules.seats);
      ASSERT_LE(group.seats - humans, humans);
      bool somebody_sees_all = false;
      for (const std::size_t anchor : group.members) {
        const double window = 4 + 0.15 * static_cast<double>(people[anchor].waited_ms) / 1000;
        bool sees_all = true;
        for (const std::size_t member : group.members) {
          sees_all &= std::abs(people[member].mu - people[anchor].mu) <= window;
        }
        somebody_sees_all |= sees_all;
      }
      ASSERT_TRUE(somebody_sees_all);
    }
    // The oldest is served when there are enough people within his window.
    std::size_t near = 0;
    for (const Candidate& person : people) {
      if (std::abs(person.mu - people[0].mu) <= 4 + 0.15 * people[0].waited_ms / 1000.0) ++near;
    }
    ASSERT_TRUE(near < 8 || seen.contains(0));
    ASSERT_EQ(fair_pairing(people, rules), groups);
  }
}

TEST(WaitEstimate, FollowsTheRecentRate) {
  WaitEstimate estimate;
  const base::UnixMs start{1'000'000'000};
  EXPECT_EQ(estimate.seconds(1, start), std::nullopt);
  for (int i = 0; i < 30; ++i) estimate.matched(8, start.plus_s(10 * i));
  const base::UnixMs now = start.plus_s(300);
  EXPECT_EQ(estimate.seconds(1, now), 2);  // 240 people in 300 s
  EXPECT_EQ(estimate.seconds(16, now), 20);
  EXPECT_EQ(estimate.seconds(16, now.plus_s(150)), 40);  // half of them are forgotten
  EXPECT_EQ(estimate.seconds(16, now.plus_s(301)), std::nullopt);
  EXPECT_EQ(estimate.seconds(1'000'000'000, now), 3600);
}

TEST(WaitEstimate, KnowsTheRateWhenItKeepsOnlySome) {
  WaitEstimate estimate;
  const base::UnixMs start{1'000'000'000};
  for (int i = 0; i < 3000; ++i) estimate.matched(8, start.plus_ms(100 * i));  // 80 people a second
  EXPECT_EQ(estimate.seconds(800, start.plus_s(300)), 10);
}

}  // namespace
}  // namespace whoosh::match
