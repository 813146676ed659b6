#include "match/xp.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/assert.h"
#include "match/settle.h"

namespace whoosh::match {

namespace {

constexpr std::int32_t first_level_cost = 200;
constexpr std::int32_t level_cost_step = 50;
constexpr std::int32_t level_cost_max = 2000;
// The first level that costs level_cost_max; from there on levels are evenly spaced.
constexpr std::int32_t flat_level = 1 + (level_cost_max - first_level_cost) / level_cost_step;

// XP up to level L while costs still rise. REQUIRES: L <= flat_level.
constexpr std::int64_t rising_xp(std::int64_t level) {
  const std::int64_t steps = level - 1;
  return first_level_cost * steps + level_cost_step * steps * (steps - 1) / 2;
}

double activity_factor(double activity) {
  const double factor = std::min(1.0, activity / 0.6);
  return factor < 0.3 ? 0.0 : factor;
}

double novelty_factor(std::span<const std::int32_t> meetings) {
  if (meetings.empty()) return 1.0;  // alone with bots: the crowd factor says enough
  double sum = 0;
  for (const std::int32_t count : meetings) sum += 1.0 / (1.0 + count / 4.0);
  return std::max(0.25, sum / static_cast<double>(meetings.size()));
}

// What is left of `earned` when the day has had `today` already.
double after_daily_cap(double earned, std::int32_t today) {
  struct Band {
    double until;
    double rate;
  };
  constexpr std::array<Band, 3> bands{Band{full_xp_a_day, 1.0}, Band{half_xp_a_day, 0.5},
                                      Band{std::numeric_limits<double>::infinity(), 0.1}};
  double day = today;
  for (const Band& band : bands) {
    if (day >= band.until) continue;
    const double part = std::min(earned, (band.until - day) / band.rate);
    day += part * band.rate;
    earned -= part;
    if (earned <= 0) break;
  }
  return day - today;
}

}  // namespace

double place_of_rank(std::int32_t rank, std::int32_t seats) {
  if (seats < 2) return 1.0;
  const double place = static_cast<double>(seats - rank) / (seats - 1);
  return std::clamp(place, 0.0, 1.0);
}

double place_of_team(bool won) {
  return won ? 1.0 : 0.25;
}

std::int32_t xp_of(const XpInput& input) {
  const double minutes = std::clamp(input.played_s / 60.0, 0.0, 6.0);
  const double base = 20 * minutes + 60 * input.place + (input.feat ? 20 : 0);
  const double crowd = static_cast<double>(input.human_seats) / std::max(1, input.seats);
  const double room = input.matchmade ? 1.0 : 0.5;
  const double day = input.first_match_today ? 1.5 : 1.0;
  const double earned =
      base * activity_factor(input.activity) * novelty_factor(input.meetings) * crowd * room * day;
  return static_cast<std::int32_t>(std::lround(after_daily_cap(earned, input.xp_today)));
}

std::int32_t coins_of(std::int32_t xp_gained, bool matchmade, std::int32_t coins_today) {
  if (!matchmade) return 0;
  const auto coins =
      static_cast<std::int32_t>(std::lround(static_cast<double>(xp_gained) / xp_per_coin));
  return std::clamp(coins, 0, std::max(0, match_coins_a_day - coins_today));
}

std::int64_t level_xp(std::int32_t level) {
  if (level <= flat_level) return rising_xp(std::max(level, 1));
  return rising_xp(flat_level) + std::int64_t{level_cost_max} * (level - flat_level);
}

std::int32_t level_of(std::int64_t xp) {
  const std::int64_t flat = rising_xp(flat_level);
  if (xp >= flat) {
    const std::int64_t level = flat_level + (xp - flat) / level_cost_max;
    return static_cast<std::int32_t>(
        std::min<std::int64_t>(level, std::numeric_limits<std::int32_t>::max()));
  }
  std::int32_t level = 1;
  while (level_xp(level + 1) <= xp) ++level;
  return level;
}

std::int32_t daily_coins(std::int32_t streak) {
  ASSERT(streak >= 1);
  const auto day = static_cast<std::size_t>(streak);
  return daily_week[std::min(day, daily_week.size()) - 1];
}

}  // namespace whoosh::match
