#include "games/suspect/decision.h"

#include <algorithm>

namespace whoosh::games::suspect {
namespace {

using rules::Ctx;

std::uint8_t team_of(const State& state, Seat seat) {
  return is_culprit(state, seat) ? team_culprits : team_town;
}

void add_final_points(State& state) {
  const Decision& end = state.decision;
  for_each_seat(state, [&](Seat seat) {
    SeatState& own = at(state, seat);
    if (own.role == Role::CULPRIT) {
      if (end.accused != seat) own.points += points_not_accused;
      if (state.escape == state.scene) own.points += points_escape;
      if (!end.town_wins) own.points += points_win;
    } else {
      if (own.vote != no_seat && is_culprit(state, own.vote)) own.points += points_final_vote;
      if (own.card.published) own.points += points_true_card;
      if (end.town_wins) own.points += points_win;
    }
  });
}

// Most points among the winners; then who locked first; then the lower seat.
Seat most_valuable(const State& state) {
  const std::uint8_t winners = state.decision.town_wins ? team_town : team_culprits;
  const auto lock_s = [](const SeatState& seat) {
    return seat.locked ? seat.locked_s : static_cast<std::uint16_t>(match_s + 1);
  };
  Seat best = no_seat;
  for_each_seat(state, [&](Seat seat) {
    if (team_of(state, seat) != winners) return;
    const SeatState& own = at(state, seat);
    const bool better =
        best == no_seat || own.points > at(state, best).points ||
        (own.points == at(state, best).points && lock_s(own) < lock_s(at(state, best)));
    if (better) best = seat;
  });
  return best;
}

rules::Outcome outcome_of(const State& state) {
  const Decision& end = state.decision;
  const std::uint8_t winners = end.town_wins ? team_town : team_culprits;
  std::uint8_t winner_count = 0;
  for_each_seat(state, [&](Seat seat) { winner_count += team_of(state, seat) == winners; });
  rules::Outcome outcome;
  outcome.winner = end.mvp;
  outcome.is_void = end.is_void;
  for_each_seat(state, [&](Seat seat) {
    const SeatState& own = at(state, seat);
    rules::SeatResult result;
    result.score = own.points;
    result.team = team_of(state, seat);
    result.winner = !end.is_void && result.team == winners;
    result.placement =
        static_cast<std::uint8_t>(end.is_void || result.winner ? 1 : 1 + winner_count);
    result.activity_percent =
        static_cast<std::uint8_t>(own.required == 0 ? 100 : own.given * 100 / own.required);
    result.feat = seat == end.mvp;
    outcome.seats.push_back(result);
  });
  return outcome;
}

void finish(State& state, Ctx& ctx) {
  const rules::Table& table = ctx.table();
  const Decision& end = state.decision;
  state.phase = Phase::FINISHED;
  state.step = Step::REVEAL;
  state.step_started_s = state.now_s;
  state.step_ends_s = static_cast<std::uint16_t>(state.now_s + reveal_s);
  state.press_open = false;

  GameOverMembers members;
  if (end.accused != no_seat) members.accused = table.id(end.accused);
  members.town_wins = end.town_wins;
  members.slipped_away = end.slipped_away;
  for_each_seat(state, [&](Seat seat) {
    const Seat vote = at(state, seat).vote;
    auto& row = members.confmeter.put(table.id(seat));
    if (vote != no_seat) row = table.id(vote);
    if (is_culprit(state, seat)) members.culprits.push_back(table.id(seat));
  });
  ctx.tell_all("EVENT_REVEAL",
               RevealEvent{members.accused, members.culprits, end.town_wins, end.slipped_away});
  ctx.end(outcome_of(state), members);
}

}  // namespace

Seat accused(const State& state) {
  std::array<std::uint32_t, seats_max> votes{};
  std::array<std::uint32_t, seats_max> conviction{};
  for_each_seat(state, [&](Seat seat) {
    const SeatState& own = at(state, seat);
    if (own.vote == no_seat) return;
    const std::uint16_t since_s = std::max(own.vote_since_s, scoring_from_s);
    ++votes[own.vote.value];
    conviction[own.vote.value] += state.now_s > since_s ? state.now_s - since_s : 0U;
  });
  Seat best = no_seat;
  bool tied = true;
  for_each_seat(state, [&](Seat seat) {
    const std::uint8_t i = seat.value;
    if (votes[i] == 0) return;
    const bool more = best == no_seat || votes[i] > votes[best.value] ||
                      (votes[i] == votes[best.value] && conviction[i] > conviction[best.value]);
    if (more) {
      best = seat;
      tied = false;
    } else if (votes[i] == votes[best.value] && conviction[i] == conviction[best.value]) {
      tied = true;
    }
  });
  return tied ? no_seat : best;
}

void decide(State& state, Ctx& ctx) {
  Decision& end = state.decision;
  end.accused = accused(state);
  const bool caught = end.accused != no_seat && is_culprit(state, end.accused);
  end.slipped_away = caught && state.escape == state.scene;
  end.town_wins = caught && !end.slipped_away;
  for_each_seat(state, [&](Seat seat) {
    SeatState& own = at(state, seat);
    ++own.required;
    own.given = static_cast<std::uint8_t>(own.given + (own.vote != no_seat && !own.bot ? 1 : 0));
  });
  add_final_points(state);
  end.mvp = most_valuable(state);
  finish(state, ctx);
}

void end_void(State& state, Ctx& ctx) {
  state.decision.is_void = true;
  finish(state, ctx);
}

}  // namespace whoosh::games::suspect
