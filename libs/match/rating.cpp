#include "match/rating.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.h"

namespace whoosh::match {

namespace {

double logistic(double x) {
  return 1.0 / (1.0 + std::exp(-x));
}

// Uncertainty grows a little before every match, never beyond a newcomer's.
double sigma_before(const Rating& rating) {
  return std::min(std::sqrt(rating.sigma * rating.sigma + tau * tau), sigma_start);
}

Rating moved(const Rating& rating, double sigma, double step, double shrink) {
  Rating after = rating;
  after.mu += step;
  after.sigma = std::max(sigma_min, sigma * std::sqrt(std::max(1.0 - shrink, kappa)));
  ++after.matches;
  return after;
}

struct TeamMean {
  double mu = 0;
  double variance = 0;
  std::size_t humans = 0;
  bool has_leaver = false;
};

TeamMean mean_of(const std::vector<TeamPlayer>& players, std::int32_t team) {
  TeamMean mean;
  for (const TeamPlayer& player : players) {
    if (player.team != team) continue;
    const double sigma = sigma_before(player.rating);
    mean.mu += player.rating.mu;
    mean.variance += sigma * sigma;
    mean.has_leaver |= player.abandoned;
    ++mean.humans;
  }
  if (mean.humans > 0) {
    mean.mu /= static_cast<double>(mean.humans);
    mean.variance /= static_cast<double>(mean.humans);
  }
  return mean;
}

// -1 = fewest points among the team-mates, +1 = most, 0 = all alike or alone. A leaver has the
// fewest.
double personal_place(const std::vector<TeamPlayer>& players, const TeamPlayer& player) {
  const auto points = [](const TeamPlayer& p) {
    return std::pair(!p.abandoned, p.abandoned ? 0 : p.score);
  };
  std::int32_t below = 0;
  std::int32_t above = 0;
  std::int32_t mates = -1;
  for (const TeamPlayer& other : players) {
    if (other.team != player.team) continue;
    ++mates;
    if (points(other) < points(player)) ++below;
    if (points(other) > points(player)) ++above;
  }
  return mates > 0 ? static_cast<double>(below - above) / mates : 0.0;
}

}  // namespace

std::int32_t display_elo(const Rating& rating) {
  return static_cast<std::int32_t>(std::lround(1000.0 + display_per_mu * (rating.mu - mu_start)));
}

bool is_provisional(const Rating& rating) {
  return rating.sigma > provisional_sigma;
}

double meeting_weight(std::int32_t meetings) {
  return meetings > 5 ? std::pow(0.5, meetings - 5) : 1.0;
}

std::vector<Rating> rate_free_for_all(std::span<const Contender> players,
                                      std::span<const double> pair_weights) {
  const std::size_t n = players.size();
  ASSERT(pair_weights.empty() || pair_weights.size() == n * n);
  std::vector<Rating> after;
  after.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    const Contender& me = players[i];
    if (n < 2) {
      after.push_back(me.rating);
      continue;
    }
    const double sigma = sigma_before(me.rating);
    const double variance = sigma * sigma;
    double step = 0;
    double shrink = 0;
    for (std::size_t q = 0; q < n; ++q) {
      if (q == i) continue;
      const Contender& other = players[q];
      const double weight = pair_weights.empty() ? 1.0 : pair_weights[i * n + q];
      const double other_sigma = sigma_before(other.rating);
      const double c = std::sqrt(variance + other_sigma * other_sigma + 2 * beta * beta);
      const double p = logistic((me.rating.mu - other.rating.mu) / c);
      const double s = me.rank < other.rank ? 1.0 : me.rank == other.rank ? 0.5 : 0.0;
      step += weight * variance / c * (s - p);
      shrink += weight * (sigma / c) * (variance / (c * c)) * p * (1 - p);
    }
    const double damping = 2.0 / static_cast<double>(n);
    after.push_back(moved(me.rating, sigma, damping * step, damping * shrink));
  }
  return after;
}

TeamOutcome rate_teams(const TeamMatch& match, const TeamTuning& tuning) {
  TeamOutcome outcome;
  outcome.side_bias = match.side_bias;
  for (const TeamPlayer& player : match.players) {
    ASSERT(player.team == 1 || player.team == 2);
    outcome.ratings.push_back(player.rating);
  }
  const std::array<TeamMean, 2> means{mean_of(match.players, 1), mean_of(match.players, 2)};
  if (means[0].humans == 0 || means[1].humans == 0) return outcome;

  const double c = std::sqrt(means[0].variance + means[1].variance + 2 * beta * beta);
  const double p_first = logistic((means[0].mu - means[1].mu + match.side_bias) / c);
  outcome.first_team_chance = p_first;
  for (std::size_t i = 0; i < match.players.size(); ++i) {
    const TeamPlayer& player = match.players[i];
    const bool first = player.team == 1;
    const TeamMean& team = means[first ? 0 : 1];
    const std::int32_t seats = match.team_sizes[first ? 0 : 1];
    ASSERT(seats >= static_cast<std::int32_t>(team.humans));
    const double p = first ? p_first : 1 - p_first;
    const double team_score = first ? match.first_team_score : 1 - match.first_team_score;
    const double s = player.abandoned ? 0.0 : team_score;
    const double sigma = sigma_before(player.rating);
    const double variance = sigma * sigma;

    double step = tuning.step / seats * variance / c * (s - p) * player.weight;
    const double place = personal_place(match.players, player);
    step *= 1 + tuning.personal * (step > 0 ? place : -place);
    step = std::clamp(step, -tuning.step_max, tuning.step_max);
    if (team.has_leaver && !player.abandoned && step < 0) step /= 2;
    const double shrink = tuning.shrink / seats * (sigma / c) * (variance / (c * c)) * p * (1 - p);
    outcome.ratings[i] = moved(player.rating, sigma, step, shrink * player.weight);
  }
  outcome.side_bias =
      std::clamp(match.side_bias + tuning.bias_rate * c * (match.first_team_score - p_first),
                 -tuning.bias_max, tuning.bias_max);
  return outcome;
}

}  // namespace whoosh::match
