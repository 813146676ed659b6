#include "match/settle.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/assert.h"
#include "match/xp.h"

namespace whoosh::match {

namespace {

constexpr std::int32_t rated_humans_min = 4;
constexpr std::int32_t rated_humans_percent_min = 60;
constexpr std::int32_t rated_played_s_min = 90;

bool is_human(const SeatRecord& seat) {
  return seat.user != base::UserId{};
}
bool is_contender(const SeatRecord& seat) {
  return is_human(seat) && !seat.newcomer_seat;
}

bool has_teams(const MatchRecord& record) {
  return std::any_of(record.seats.begin(), record.seats.end(),
                     [](const SeatRecord& seat) { return seat.team != 0; });
}

// Did any seat of the team win, bots included? A leaver's own seat says nothing about his team:
// when nobody has won, the team did that had only leavers.
bool team_won(const MatchRecord& record, std::int32_t team) {
  bool any_winner = false;
  bool winner_here = false;
  bool only_leavers = true;
  for (const SeatRecord& seat : record.seats) {
    any_winner |= seat.is_winner;
    winner_here |= seat.team == team && seat.is_winner;
    only_leavers &= seat.team != team || seat.abandoned;
  }
  return any_winner ? winner_here : only_leavers;
}

// Behind everybody, bots too.
std::int32_t final_rank(const MatchRecord& record, const SeatRecord& seat) {
  return seat.abandoned ? static_cast<std::int32_t>(record.seats.size()) : seat.placement;
}

// One human of the match: his seat and what is known of him.
struct Human {
  std::size_t seat_index = 0;
  const SeatRecord* seat = nullptr;
  const PlayerBefore* before = nullptr;
};

std::vector<Human> humans_of(const MatchRecord& record, const std::vector<PlayerBefore>& before) {
  std::vector<Human> humans;
  for (std::size_t i = 0; i < record.seats.size(); ++i) {
    if (!is_human(record.seats[i])) continue;
    ASSERT(humans.size() < before.size());
    const PlayerBefore& player = before[humans.size()];
    ASSERT(player.user == record.seats[i].user);
    humans.push_back({i, &record.seats[i], &player});
  }
  ASSERT(humans.size() == before.size());
  return humans;
}

std::int32_t earlier_meetings(const Human& me, const Human& other) {
  const auto& meetings = me.before->meetings_24h;
  return other.seat_index < meetings.size() ? std::max(0, meetings[other.seat_index]) : 0;
}

// The same seen from both sides, so that neither of a pair gains by the way they are listed.
double pair_weight(const Human& a, const Human& b) {
  return meeting_weight(1 + std::max(earlier_meetings(a, b), earlier_meetings(b, a)));
}

using Pick = Rating PlayerBefore::*;

std::vector<Rating> free_for_all_ratings(const MatchRecord& record,
                                         const std::vector<Human>& contenders, Pick pick) {
  std::vector<Contender> players;
  std::vector<double> weights;
  for (const Human& me : contenders) {
    players.push_back({me.before->*pick, final_rank(record, *me.seat)});
    for (const Human& other : contenders) weights.push_back(pair_weight(me, other));
  }
  return rate_free_for_all(players, weights);
}

// How much a match against this other team counts for `me`: the mean over its humans.
double weight_against(const std::vector<Human>& contenders, const Human& me) {
  double sum = 0;
  std::int32_t opponents = 0;
  for (const Human& other : contenders) {
    if (other.seat->team == me.seat->team) continue;
    sum += pair_weight(me, other);
    ++opponents;
  }
  return opponents > 0 ? sum / opponents : 1.0;
}

TeamOutcome team_ratings(const MatchRecord& record, const std::vector<Human>& contenders, Pick pick,
                         double side_bias) {
  TeamMatch match;
  match.side_bias = side_bias;
  const bool first = team_won(record, 1);
  const bool second = team_won(record, 2);
  match.first_team_score = first == second ? 0.5 : first ? 1.0 : 0.0;
  for (const SeatRecord& seat : record.seats) {
    if (seat.team == 1) ++match.team_sizes[0];
    if (seat.team == 2) ++match.team_sizes[1];
  }
  for (const Human& human : contenders) {
    match.players.push_back({human.before->*pick, human.seat->team, human.seat->score,
                             human.seat->abandoned, weight_against(contenders, human)});
  }
  return rate_teams(match);
}

std::int32_t xp_for(const MatchRecord& record, const std::vector<Human>& humans, const Human& me) {
  const SeatRecord& seat = *me.seat;
  const auto seats = static_cast<std::int32_t>(record.seats.size());
  std::vector<std::int32_t> meetings;
  for (const Human& other : humans) {
    if (other.seat != me.seat) meetings.push_back(earlier_meetings(me, other));
  }
  XpInput input;
  input.played_s = seat.played_s < 0 ? record.played_s : std::min(seat.played_s, record.played_s);
  input.activity = std::clamp(seat.activity_percent, 0, 100) / 100.0;
  // A void match has no places; whoever came late did not earn one.
  if (!record.is_void && !seat.newcomer_seat) {
    input.place = has_teams(record) ? place_of_team(!seat.abandoned && team_won(record, seat.team))
                                    : place_of_rank(final_rank(record, seat), seats);
    input.feat = seat.feat;
  }
  input.meetings = meetings;
  input.human_seats = static_cast<std::int32_t>(humans.size());
  input.seats = seats;
  input.matchmade = record.matchmade;
  input.first_match_today = me.before->matches_today == 0;
  input.xp_today = me.before->xp_today;
  return xp_of(input);
}

PlayerAfter rewarded(const MatchRecord& record, const std::vector<Human>& humans, const Human& me) {
  const PlayerBefore& before = *me.before;
  PlayerAfter after;
  after.user = before.user;
  after.game = before.game;
  after.overall = before.overall;
  after.elo_before = after.elo_after = display_elo(before.game);
  after.xp_gained =
      std::min(xp_for(record, humans, me), std::numeric_limits<std::int32_t>::max() - before.xp);
  after.level_before = level_of(before.xp);
  after.level_after = level_of(std::int64_t{before.xp} + after.xp_gained);
  if (!before.is_guest) {
    after.coins_gained = coins_of(after.xp_gained, record.matchmade, before.coins_today);
    after.level_up_coins = coins_per_level * (after.level_after - after.level_before);
  }
  return after;
}

void rate(const MatchRecord& record, const std::vector<Human>& humans, Settlement& settlement) {
  std::vector<Human> contenders;
  std::vector<std::size_t> rows;  // of settlement.players
  for (std::size_t i = 0; i < humans.size(); ++i) {
    if (!is_contender(*humans[i].seat)) continue;
    contenders.push_back(humans[i]);
    rows.push_back(i);
  }
  std::vector<Rating> game;
  std::vector<Rating> overall;
  if (has_teams(record)) {
    const double bias = settlement.side_bias;
    TeamOutcome outcome = team_ratings(record, contenders, &PlayerBefore::game, bias);
    settlement.side_bias = outcome.side_bias;
    game = std::move(outcome.ratings);
    overall = team_ratings(record, contenders, &PlayerBefore::overall, bias).ratings;
  } else {
    game = free_for_all_ratings(record, contenders, &PlayerBefore::game);
    overall = free_for_all_ratings(record, contenders, &PlayerBefore::overall);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    PlayerAfter& after = settlement.players[rows[i]];
    after.rated = true;
    after.game = game[i];
    after.overall = overall[i];
    after.elo_after = display_elo(game[i]);
  }
}

}  // namespace

bool is_rated(const MatchRecord& record) {
  if (!record.matchmade || record.is_void || record.played_s < rated_played_s_min) return false;
  const bool teams = has_teams(record);
  std::int32_t contenders = 0;
  std::array<std::int32_t, 2> in_team{};
  for (const SeatRecord& seat : record.seats) {
    if (teams && seat.team != 1 && seat.team != 2) return false;  // no two sides to compare
    if (!is_contender(seat)) continue;
    ++contenders;
    if (teams) ++in_team[static_cast<std::size_t>(seat.team - 1)];
  }
  if (teams && (in_team[0] == 0 || in_team[1] == 0)) return false;  // nobody to compare with
  const auto seats = static_cast<std::int32_t>(record.seats.size());
  return contenders >= rated_humans_min && contenders * 100 >= rated_humans_percent_min * seats;
}

Settlement settle(const MatchRecord& record, const std::vector<PlayerBefore>& before,
                  double side_bias) {
  ASSERT(!record.seats.empty());
  const std::vector<Human> humans = humans_of(record, before);
  Settlement settlement;
  settlement.side_bias = side_bias;
  settlement.rated = is_rated(record);
  for (const Human& human : humans) {
    settlement.players.push_back(rewarded(record, humans, human));
  }
  if (settlement.rated) rate(record, humans, settlement);
  return settlement;
}

}  // namespace whoosh::match
