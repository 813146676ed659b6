#include "games/suspect/moves.h"

namespace whoosh::games::suspect {

EvidenceEvent evidence_row(const rules::Table& table, const Evidence& evidence) {
  EvidenceEvent row{table.id(evidence.by), evidence.kind, {}, evidence.verified};
  add_ids(table, evidence.targets, row.targets);
  return row;
}

void set_vote(State& state, Seat seat, Seat target) {
  SeatState& own = at(state, seat);
  if (own.vote == target) return;
  own.vote = target;
  own.vote_since_s = state.now_s;
  if (state.phase == Phase::INTERROGATION) own.meter = target;
}

bool put_answer(State& state, Seat seat, std::uint8_t round, std::string_view text) {
  if (!state.texts.put(answer_kind(round), seat, state.now_s, text)) return false;
  at(state, seat).answered |= static_cast<std::uint8_t>(1U << (round - 1));
  return true;
}

bool put_press_answer(State& state, std::string_view text) {
  return state.texts.put(TextArena::Kind::press, Seat{state.press_done}, state.now_s, text);
}

bool say(State& state, rules::Ctx& ctx, Seat seat, std::string_view text) {
  if (!state.texts.put(TextArena::Kind::talk, seat, state.now_s, text)) return false;
  ++at(state, seat).says;
  ctx.tell_all("EVENT_SAY", SayEvent{ctx.table().id(seat), text, state.now_s});
  return true;
}

bool whisper(State& state, rules::Ctx& ctx, Seat seat, std::string_view text) {
  if (!state.texts.put(TextArena::Kind::whisper, seat, state.now_s, text)) return false;
  const WhisperEvent event{ctx.table().id(seat), text, state.now_s};
  for_each_seat(state, [&](Seat to) {
    if (is_culprit(state, to)) ctx.tell(to, "EVENT_WHISPER", event);
  });
  return true;
}

void publish(State& state, rules::Ctx& ctx, Seat seat, EvidenceKind kind, const Targets& targets) {
  at(state, seat).card.published = true;
  // A newcomer's card is marked whatever its holder's role is: a mark on forgeries only would name
  // the culprit.
  const bool verified = !ctx.table().seats[seat.value].newcomer;
  state.evidence.push_back({seat, kind, targets, verified});
  ctx.tell_all("EVENT_EVIDENCE", evidence_row(ctx.table(), state.evidence.back()));
}

void press(State& state, rules::Ctx& ctx, Seat seat, Seat target) {
  at(state, seat).pressed_somebody = true;
  const std::size_t number = state.presses.size();
  state.presses.push_back({seat, target, state.press_questions[number]});
  open_next_press(state, ctx);
}

void open_next_press(State& state, rules::Ctx& ctx) {
  const bool moment = state.step == Step::CROSSFIRE || state.step == Step::VOTE;
  if (state.press_open || !moment || state.press_done == state.presses.size()) return;
  const Press& next = state.presses[state.press_done];
  state.press_open = true;
  state.press_ends_s = static_cast<std::uint16_t>(state.now_s + press_seconds(state.pace));
  ctx.tell_all("EVENT_PRESS", PressEvent{ctx.table().id(next.by), ctx.table().id(next.target),
                                         content_of(state).press[next.question].text});
}

void lock(State& state, Seat seat) {
  SeatState& own = at(state, seat);
  own.locked = true;
  own.locked_s = state.now_s;
  if (own.role == Role::CULPRIT) state.escape_locked = true;
}

Seat press_target(const State& state) {
  if (!state.press_open) return no_seat;
  const bool answered =
      state.texts.find(TextArena::Kind::press, Seat{state.press_done}).has_value();
  return answered ? no_seat : state.presses[state.press_done].target;
}

std::size_t culprit_count(const State& state) {
  return setup_for(state.seats).culprits;
}

std::uint16_t press_seconds(rules::Pace pace) {
  switch (pace) {
    case rules::Pace::normal:
      return press_s;
    case rules::Pace::relaxed:
      return press_s * 7 / 4;
    case rules::Pace::party:
      return press_s * 4 / 5;
  }
  return press_s;
}

}  // namespace whoosh::games::suspect
