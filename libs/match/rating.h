// Ratings: damped Bradley-Terry-full for free-for-all, a means-based team variant for asymmetric
// teams (games.md 6.2, 6.3; Weng & Lin, "A Bayesian Approximation Method for Online Ranking", JMLR
// 12, 2011). How well the team variant works is measured by tools/rating_sim
// (docs/adr/0003-team-rating.md). Pure; any thread.
//
// Invariants of both functions: answers come in the order of the question; every answer is computed
// from values before the match; sigma stays within [sigma_min, sigma_start]; without an opponent
// nobody moves.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace whoosh::match {

inline constexpr double mu_start = 25.0;
inline constexpr double sigma_start = 25.0 / 3;
inline constexpr double sigma_min = 1.5;
inline constexpr double beta = 25.0 / 6;
inline constexpr double tau = 25.0 / 300;  // uncertainty that every match adds
inline constexpr double kappa = 1e-4;      // least factor on the variance
inline constexpr double display_per_mu = 40.0;
inline constexpr double provisional_sigma = 5.0;

struct Rating {
  double mu = mu_start;
  double sigma = sigma_start;
  std::int32_t matches = 0;  // rated ones
  bool operator==(const Rating&) const = default;
};

// round(1000 + 40 (mu - 25)); what people see.
[[nodiscard]] std::int32_t display_elo(const Rating& rating);
// Still uncertain: sigma > 5.
[[nodiscard]] bool is_provisional(const Rating& rating);

// ---- free for all ------------------------------------------------------------------------------

// Humans only: bots take part in ranks for display, never in the sums.
struct Contender {
  Rating rating;
  std::int32_t rank = 1;  // 1 = best; equal = tie; gaps do not matter
};

// `pair_weights`: how much the comparison of i with q counts, 0 … 1, row i, column q; empty =
// all 1. REQUIRES: empty or players.size() squared. ENSURES: whoever is ranked alone at the top
// never loses, whoever is alone at the bottom never gains.
[[nodiscard]] std::vector<Rating> rate_free_for_all(std::span<const Contender> players,
                                                    std::span<const double> pair_weights = {});

// 0.5^(meetings - 5) beyond 5, else 1. `meetings`: of one pair within 24 h, this one included.
[[nodiscard]] double meeting_weight(std::int32_t meetings);

// ---- two asymmetric teams ----------------------------------------------------------------------

struct TeamPlayer {
  Rating rating;
  std::int32_t team = 1;   // 1 or 2
  std::int32_t score = 0;  // personal points, compared within the team
  bool abandoned = false;  // a loss, whatever the team did
  double weight = 1;       // meeting weight against the other team, 0 … 1
};

// What may be tuned; the values stand on the measurements of the decision record.
struct TeamTuning {
  double step = 1.0;      // of mu, over the size of the team
  double shrink = 3.0;    // of sigma, over the size of the team
  double step_max = 2.5;  // |change of mu| of one match: 100 display points
  double personal = 0.1;  // share that personal points move between team-mates
  double bias_rate = 0.02;
  double bias_max = 10.0;
};

struct TeamMatch {
  std::vector<TeamPlayer> players;           // humans only
  std::array<std::int32_t, 2> team_sizes{};  // seats of team 1 and 2, bots too
  double first_team_score = 1;               // 1 = team 1 won, 0 = team 2 won, 0.5 = neither
  double side_bias = 0;                      // h(n): what playing as team 1 is worth, in mu
};

struct TeamOutcome {
  std::vector<Rating> ratings;
  double side_bias = 0;            // learned from this match
  double first_team_chance = 0.5;  // of winning, as it seemed before
};

// A leaver is rated as a loser; a team-mate who stayed then loses at most half of what he would.
// ENSURES: |change of mu| <= step_max; with one team empty nothing changes.
[[nodiscard]] TeamOutcome rate_teams(const TeamMatch& match, const TeamTuning& tuning = {});

}  // namespace whoosh::match
