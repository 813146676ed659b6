// Goal: ratings move as games.md 6.2 and 6.3 promise. Method: single matches with known answers,
// and properties over a few thousand random matches.
#include "match/rating.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/rng.h"

namespace whoosh::match {
namespace {

constexpr double tiny = 1e-9;

double uniform(base::Rng& rng, double from, double to) {
  return from + (to - from) * (static_cast<double>(rng.next() >> 11) * 0x1.0p-53);
}

Rating random_rating(base::Rng& rng) {
  return {uniform(rng, 5, 45), uniform(rng, sigma_min, sigma_start), 3};
}

std::vector<Contender> random_contenders(base::Rng& rng, bool ties) {
  std::vector<Contender> players(2 + rng.below(9));
  for (std::size_t i = 0; i < players.size(); ++i) {
    players[i].rating = random_rating(rng);
    players[i].rank = static_cast<std::int32_t>(ties ? 1 + rng.below(4) : i + 1);
  }
  return players;
}

TeamMatch random_team_match(base::Rng& rng) {
  TeamMatch match;
  const std::uint32_t first = 2 + rng.below(5);
  const std::uint32_t second = 1 + rng.below(2);
  for (std::uint32_t i = 0; i < first + second; ++i) {
    match.players.push_back({random_rating(rng), i < first ? 1 : 2,
                             static_cast<std::int32_t>(rng.below(500)), rng.chance(10),
                             rng.chance(20) ? 0.5 : 1.0});
  }
  match.team_sizes = {static_cast<std::int32_t>(first + rng.below(2)),
                      static_cast<std::int32_t>(second)};
  match.first_team_score = rng.chance(50) ? 1 : 0;
  match.side_bias = uniform(rng, -10, 10);
  return match;
}

TEST(FreeForAll, FirstMatchOfEightMovesAboutHundredFivePoints) {
  std::vector<Contender> players(8);
  for (std::int32_t i = 0; i < 8; ++i) players[static_cast<std::size_t>(i)].rank = i + 1;
  const auto after = rate_free_for_all(players);
  double moved = 0;
  for (const Rating& rating : after) moved += std::abs(display_elo(rating) - 1000);
  EXPECT_NEAR(moved / 8, 105, 2);
  EXPECT_EQ(display_elo(after[0]) - 1000, 1000 - display_elo(after[7]));
  EXPECT_EQ(after[0].matches, 1);
}

TEST(FreeForAll, SettlesAfterSomeMatches) {
  // Eight alike, ranked by chance: what a match moves shrinks with sigma.
  base::Rng rng(7);
  std::vector<Contender> players(8);
  double moved_20th = 0;
  double moved_60th = 0;
  int provisional = 0;
  for (int match = 1; match <= 60; ++match) {
    std::vector<std::int32_t> ranks(8);
    std::iota(ranks.begin(), ranks.end(), 1);
    rng.shuffle(std::span<std::int32_t>(ranks));
    for (std::size_t i = 0; i < 8; ++i) players[i].rank = ranks[i];
    const auto after = rate_free_for_all(players);
    for (std::size_t i = 0; i < 8; ++i) {
      const double moved = std::abs(after[i].mu - players[i].rating.mu) * display_per_mu / 8;
      if (match == 20) moved_20th += moved;
      if (match == 60) moved_60th += moved;
      players[i].rating = after[i];
    }
    if (is_provisional(after[0])) provisional = match;
  }
  EXPECT_NEAR(provisional, 12, 3);
  EXPECT_NEAR(moved_20th, 35, 12);
  EXPECT_NEAR(moved_60th, 15, 7);
}

TEST(FreeForAll, EqualPlayersWhoTieStayWhereTheyAre) {
  const std::vector<Contender> players(5, Contender{{27, 4, 9}, 3});
  for (const Rating& after : rate_free_for_all(players)) {
    EXPECT_NEAR(after.mu, 27, tiny);
    EXPECT_LT(after.sigma, 4);
    EXPECT_EQ(after.matches, 10);
  }
}

TEST(FreeForAll, AloneNothingHappens) {
  const std::vector<Contender> one{{{30, 5, 2}, 1}};
  EXPECT_EQ(rate_free_for_all(one), std::vector<Rating>{(Rating{30, 5, 2})});
  EXPECT_TRUE(rate_free_for_all({}).empty());
}

TEST(FreeForAll, OrderOfSeatsDoesNotMatter) {
  base::Rng rng(1);
  for (int round = 0; round < 500; ++round) {
    const auto players = random_contenders(rng, true);
    std::vector<std::size_t> order(players.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    rng.shuffle(std::span<std::size_t>(order));
    std::vector<Contender> shuffled;
    for (const std::size_t i : order) shuffled.push_back(players[i]);
    const auto plain = rate_free_for_all(players);
    const auto mixed = rate_free_for_all(shuffled);
    for (std::size_t i = 0; i < order.size(); ++i) {
      ASSERT_NEAR(mixed[i].mu, plain[order[i]].mu, tiny);
      ASSERT_NEAR(mixed[i].sigma, plain[order[i]].sigma, tiny);
    }
  }
}

TEST(FreeForAll, SoleWinnerNeverLosesSoleLastNeverGains) {
  base::Rng rng(2);
  for (int round = 0; round < 1000; ++round) {
    const auto players = random_contenders(rng, false);
    const auto after = rate_free_for_all(players);
    ASSERT_GE(after.front().mu, players.front().rating.mu);
    ASSERT_LE(after.back().mu, players.back().rating.mu);
  }
}

TEST(FreeForAll, SigmaStaysInItsBoundsAndStepsAreLimited) {
  base::Rng rng(3);
  for (int round = 0; round < 1000; ++round) {
    const auto players = random_contenders(rng, true);
    const auto after = rate_free_for_all(players);
    for (std::size_t i = 0; i < players.size(); ++i) {
      ASSERT_GE(after[i].sigma, sigma_min);
      ASSERT_LE(after[i].sigma, sigma_start);
      // 2 (n-1)/n sigma^2/c with c >= sqrt(sigma^2 + 2 beta^2)
      ASSERT_LT(std::abs(after[i].mu - players[i].rating.mu), 2 * 6.8);
    }
  }
}

TEST(FreeForAll, EqualSigmasKeepTheSum) {
  base::Rng rng(4);
  for (int round = 0; round < 500; ++round) {
    auto players = random_contenders(rng, true);
    double before = 0;
    for (Contender& player : players) {
      player.rating.sigma = 4;
      before += player.rating.mu;
    }
    double sum = 0;
    for (const Rating& after : rate_free_for_all(players)) sum += after.mu;
    ASSERT_NEAR(sum, before, 1e-7);
  }
}

TEST(FreeForAll, PairsThatMeetTooOftenCountLess) {
  EXPECT_EQ(meeting_weight(0), 1);
  EXPECT_EQ(meeting_weight(5), 1);
  EXPECT_EQ(meeting_weight(6), 0.5);
  EXPECT_EQ(meeting_weight(8), 0.125);
  const std::vector<Contender> players{{{}, 1}, {{}, 2}};
  const std::vector<double> half{1, 0.5, 0.5, 1};
  const double whole_step = rate_free_for_all(players)[0].mu - mu_start;
  EXPECT_NEAR(rate_free_for_all(players, half)[0].mu - mu_start, whole_step / 2, tiny);
}

TEST(FreeForAll, SurprisesMoveMore) {
  const std::vector<Contender> expected{{{30, 4, 9}, 1}, {{20, 4, 9}, 2}};
  const std::vector<Contender> surprise{{{30, 4, 9}, 2}, {{20, 4, 9}, 1}};
  EXPECT_LT(rate_free_for_all(expected)[0].mu - 30, rate_free_for_all(surprise)[1].mu - 20);
}

TeamMatch six_against_two(double first_team_score) {
  TeamMatch match;
  for (int i = 0; i < 8; ++i) match.players.push_back({{}, i < 6 ? 1 : 2, 100, false, 1});
  match.team_sizes = {6, 2};
  match.first_team_score = first_team_score;
  return match;
}

TEST(Teams, SmallTeamMovesMoreAndTheSumIsKept) {
  TeamMatch match = six_against_two(1);
  for (TeamPlayer& player : match.players) player.rating.sigma = 4;
  const auto after = rate_teams(match).ratings;
  const double town = after[0].mu - mu_start;
  const double culprit = mu_start - after[7].mu;
  EXPECT_GT(town, 0.1);
  EXPECT_NEAR(culprit, 3 * town, tiny);
  EXPECT_NEAR(6 * town, 2 * culprit, tiny);
}

TEST(Teams, FirstMatchMovesWitnessesAThirdOfCulprits) {
  const auto after = rate_teams(six_against_two(0)).ratings;
  EXPECT_EQ(display_elo(after[7]), 1053);
  EXPECT_EQ(display_elo(after[0]), 982);
}

TEST(Teams, OneMatchMovesNobodyByMoreThanHundredPoints) {
  TeamMatch match = six_against_two(0);
  match.players.pop_back();
  match.team_sizes = {6, 1};
  EXPECT_EQ(display_elo(rate_teams(match).ratings[6]), 1100);
}

TEST(Teams, LearnsTheSideBias) {
  EXPECT_GT(rate_teams(six_against_two(1)).side_bias, 0);
  EXPECT_LT(rate_teams(six_against_two(0)).side_bias, 0);
  TeamMatch match = six_against_two(1);
  match.side_bias = 10;
  EXPECT_LE(rate_teams(match).side_bias, 10);
  // With the bias known a win of the favoured side says less.
  EXPECT_LT(rate_teams(match).ratings[0].mu, rate_teams(six_against_two(1)).ratings[0].mu);
}

TEST(Teams, PersonalPointsMoveTenPercentWithinTheTeam) {
  TeamMatch match = six_against_two(1);
  for (TeamPlayer& player : match.players) player.rating.sigma = 4;
  const double plain = rate_teams(match).ratings[0].mu - mu_start;
  match.players[0].score = 300;
  match.players[1].score = 10;
  const auto won = rate_teams(match).ratings;
  EXPECT_NEAR(won[0].mu - mu_start, 1.1 * plain, tiny);
  EXPECT_NEAR(won[1].mu - mu_start, 0.9 * plain, tiny);
  EXPECT_NEAR(won[2].mu - mu_start, plain, tiny);
  match.first_team_score = 0;
  const auto lost = rate_teams(match).ratings;
  EXPECT_NEAR(mu_start - lost[0].mu, 0.9 * plain, tiny);
  EXPECT_NEAR(mu_start - lost[1].mu, 1.1 * plain, tiny);
}

TEST(Teams, LeaverLosesWhoeverWonAndHisMatesLoseHalf) {
  TeamMatch lost = six_against_two(0);
  const double whole = mu_start - rate_teams(lost).ratings[1].mu;
  lost.players[0].abandoned = true;
  const auto after = rate_teams(lost).ratings;
  EXPECT_LT(after[0].mu, mu_start - whole);
  EXPECT_LE(mu_start - after[1].mu, whole / 2 + tiny);
  EXPECT_LT(after[1].mu, mu_start);

  TeamMatch won = six_against_two(1);
  won.players[0].abandoned = true;
  const auto winners = rate_teams(won).ratings;
  EXPECT_LT(winners[0].mu, mu_start);
  EXPECT_GT(winners[1].mu, mu_start);
}

TEST(Teams, WithoutOpponentsNothingChanges) {
  TeamMatch match = six_against_two(1);
  match.players.resize(6);
  match.side_bias = 3;
  const TeamOutcome outcome = rate_teams(match);
  EXPECT_EQ(outcome.side_bias, 3);
  for (const Rating& rating : outcome.ratings) EXPECT_EQ(rating, Rating{});
}

TEST(Teams, RandomMatchesKeepTheRules) {
  base::Rng rng(5);
  for (int round = 0; round < 3000; ++round) {
    const TeamMatch match = random_team_match(rng);
    const TeamOutcome outcome = rate_teams(match);
    ASSERT_LE(std::abs(outcome.side_bias), 10);
    for (std::size_t i = 0; i < match.players.size(); ++i) {
      const TeamPlayer& player = match.players[i];
      const double moved = outcome.ratings[i].mu - player.rating.mu;
      const bool won = (player.team == 1) == (match.first_team_score == 1);
      ASSERT_LE(std::abs(moved), 2.5 + tiny);
      ASSERT_TRUE(won && !player.abandoned ? moved >= 0 : moved <= 0) << moved;
      ASSERT_GE(outcome.ratings[i].sigma, sigma_min);
      ASSERT_LE(outcome.ratings[i].sigma, sigma_start);
    }
  }
}

TEST(Teams, OrderOfSeatsDoesNotMatter) {
  base::Rng rng(6);
  for (int round = 0; round < 500; ++round) {
    const TeamMatch match = random_team_match(rng);
    TeamMatch mixed = match;
    std::vector<std::size_t> order(match.players.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    rng.shuffle(std::span<std::size_t>(order));
    for (std::size_t i = 0; i < order.size(); ++i) mixed.players[i] = match.players[order[i]];
    const auto plain = rate_teams(match);
    const auto other = rate_teams(mixed);
    ASSERT_NEAR(plain.side_bias, other.side_bias, tiny);
    for (std::size_t i = 0; i < order.size(); ++i) {
      ASSERT_NEAR(other.ratings[i].mu, plain.ratings[order[i]].mu, tiny);
    }
  }
}

TEST(Display, StartsAtThousandInStepsOfForty) {
  EXPECT_EQ(display_elo({}), 1000);
  EXPECT_EQ(display_elo({26, 8, 0}), 1040);
  EXPECT_EQ(display_elo({24.99, 8, 0}), 1000);
  EXPECT_TRUE(is_provisional({}));
  EXPECT_FALSE(is_provisional({25, 5, 20}));
}

}  // namespace
}  // namespace whoosh::match
