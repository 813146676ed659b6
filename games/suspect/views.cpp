#include "games/suspect/views.h"

#include "games/suspect/moves.h"
#include "games/suspect/steps.h"

namespace whoosh::games::suspect {
namespace {

using rules::Table;

Nullable<Text> id_or_null(const Table& table, Seat seat) {
  if (seat == no_seat) return {};
  return table.id(seat);
}

SceneView scene_view(const State& state, std::uint8_t index) {
  const Scene& scene = scene_at(state, index);
  return {scene.id, scene.name};
}

// What everybody may know of a seat's suspicion: frozen at the news, the votes after the end.
Seat shown_suspect(const State& state, Seat seat) {
  const SeatState& own = at(state, seat);
  return state.phase == Phase::FINISHED ? own.vote : own.meter;
}

Meter meter_view(const State& state, const Table& table) {
  Meter meter;
  for_each_seat(state, [&](Seat seat) {
    meter.put(table.id(seat), id_or_null(table, shown_suspect(state, seat)));
  });
  return meter;
}

Nullable<Text> answer_text(const State& state, Seat seat, std::uint8_t round) {
  const auto text = state.texts.find(answer_kind(round), seat);
  if (!text) return {};
  return *text;
}

// Whoever has none yet may be late by a moment (inputs.cpp): nobody reads the others' before that
// is over.
bool answers_may_come(const State& state) {
  if (state.step == Step::ANSWER) return true;
  const bool just_over = state.step == Step::CROSSFIRE && state.now_s == state.step_started_s &&
                         state.now_s == round_starts_s[state.round - 1U] + answer_s;
  bool missing = false;
  for_each_seat(state, [&](Seat seat) {
    const SeatState& own = at(state, seat);
    missing |= !own.bot && !has_answered(own, state.round);
  });
  return just_over && missing;
}

void add_answers(const State& state, PublicView& view) {
  for (std::uint8_t round = 1; round <= state.round; ++round) {
    if (round == state.round && answers_may_come(state)) break;
    AnswersView row{round, question_of(state, round).text, {}};
    for_each_seat(state, [&](Seat seat) { row.texts.push_back(answer_text(state, seat, round)); });
    view.answers.push_back(row);
  }
}

void add_presses(const State& state, const Table& table, PublicView& view) {
  const auto& questions = content_of(state).press;
  for (std::uint8_t i = 0; i < state.press_done; ++i) {
    const Press& press = state.presses[i];
    PressAnswerView row{table.id(press.target), questions[press.question].text, {}};
    if (const auto text = state.texts.find(TextArena::Kind::press, Seat{i})) row.text = *text;
    view.press_answers.push_back(row);
  }
  if (!state.press_open) return;
  const Press& open = state.presses[state.press_done];
  view.press = PressView{table.id(open.by), table.id(open.target), questions[open.question].text,
                         state.press_ends_s};
}

// A witness's card is true; a forged one may be true by luck.
bool is_true(const State& state, EvidenceKind kind, const Targets& targets) {
  bool culprit = false;
  for (std::uint8_t i = 0; i < targets.size; ++i) culprit |= is_culprit(state, targets.seats[i]);
  return kind == EvidenceKind::one_of ? culprit : !culprit;
}

CardReveal card_reveal(const State& state, const Table& table, Seat seat) {
  const Card& card = at(state, seat).card;
  CardReveal row{table.id(seat), card.kind, {}, true, card.published};
  if (card.kind != CardKind::blank) {
    add_ids(table, card.targets, row.targets);
    return row;
  }
  for (const Evidence& evidence : state.evidence) {
    if (evidence.by != seat) continue;
    row.kind = evidence.kind == EvidenceKind::one_of ? CardKind::one_of : CardKind::clear;
    row.truthful = is_true(state, evidence.kind, evidence.targets);
    add_ids(table, evidence.targets, row.targets);
  }
  return row;
}

RevealView reveal_view(const State& state, const Table& table) {
  const Decision& end = state.decision;
  RevealView view;
  view.accused = id_or_null(table, end.accused);
  view.scene = scene_view(state, state.scene);
  if (state.escape != no_scene) {
    view.escape = EscapeReveal{scene_view(state, state.escape), state.escape == state.scene};
  }
  view.town_wins = end.town_wins;
  view.slipped_away = end.slipped_away;
  view.is_void = end.is_void;
  view.mvp = id_or_null(table, end.mvp);
  for_each_seat(state, [&](Seat seat) {
    const SeatState& own = at(state, seat);
    const Text id = table.id(seat);
    if (own.role == Role::CULPRIT) view.culprits.push_back(table.id(seat));
    if (own.role == Role::INSPECTOR) view.inspector = table.id(seat);
    if (own.card.dealt) view.cards.push_back(card_reveal(state, table, seat));
    view.votes.put(id, id_or_null(table, own.vote));
    view.points.put(id, own.points);
    auto& since = view.right_since.put(id);
    if (own.vote != no_seat && is_culprit(state, own.vote)) since = own.vote_since_s;
  });
  return view;
}

void add_talk(const State& state, const Table& table, rules::ViewWriter& out) {
  PublicBacklog backlog;
  state.texts.for_each(TextArena::Kind::talk, [&](const TextArena::Entry& entry, Text text) {
    backlog.talk.push_back({table.id(entry.seat), text, entry.at_s});
  });
  out.backlog("talk", backlog.talk);
}

void write_public(const State& state, const Table& table, rules::ViewWriter& out) {
  const Content& content = content_of(state);
  const Case& theft = content.cases[state.case_no];
  PublicView view;
  view.phase = state.phase;
  view.step = state.step;
  view.round = state.round;
  view.case_ = {theft.title, theft.stolen, theft.briefing};
  for (std::uint8_t i = 0; i < scenes_per_match; ++i) view.scenes.push_back(scene_view(state, i));
  const bool asked = state.step == Step::ANSWER || state.step == Step::CROSSFIRE;
  if (asked) {
    const Question& question = question_of(state, state.round);
    view.question = QuestionView{state.round, question_type_names[question.type], question.text};
  }
  for_each_seat(state, [&](Seat seat) {
    view.order.push_back(table.id(seat));
    view.answered.push_back(asked && has_answered(at(state, seat), state.round));
    view.locks = static_cast<std::uint8_t>(view.locks + (at(state, seat).locked ? 1 : 0));
  });
  add_answers(state, view);
  for (const Evidence& evidence : state.evidence)
    view.evidence.push_back(evidence_row(table, evidence));
  view.confmeter = meter_view(state, table);
  add_presses(state, table, view);
  if (!state.news.empty()) {
    view.news = NewsView{news_message(state, table), {}};
    for (const Seat seat : state.news) view.news->names.push_back(table.id(seat));
  }
  if (state.phase == Phase::FINISHED) view.reveal = reveal_view(state, table);
  out.members(view);
  add_talk(state, table, out);
}

void write_culprit_part(const State& state, const Table& table, Seat seat, SeatView& view) {
  for_each_seat(state, [&](Seat other) {
    if (other != seat && is_culprit(state, other)) view.fellows.push_back(table.id(other));
  });
  view.escape = EscapeView{{}, state.escape_locked};
  if (state.escape != no_scene) view.escape->scene = scene_at(state, state.escape).id;
}

void write_private(const State& state, const Table& table, Seat seat, rules::ViewWriter& out) {
  const SeatState& own = at(state, seat);
  const bool crossfire = state.step == Step::CROSSFIRE;
  SeatView view;
  view.role = own.role;
  if (own.role == Role::CULPRIT)
    write_culprit_part(state, table, seat, view);
  else
    view.scene = scene_view(state, state.scene);
  if (own.card.dealt) {
    view.card = CardView{own.card.kind, {}, own.card.published};
    add_ids(table, own.card.targets, view.card->targets);
  }
  for (std::uint8_t round = 1; round <= rounds; ++round) {
    view.my_answers.push_back(answer_text(state, seat, round));
  }
  view.my_vote = id_or_null(table, own.vote);
  view.locked = own.locked;
  if (own.role == Role::INSPECTOR) {
    if (state.inspect_told) {
      view.inspected = InspectEvent{table.id(state.inspected), is_culprit(state, state.inspected)};
    }
    view.can_inspect = crossfire && state.now_s >= inspect_from_s && state.inspected == no_seat;
  }
  view.can_press = crossfire && !own.pressed_somebody;
  view.says_left = state.one_room ? 0 : static_cast<std::uint8_t>(says_max - own.says);
  if (press_target(state) == seat) {
    const Press& open = state.presses[state.press_done];
    view.press_me = PressMeView{content_of(state).press[open.question].text, state.press_ends_s};
  }
  // Points would tell a witness whether he is right: they stay hidden until the end.
  view.points = state.phase == Phase::FINISHED ? own.points : 0;
  out.members(view);

  SeatBacklog backlog;
  if (own.role == Role::CULPRIT) {
    state.texts.for_each(TextArena::Kind::whisper, [&](const TextArena::Entry& entry, Text text) {
      backlog.whispers.push_back({table.id(entry.seat), text, entry.at_s});
    });
  }
  out.backlog("whispers", backlog.whispers);
}

}  // namespace

void write_view(const State& state, const Table& table, rules::Viewer viewer,
                rules::ViewWriter& out) {
  if (viewer.is_public())
    write_public(state, table, out);
  else
    write_private(state, table, viewer.seat, out);
}

void write_tick_members(const State& state, const Table& table, base::JsonWriter& out) {
  out.key("confmeter").begin_object();
  for_each_seat(state, [&](Seat seat) {
    const Seat suspect = shown_suspect(state, seat);
    out.key(table.id(seat));
    if (suspect == no_seat)
      out.null();
    else
      out.value(table.id(suspect));
  });
  out.end_object();
}

}  // namespace whoosh::games::suspect
