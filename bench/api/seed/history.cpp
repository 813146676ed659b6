#include "bench/api/seed/fill.h"

namespace whoosh::bench {
namespace {

constexpr std::int64_t day_ms = 24LL * 3600 * 1000;
constexpr std::int64_t year_ms = 365 * day_ms;
constexpr std::int64_t matches_span_ms = 300 * day_ms;

std::int32_t among(std::uint64_t salt, std::int64_t key, std::int32_t from, std::int32_t count) {
  const auto value = mixed(salt, static_cast<std::uint64_t>(key));
  return from + static_cast<std::int32_t>(value % static_cast<std::uint64_t>(count));
}

}  // namespace

History::History(const World& world, base::UnixMs now, std::string password_hash)
    : world_(world),
      now_(now),
      password_hash_(std::move(password_hash)),
      standings_(static_cast<std::size_t>(world.people())) {
  for (std::int64_t id = 1; id <= world.people(); ++id) {
    Standing& standing = standings_[static_cast<std::size_t>(id - 1)];
    standing.coins = welcome_coins(id);
    standing.seen_at = joined_at(id);
  }
  for (std::int64_t match = 0; match < world.matches(); ++match) {
    for (std::int64_t number = 0; number < seats_a_match; ++number) {
      const Seat sat = seat(match, number);
      if (sat.user == 0) continue;
      Standing& standing = standings_[static_cast<std::size_t>(sat.user - 1)];
      standing.games += 1;
      standing.wins += sat.wins ? 1 : 0;
      standing.xp += sat.xp;
      standing.coins += sat.coins;
      standing.seen_at = ended_at(match);
    }
  }
}

base::UnixMs History::joined_at(std::int64_t id) const {
  return now_.plus_ms(-year_ms + id * (day_ms * 60) / world_.people());
}

base::UnixMs History::ended_at(std::int64_t match) const {
  return now_.plus_ms(-day_ms - (world_.matches() - match) * (matches_span_ms / world_.matches()));
}

Seat History::seat(std::int64_t match, std::int64_t number) const {
  const std::int64_t key = match * seats_a_match + number;
  Seat seat;
  seat.user = world_.user_at(match, number);
  seat.wins = world_.is_winner(match, number);
  seat.placement = seat.wins ? 1 : 3;
  seat.score = among(11, key, 100, 900);
  seat.team = seat.wins ? 2 : 1;
  seat.xp = among(12, key, 20, 80);
  seat.coins = world_.is_matchmade(match) ? among(13, key, 2, 9) : 0;
  seat.elo = among(14, key, 850, 300);
  seat.elo_gained = seat.wins ? among(15, key, 1, 20) : -among(15, key, 1, 20);
  return seat;
}

std::int64_t History::welcome_coins(std::int64_t id) const {
  return world_.is_regular(id) ? regular_coins : 10;
}

}  // namespace whoosh::bench
