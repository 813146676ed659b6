// Goal: a match record becomes ratings, XP and coins as games.md 6.4 and 6.5 say. Method: one usual
// record, changed in one point per test; random records for what always holds.
#include "match/settle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "base/rng.h"

namespace whoosh::match {
namespace {

struct Scene {
  MatchRecord record;
  std::vector<PlayerBefore> before;

  SeatRecord& seat(std::size_t i) { return record.seats[i]; }
  [[nodiscard]] Settlement settled(double bias = 0) const { return settle(record, before, bias); }
};

// `humans` people and bots behind them, ranked in seat order; 345 s, matchmade, strangers on a
// fresh day.
Scene scene(std::int32_t humans, std::int32_t seats) {
  Scene made;
  made.record.game = "brainwave";
  made.record.played_s = 345;
  made.record.matchmade = true;
  for (std::int32_t i = 0; i < seats; ++i) {
    SeatRecord seat;
    seat.user = base::UserId{i < humans ? i + 1 : 0};
    seat.placement = i + 1;
    seat.is_winner = i == 0;
    made.record.seats.push_back(seat);
    if (i >= humans) continue;
    PlayerBefore player;
    player.user = seat.user;
    player.matches_today = 1;
    player.meetings_24h.assign(static_cast<std::size_t>(seats), 0);
    made.before.push_back(player);
  }
  return made;
}

// Eight seats, the last two are the culprits.
Scene suspect(bool town_won) {
  Scene made = scene(8, 8);
  made.record.game = "suspect";
  for (std::size_t i = 0; i < 8; ++i) {
    made.seat(i).team = i < 6 ? 1 : 2;
    made.seat(i).is_winner = (made.seat(i).team == 1) == town_won;
  }
  return made;
}

TEST(IsRated, NeedsAMatchmadeWholeMatchOfEnoughPeople) {
  struct Row {
    const char* what;
    bool rated;
    Scene scene;
    void (*change)(Scene&);
  };
  const auto nothing = [](Scene&) {};
  const Row rows[] = {
      {"eight", true, scene(8, 8), nothing},
      {"four alone", true, scene(4, 4), nothing},
      {"three", false, scene(3, 5), nothing},
      {"four of six", true, scene(4, 6), nothing},
      {"four of seven are 57 %", false, scene(4, 7), nothing},
      {"six of ten are 60 %", true, scene(6, 10), nothing},
      {"private", false, scene(8, 8), [](Scene& s) { s.record.matchmade = false; }},
      {"void", false, scene(8, 8), [](Scene& s) { s.record.is_void = true; }},
      {"89 s", false, scene(8, 8), [](Scene& s) { s.record.played_s = 89; }},
      {"90 s", true, scene(8, 8), [](Scene& s) { s.record.played_s = 90; }},
      {"newcomers don't count", false, scene(4, 4),
       [](Scene& s) { s.seat(3).newcomer_seat = true; }},
      {"leavers do", true, scene(4, 4), [](Scene& s) { s.seat(3).abandoned = true; }},
      {"teams", true, suspect(true), nothing},
      {"culprits are bots", false, suspect(true),
       [](Scene& s) { s.seat(6).user = s.seat(7).user = base::UserId{}; }},
      {"a third team", false, suspect(true), [](Scene& s) { s.seat(0).team = 3; }},
  };
  for (Row row : rows) {
    row.change(row.scene);
    EXPECT_EQ(is_rated(row.scene.record), row.rated) << row.what;
  }
}

TEST(Settle, RatesByPlaceAndLeavesBotsOut) {
  const Settlement with_bots = scene(4, 6).settled();
  const Settlement without = scene(4, 4).settled();
  ASSERT_EQ(with_bots.players.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(with_bots.players[i].game, without.players[i].game);
    EXPECT_EQ(with_bots.players[i].elo_after, display_elo(with_bots.players[i].game));
  }
  EXPECT_GT(with_bots.players[0].elo_after, 1000);
  EXPECT_LT(with_bots.players[3].elo_after, 1000);
}

TEST(Settle, OverallMovesByTheSameRuleFromItsOwnValue) {
  Scene s = scene(4, 4);
  s.before[0].overall = {35, 3, 50};
  const Settlement settlement = s.settled();
  EXPECT_EQ(settlement.players[0].overall.matches, 51);
  EXPECT_LT(settlement.players[0].overall.mu - 35, settlement.players[0].game.mu - 25);
  EXPECT_GT(settlement.players[0].overall.mu, 35);
}

TEST(Settle, UnratedKeepsRatingsAndBiasButPaysXp) {
  Scene s = suspect(true);
  s.record.matchmade = false;
  const Settlement settlement = s.settled(1.5);
  EXPECT_FALSE(settlement.rated);
  EXPECT_EQ(settlement.side_bias, 1.5);
  for (const PlayerAfter& player : settlement.players) {
    EXPECT_FALSE(player.rated);
    EXPECT_EQ(player.game, Rating{});
    EXPECT_EQ(player.overall, Rating{});
    EXPECT_GT(player.xp_gained, 0);
    EXPECT_EQ(player.coins_gained, 0);
  }
}

TEST(Settle, TheSameRecordGivesTheSameAnswer) {
  const Scene s = suspect(false);
  const Settlement once = s.settled(0.7);
  const Settlement again = s.settled(0.7);
  EXPECT_EQ(once.side_bias, again.side_bias);
  for (std::size_t i = 0; i < once.players.size(); ++i) {
    EXPECT_EQ(once.players[i].game, again.players[i].game);
    EXPECT_EQ(once.players[i].xp_gained, again.players[i].xp_gained);
  }
}

TEST(Settle, TeamsShareTheirResultAndTeachTheBias) {
  const Settlement town = suspect(true).settled();
  EXPECT_GT(town.players[0].elo_after, 1000);
  EXPECT_LT(town.players[7].elo_after, 1000);
  EXPECT_GT(town.side_bias, 0);
  EXPECT_GT(town.players[0].xp_gained, town.players[7].xp_gained);
  EXPECT_LT(suspect(false).settled().side_bias, 0);
}

TEST(Settle, LeaverIsLastWhateverHisPlacement) {
  Scene s = scene(8, 8);
  const std::int32_t stayed = s.settled().players[0].elo_after;
  s.seat(0).abandoned = true;
  const Settlement settlement = s.settled();
  EXPECT_GT(stayed, 1000);
  EXPECT_LT(settlement.players[0].elo_after, 1000);
  EXPECT_EQ(settlement.players[0].xp_gained, 115);  // 20 · 5.75, no place
}

TEST(Settle, LeaverOfAWinningTeamLosesAndIsPaidAsALoser) {
  Scene s = suspect(true);
  s.seat(0).abandoned = true;
  s.seat(0).is_winner = false;
  const Settlement settlement = s.settled();
  EXPECT_LT(settlement.players[0].elo_after, 1000);
  EXPECT_GT(settlement.players[1].elo_after, 1000);
  EXPECT_EQ(settlement.players[0].xp_gained, 130);  // 115 + 60 / 4
  EXPECT_EQ(settlement.players[1].xp_gained, 175);
}

TEST(Settle, WhoCameLateIsNotRatedAndPaidForHisTimeOnly) {
  Scene s = scene(8, 8);
  s.seat(0).newcomer_seat = true;
  s.seat(0).feat = true;
  const Settlement settlement = s.settled();
  EXPECT_TRUE(settlement.rated);
  EXPECT_FALSE(settlement.players[0].rated);
  EXPECT_EQ(settlement.players[0].game, Rating{});
  EXPECT_EQ(settlement.players[0].xp_gained, 115);
}

TEST(Settle, MeetingsWeakenRatingFromTheSixthOnAndXpFromTheSecond) {
  Scene fresh = scene(4, 4);
  Scene friends = scene(4, 4);
  for (PlayerBefore& player : friends.before) player.meetings_24h.assign(4, 4);
  EXPECT_EQ(fresh.settled().players[0].game, friends.settled().players[0].game);  // the fifth
  EXPECT_NEAR(friends.settled().players[0].xp_gained, fresh.settled().players[0].xp_gained / 2.0,
              1);
  for (PlayerBefore& player : friends.before) player.meetings_24h.assign(4, 5);
  EXPECT_NEAR(friends.settled().players[0].game.mu - 25,
              (fresh.settled().players[0].game.mu - 25) / 2, 1e-9);

  Scene known_culprits = suspect(true);
  for (PlayerBefore& player : known_culprits.before) player.meetings_24h.assign(8, 6);
  EXPECT_NEAR(known_culprits.settled().players[0].game.mu - 25,
              (suspect(true).settled().players[0].game.mu - 25) / 4, 1e-9);
}

TEST(Settle, OneSidedMeetingsWeighForBoth) {
  Scene s = scene(4, 4);
  s.before[0].meetings_24h.assign(4, 50);
  const Settlement settlement = s.settled();
  const Settlement plain = scene(4, 4).settled();
  EXPECT_NEAR(settlement.players[0].game.mu, 25, 1e-9);
  EXPECT_NE(settlement.players[3].game.mu, plain.players[3].game.mu);
}

TEST(Settle, LevelsUpWithCoinsButNotForGuests) {
  Scene s = scene(8, 8);
  s.before[0].xp = 100;
  s.before[1].xp = 100;
  s.before[1].is_guest = true;
  const Settlement settlement = s.settled();
  EXPECT_EQ(settlement.players[0].xp_gained, 175);
  EXPECT_EQ(settlement.players[0].level_before, 1);
  EXPECT_EQ(settlement.players[0].level_after, 2);
  EXPECT_EQ(settlement.players[0].coins_gained, 22);
  EXPECT_EQ(settlement.players[0].level_up_coins, 50);
  EXPECT_EQ(settlement.players[1].level_after, 2);
  EXPECT_EQ(settlement.players[1].coins_gained, 0);
  EXPECT_EQ(settlement.players[1].level_up_coins, 0);
}

TEST(Settle, ATeamOfLeaversMayHaveWonWithoutThem) {
  Scene s = scene(4, 5);
  for (std::size_t i = 0; i < 5; ++i) {
    s.seat(i).team = i == 0 ? 2 : 1;
    s.seat(i).is_winner = false;
    s.seat(i).placement = i == 0 ? 5 : 2;
  }
  s.seat(0).abandoned = true;  // a bot finished for the only culprit, and won
  const Settlement settlement = s.settled();
  ASSERT_TRUE(settlement.rated);
  for (const PlayerAfter& player : settlement.players) {
    EXPECT_LT(player.elo_after, player.elo_before) << "the leaver lost, and so did the town";
  }
}

TEST(Settle, WhoLeavesIsPaidForTheTimeHePlayed) {
  Scene s = scene(8, 8);
  s.seat(7).abandoned = true;
  s.seat(7).activity_percent = 25;
  const std::int32_t stayed = s.settled().players[7].xp_gained;
  s.seat(7).played_s = 60;
  const std::int32_t left = s.settled().players[7].xp_gained;
  EXPECT_LE(left * 5, stayed * 2) << "a minute of many matches must not pay more than a whole one";
  s.seat(7).played_s = 10'000;
  EXPECT_EQ(s.settled().players[7].xp_gained, stayed);
}

TEST(Settle, FirstMatchOfTheDayPaysHalfMore) {
  Scene s = scene(8, 8);
  s.before[7].matches_today = 0;
  EXPECT_EQ(s.settled().players[7].xp_gained, 173);  // 115 · 1.5
}

TEST(Settle, XpNeverOverflows) {
  Scene s = scene(8, 8);
  s.before[0].xp = std::numeric_limits<std::int32_t>::max() - 3;
  EXPECT_EQ(s.settled().players[0].xp_gained, 3);
}

TEST(Settle, OnlyBotsIsNothing) {
  const Settlement settlement = scene(0, 5).settled(2);
  EXPECT_FALSE(settlement.rated);
  EXPECT_TRUE(settlement.players.empty());
  EXPECT_EQ(settlement.side_bias, 2);
}

TEST(Settle, RandomRecordsKeepTheRules) {
  base::Rng rng(21);
  for (int round = 0; round < 3000; ++round) {
    const auto seats = static_cast<std::int32_t>(1 + rng.below(10));
    Scene s =
        scene(static_cast<std::int32_t>(rng.below(static_cast<std::uint32_t>(seats) + 1)), seats);
    const bool teams = rng.chance(50);
    for (SeatRecord& seat : s.record.seats) {
      seat.placement = static_cast<std::int32_t>(1 + rng.below(static_cast<std::uint32_t>(seats)));
      seat.team = teams ? static_cast<std::int32_t>(1 + rng.below(2)) : 0;
      seat.is_winner = rng.chance(30);
      seat.abandoned = rng.chance(10);
      seat.newcomer_seat = rng.chance(10);
      seat.activity_percent = static_cast<std::int32_t>(rng.below(101));
    }
    s.record.is_void = rng.chance(10);
    s.record.played_s = static_cast<std::int32_t>(rng.below(500));
    for (PlayerBefore& player : s.before) {
      for (auto& count : player.meetings_24h) count = static_cast<std::int32_t>(rng.below(12));
      player.xp = static_cast<std::int32_t>(rng.below(100'000));
      player.is_guest = rng.chance(30);
      player.coins_today = static_cast<std::int32_t>(rng.below(250));
    }
    const Settlement settlement = s.settled();
    ASSERT_EQ(settlement.rated, is_rated(s.record));
    ASSERT_EQ(settlement.players.size(), s.before.size());
    for (std::size_t i = 0; i < s.before.size(); ++i) {
      const PlayerAfter& after = settlement.players[i];
      ASSERT_EQ(after.user, s.before[i].user);
      ASSERT_GE(after.xp_gained, 0);
      ASSERT_LE(after.xp_gained, 300);
      ASSERT_GE(after.coins_gained, 0);
      ASSERT_LE(after.coins_gained + s.before[i].coins_today,
                std::max(200, s.before[i].coins_today));
      ASSERT_EQ(after.level_before, level_of(s.before[i].xp));
      ASSERT_EQ(after.level_after, level_of(s.before[i].xp + after.xp_gained));
      ASSERT_TRUE(!s.before[i].is_guest || after.coins_gained + after.level_up_coins == 0);
      ASSERT_TRUE(after.rated || after.game == s.before[i].game);
    }
  }
}

}  // namespace
}  // namespace whoosh::match
