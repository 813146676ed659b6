#include "games/suspect/steps.h"

#include <algorithm>

#include "games/suspect/bots.h"
#include "games/suspect/decision.h"
#include "games/suspect/moves.h"

namespace whoosh::games::suspect {
namespace {

using rules::Ctx;

// All humans who are there have done it; where no human is, all bots.
template <class Done>
bool everybody(const State& state, Done done) {
  bool humans = false;
  bool all_humans = true;
  bool bots = false;
  bool all_bots = true;
  for_each_seat(state, [&](Seat seat) {
    const SeatState& s = at(state, seat);
    if (is_waited_for(s)) {
      humans = true;
      all_humans &= done(s);
    } else if (s.bot) {
      bots = true;
      all_bots &= done(s);
    }
  });
  return humans ? all_humans : bots && all_bots;
}

void score_second(State& state) {
  if (state.phase != Phase::INTERROGATION || state.now_s <= scoring_from_s) return;
  std::array<std::uint8_t, seats_max> suspected{};
  for_each_seat(state, [&](Seat seat) {
    const Seat target = at(state, seat).meter;
    if (target != no_seat) ++suspected[target.value];
  });
  const std::uint8_t most = *std::max_element(suspected.begin(), suspected.end());
  for_each_seat(state, [&](Seat seat) {
    SeatState& own = at(state, seat);
    if (own.role == Role::CULPRIT) {
      own.points += most == 0 || suspected[seat.value] < most;
    } else {
      own.points += own.meter != no_seat && is_culprit(state, own.meter);
    }
  });
}

bool culprits_are_gone(const State& state) {
  bool gone = true;
  for_each_seat(state, [&](Seat seat) {
    if (is_culprit(state, seat)) gone &= at(state, seat).abandoned;
  });
  return gone;
}

// Of at least two humans at the start one at most is left.
bool humans_are_gone(const State& state, const rules::Table& table) {
  std::size_t left = 0;
  for_each_seat(state, [&](Seat seat) {
    left += !table.seats[seat.value].bot && !at(state, seat).abandoned;
  });
  return state.humans >= 2 && left < 2;
}

void tell_inspection(State& state, Ctx& ctx) {
  if (state.inspected == no_seat || state.inspect_told) return;
  state.inspect_told = true;
  const InspectEvent event{ctx.table().id(state.inspected), is_culprit(state, state.inspected)};
  for_each_seat(state, [&](Seat seat) {
    if (at(state, seat).role == Role::INSPECTOR) ctx.tell(seat, "EVENT_INSPECT", event);
  });
}

void run_presses(State& state, Ctx& ctx) {
  if (state.press_open) {
    const bool answered = press_target(state) == no_seat;
    if (!answered && state.now_s < state.press_ends_s) return;
    SeatState& target = at(state, state.presses[state.press_done].target);
    ++target.required;
    target.given = static_cast<std::uint8_t>(target.given + (answered && !target.bot ? 1 : 0));
    ++state.press_done;
    state.press_open = false;
  }
  open_next_press(state, ctx);
}

void begin(State& state, Step step, std::uint16_t ends_s) {
  state.step = step;
  state.step_started_s = state.now_s;
  state.step_ends_s = ends_s;
}

void begin_answer(State& state) {
  ++state.round;
  begin(state, Step::ANSWER, static_cast<std::uint16_t>(state.now_s + answer_s));
}

void end_answer(State& state, Ctx& ctx) {
  bots_finish_answers(state, ctx);
  for_each_seat(state, [&](Seat seat) {
    SeatState& own = at(state, seat);
    const bool answered = has_answered(own, state.round);
    ++own.required;
    if (answered && !own.bot) ++own.given;
    // Whoever holds a suspicion takes part, if only with that: a client of the first Whoosh knows
    // no ANSWER.
    const bool idle = !answered && is_waited_for(own) && own.vote == no_seat;
    if (idle && ++own.missed >= missed_max) own.bot = true;
  });
  begin(state, Step::CROSSFIRE, round_starts_s[state.round]);
}

void break_news(State& state, Ctx& ctx) {
  base::FixedVector<Seat, seats_max> culprits;
  base::FixedVector<Seat, seats_max> others;
  for_each_seat(state,
                [&](Seat seat) { (is_culprit(state, seat) ? culprits : others).push_back(seat); });
  ctx.rng().shuffle(culprits.span());
  state.news.push_back(culprits.back());
  culprits.pop_back();
  for (const Seat seat : culprits) others.push_back(seat);
  ctx.rng().shuffle(others.span());
  const std::size_t names = setup_for(state.seats).news_names;
  for (std::size_t i = 0; state.news.size() < names; ++i) state.news.push_back(others[i]);
  ctx.rng().shuffle(state.news.span());

  state.phase = Phase::VOTING;
  begin(state, Step::VOTE, match_s);
  NewsEvent event{news_message(state, ctx.table()), Phase::VOTING, {}};
  for (const Seat seat : state.news) event.names.push_back(ctx.table().id(seat));
  ctx.tell_all("EVENT_NEWS", event);
}

bool step_is_over(const State& state) {
  if (state.now_s >= state.step_ends_s) return true;
  switch (state.step) {
    case Step::ANSWER:
      return everybody(state, [&](const SeatState& s) { return has_answered(s, state.round); });
    case Step::VOTE:
      return state.now_s >= state.step_started_s + voting_min_s &&
             everybody(state, [](const SeatState& s) { return s.locked; });
    case Step::BRIEFING:
    case Step::CROSSFIRE:
    case Step::REVEAL:
      return false;
  }
  return false;
}

void next_step(State& state, Ctx& ctx) {
  switch (state.step) {
    case Step::BRIEFING:
      return begin_answer(state);
    case Step::ANSWER:
      return end_answer(state, ctx);
    case Step::CROSSFIRE:
      return state.round < rounds ? begin_answer(state) : break_news(state, ctx);
    case Step::VOTE:
      return decide(state, ctx);
    case Step::REVEAL:
      return;
  }
}

}  // namespace

void on_tick(State& state, Ctx& ctx) {
  if (state.phase == Phase::FINISHED) return;
  state.now_s = static_cast<std::uint16_t>(ctx.tick());
  score_second(state);
  if (state.phase == Phase::INTERROGATION && culprits_are_gone(state)) return end_void(state, ctx);
  tell_inspection(state, ctx);
  run_presses(state, ctx);
  if (step_is_over(state)) {
    if (humans_are_gone(state, ctx.table())) return end_void(state, ctx);
    next_step(state, ctx);
  }
  if (state.phase != Phase::FINISHED) bots_act(state, ctx);
}

NewsText news_message(const State& state, const rules::Table& table) {
  constexpr std::string_view slot = "{names}";
  const std::string_view headline =
      content_of(state).cases[state.case_no].headlines[state.headline];
  const std::size_t at = headline.find(slot);
  NewsText message(headline.substr(0, at));
  for (std::size_t i = 0; i < state.news.size(); ++i) {
    if (i > 0) message.append(i + 1 == state.news.size() ? " and " : ", ");
    message.append(table.name(state.news[i]));
  }
  message.append(headline.substr(at + slot.size()));
  return message;
}

}  // namespace whoosh::games::suspect
