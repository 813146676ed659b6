#include "games/suspect/inputs.h"

#include <algorithm>

#include "base/text.h"
#include "games/suspect/moves.h"
#include "rules/filter.h"

namespace whoosh::games::suspect {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using rules::Ctx;

// One message on its way in.
struct Call {
  State& state;
  Ctx& ctx;
  Seat seat;
  const base::JsonValue& payload;
  std::int32_t ms_into_tick;

  [[nodiscard]] SeatState& own() const { return at(state, seat); }
  [[nodiscard]] std::uint32_t now_ms() const {
    return state.now_s * 1000U + static_cast<std::uint32_t>(ms_into_tick);
  }
  // The step changed less than the grace ago: what was sent before that still counts.
  [[nodiscard]] bool in_grace() const {
    return state.now_s == state.step_started_s && ms_into_tick <= rules::grace_ms;
  }
  template <class T>
  [[nodiscard]] Result<T> read() const {
    return base::decode_as<T>(payload, ErrorCode::bad_payload);
  }
};

Error no(ErrorCode code, const char* sentence) {
  return Error{code, sentence};
}

Result<> take_turn(const Call& call, std::uint32_t& next_ms, std::uint32_t gap_ms) {
  if (call.now_ms() < next_ms) return ErrorCode::rate;
  next_ms = call.now_ms() + gap_ms;
  return {};
}

// Somebody else at this table.
Result<Seat> other_seat(const Call& call, Text id) {
  const Seat seat = call.ctx.table().find(id);
  if (seat == no_seat || seat == call.seat) return ErrorCode::target;
  return seat;
}

Result<std::string> clean_text(const Call& call, Text text, std::size_t characters_max,
                               std::size_t bytes_max = text_bytes_max) {
  auto line = base::clean_line_within(text, 1, characters_max);
  if (!line) return line;
  if (line->size() > bytes_max) return ErrorCode::too_long;
  const auto& filter = rules::word_filter(content_of(call.state).locale);
  if (filter.refuses(*line, call.state.filter)) return ErrorCode::filter;
  return line;
}

// An answer may name none of the twelve scenes: refusing only the true one would tell culprits
// which it is.
bool names_a_scene(const State& state, std::string_view text) {
  const std::string folded = base::fold(text);
  for (std::uint8_t i = 0; i < scenes_per_match; ++i) {
    for (const std::string& name : scene_at(state, i).folded_names) {
      if (base::contains_folded_words(folded, name)) return true;
    }
  }
  return false;
}

Result<std::string> clean_answer(const Call& call, Text text) {
  auto line = clean_text(call, text, answer_characters_max, answer_bytes_max);
  if (line && names_a_scene(call.state, *line))
    return no(ErrorCode::filter, "An answer can't name any of the twelve places.");
  return line;
}

// CROSSFIRE, or a moment after one.
Result<> crossfire_allowed(const Call& call) {
  const Step step = call.state.step;
  const bool just_over = (step == Step::ANSWER && call.state.round > 1) || step == Step::VOTE;
  if (step == Step::CROSSFIRE || (just_over && call.in_grace())) return {};
  return ErrorCode::phase;
}

Result<> talk_allowed(const Call& call) {
  if (call.state.step == Step::VOTE) return {};
  return crossfire_allowed(call);
}

// ---- one function per message -------------------------------------------------------------------

Result<> on_suspect(const Call& call) {
  const auto input = call.read<SuspectInput>();
  if (!input) return input.error();
  Seat target = no_seat;
  if (input->target) {
    const auto seat = other_seat(call, *input->target);
    if (!seat) return seat.error();
    target = *seat;
  }
  SeatState& own = call.own();
  if (own.locked) return ErrorCode::locked;
  if (own.vote == target) return {};
  if (auto turn = take_turn(call, own.next_suspect_ms, suspect_gap_ms); !turn) return turn;
  set_vote(call.state, call.seat, target);
  return {};
}

Result<> on_vote(const Call& call) {
  if (call.state.phase != Phase::VOTING) return ErrorCode::phase;
  return on_suspect(call);
}

Result<> answer_press(const Call& call, Text text) {
  if (!call.state.press_open) return ErrorCode::phase;
  if (call.state.presses[call.state.press_done].target != call.seat) return ErrorCode::phase;
  const auto line = clean_answer(call, text);
  if (!line) return line.error();
  if (auto turn = take_turn(call, call.own().next_answer_ms, answer_gap_ms); !turn) return turn;
  if (!put_press_answer(call.state, *line)) return ErrorCode::too_long;
  return {};
}

Result<> on_answer(const Call& call) {
  const auto input = call.read<AnswerInput>();
  if (!input) return input.error();
  if (input->q.json == "\"press\"") return answer_press(call, input->text);
  if (input->q.json != "1" && input->q.json != "2" && input->q.json != "3") {
    return no(ErrorCode::bad_payload, "`q` is 1, 2, 3 or \"press\".");
  }
  const auto round = static_cast<std::uint8_t>(input->q.json[0] - '0');
  State& state = call.state;
  SeatState& own = call.own();
  // Late by a moment: only where there is no answer yet, and before the others' are shown
  // (views.cpp).
  const bool late = state.step == Step::CROSSFIRE && call.in_grace() && !has_answered(own, round) &&
                    state.now_s == round_starts_s[round - 1U] + answer_s;
  if (round != state.round || !(state.step == Step::ANSWER || late)) return ErrorCode::phase;
  const auto line = clean_answer(call, input->text);
  if (!line) return line.error();
  if (auto turn = take_turn(call, own.next_answer_ms, answer_gap_ms); !turn) return turn;
  if (!put_answer(state, call.seat, round, *line)) return ErrorCode::too_long;
  if (late) ++own.given;
  return {};
}

Result<> on_say(const Call& call) {
  const auto input = call.read<SayInput>();
  if (!input) return input.error();
  if (input->text.has_value() == input->line.has_value()) {
    return no(ErrorCode::bad_payload, "Give either `text` or `line`.");
  }
  if (call.state.one_room) return no(ErrorCode::phase, "You are in one room: say it out loud.");
  if (auto allowed = talk_allowed(call); !allowed) return allowed;
  std::string text;
  if (input->text) {
    auto line = clean_text(call, *input->text, say_characters_max);
    if (!line) return line.error();
    text = std::move(*line);
  } else {
    const auto& lines = content_of(call.state).lines;
    const auto found = std::find_if(lines.begin(), lines.end(),
                                    [&](const Line& line) { return line.id == *input->line; });
    if (found == lines.end()) return no(ErrorCode::bad_payload, "There is no such line.");
    text = found->text;
  }
  SeatState& own = call.own();
  if (own.says >= says_max) return no(ErrorCode::rate, "You have said enough in this match.");
  if (auto turn = take_turn(call, own.next_say_ms, say_gap_ms); !turn) return turn;
  if (!say(call.state, call.ctx, call.seat, text)) return ErrorCode::too_long;
  return {};
}

Result<> on_whisper(const Call& call) {
  const auto input = call.read<WhisperInput>();
  if (!input) return input.error();
  SeatState& own = call.own();
  if (own.role != Role::CULPRIT) return no(ErrorCode::forbidden, "Only culprits whisper.");
  if (culprit_count(call.state) < 2)
    return no(ErrorCode::forbidden, "There is nobody to whisper to.");
  if (auto allowed = talk_allowed(call); !allowed) return allowed;
  const auto line = clean_text(call, input->text, whisper_characters_max);
  if (!line) return line.error();
  if (auto turn = take_turn(call, own.next_whisper_ms, whisper_gap_ms); !turn) return turn;
  if (!whisper(call.state, call.ctx, call.seat, *line)) return ErrorCode::too_long;
  return {};
}

// A culprit's own words for his blank card: like a true one it never names its holder or anybody
// twice.
Result<Targets> forged_targets(const Call& call, const EvidenceInput& input) {
  if (!input.kind || !input.targets) {
    return no(ErrorCode::bad_payload, "A blank card needs `kind` and `targets`.");
  }
  const bool one_of = *input.kind == EvidenceKind::one_of;
  if (input.targets->size() != (one_of ? evidence_targets_max : 1)) {
    return no(ErrorCode::target, "Name three players for one_of, one for clear.");
  }
  if (one_of && call.state.seats <= 4) {
    return no(ErrorCode::target, "With four players there are only clear cards.");
  }
  Targets targets;
  for (const Text id : *input.targets) {
    const auto seat = other_seat(call, id);
    if (!seat) return seat.error();
    if (targets.has(*seat)) return ErrorCode::target;
    targets.add(*seat);
  }
  return targets;
}

Result<> on_evidence(const Call& call) {
  const auto input = call.read<EvidenceInput>();
  if (!input) return input.error();
  const SeatState& own = call.own();
  if (!own.card.dealt) return no(ErrorCode::forbidden, "You hold no evidence.");
  if (own.card.published) return ErrorCode::duplicate;
  if (auto allowed = talk_allowed(call); !allowed) return allowed;
  if (own.role != Role::CULPRIT) {
    const auto kind =
        own.card.kind == CardKind::one_of ? EvidenceKind::one_of : EvidenceKind::clear;
    publish(call.state, call.ctx, call.seat, kind, own.card.targets);
    return {};
  }
  const auto targets = forged_targets(call, *input);
  if (!targets) return targets.error();
  publish(call.state, call.ctx, call.seat, *input->kind, *targets);
  return {};
}

Result<> on_press(const Call& call) {
  const auto input = call.read<PressInput>();
  if (!input) return input.error();
  if (call.own().pressed_somebody) return ErrorCode::duplicate;
  if (auto allowed = crossfire_allowed(call); !allowed) return allowed;
  const auto target = other_seat(call, input->target);
  if (!target) return target.error();
  const std::size_t open = call.state.press_open ? 1 : 0;
  const std::size_t waiting = call.state.presses.size() - call.state.press_done - open;
  if (waiting >= press_waiting_max)
    return no(ErrorCode::rate, "Two others are waiting to press. Try again.");
  press(call.state, call.ctx, call.seat, *target);
  return {};
}

Result<> on_inspect(const Call& call) {
  const auto input = call.read<InspectInput>();
  if (!input) return input.error();
  if (call.own().role != Role::INSPECTOR)
    return no(ErrorCode::forbidden, "Only the inspector inspects.");
  if (call.state.inspected != no_seat) return ErrorCode::duplicate;
  if (auto allowed = crossfire_allowed(call); !allowed) return allowed;
  if (call.state.now_s < inspect_from_s) return ErrorCode::phase;
  const auto target = other_seat(call, input->target);
  if (!target) return target.error();
  call.state.inspected = *target;
  return {};
}

Result<> on_escape(const Call& call) {
  const auto input = call.read<EscapeInput>();
  if (!input) return input.error();
  if (call.own().role != Role::CULPRIT)
    return no(ErrorCode::forbidden, "Only culprits need an escape.");
  if (call.state.step != Step::VOTE) return ErrorCode::phase;
  if (call.state.escape_locked) return ErrorCode::locked;
  for (std::uint8_t i = 0; i < scenes_per_match; ++i) {
    if (scene_at(call.state, i).id == input->scene) {
      call.state.escape = i;
      return {};
    }
  }
  return ErrorCode::target;
}

Result<> on_lock(const Call& call) {
  if (call.state.step != Step::VOTE) return ErrorCode::phase;
  if (call.own().locked) return ErrorCode::locked;
  lock(call.state, call.seat);
  return {};
}

// The briefing has a fixed length: nothing waits for this; it shows that somebody is there.
Result<> on_role_seen(const Call& call) {
  if (call.state.step != Step::BRIEFING) return ErrorCode::phase;
  return {};
}

struct Handler {
  std::string_view type;
  Result<> (*handle)(const Call&);
};
constexpr Handler handlers[] = {
    {"SUSPECT", on_suspect}, {"VOTE", on_vote},           {"ANSWER", on_answer},
    {"SAY", on_say},         {"WHISPER", on_whisper},     {"EVIDENCE", on_evidence},
    {"PRESS", on_press},     {"INSPECT", on_inspect},     {"ESCAPE", on_escape},
    {"LOCK", on_lock},       {"ROLE_SEEN", on_role_seen},
};

}  // namespace

Result<> on_input(State& state, const rules::Input& input, Ctx& ctx) {
  const auto* handler = std::find_if(std::begin(handlers), std::end(handlers),
                                     [&](const Handler& h) { return h.type == input.type; });
  if (handler == std::end(handlers)) return ErrorCode::unknown_type;
  if (state.phase == Phase::FINISHED) return ErrorCode::phase;
  SeatState& own = at(state, input.seat);
  own.missed = 0;
  if (own.here) own.bot = false;  // somebody is there after all
  const Call call{state, ctx, input.seat, input.payload, std::max(input.ms_into_tick, 0)};
  return handler->handle(call);
}

std::span<const rules::MessageSpec> message_specs() {
  static constexpr rules::MessageSpec specs[] = {
      {"ROLE_SEEN", "RoleSeenInput", "I have read my role."},
      {"SUSPECT", "SuspectInput",
       "Whom I suspect now; from the news on my secret vote. null: nobody."},
      {"VOTE", "SuspectInput", "The same as SUSPECT, during VOTING only."},
      {"ANSWER", "AnswerInput",
       "My answer to question 1, 2, 3 or to the press; 1 to 60 characters."},
      {"SAY", "SayInput",
       "A line to everybody: a text of 1 to 120 characters or the id of a canned line."},
      {"WHISPER", "WhisperInput", "A line to the other culprits, 1 to 80 characters."},
      {"EVIDENCE", "EvidenceInput", "Publish my card; a culprit writes kind and targets himself."},
      {"PRESS", "PressInput", "Ask one player a follow-up question, once per match."},
      {"INSPECT", "InspectInput", "The inspector learns whether one player is a culprit, once."},
      {"ESCAPE", "EscapeInput", "The culprits' shared guess of the scene."},
      {"LOCK", "LockInput", "My vote is final."},
      {"EVENT_NEWS", "NewsEvent", "Breaking news: at least one of these is a culprit.", false},
      {"EVENT_SAY", "SayEvent", "Somebody said something.", false},
      {"EVENT_WHISPER", "WhisperEvent", "A culprit whispered; to culprits only.", false},
      {"EVENT_EVIDENCE", "EvidenceEvent", "Somebody published evidence.", false},
      {"EVENT_PRESS", "PressEvent", "Somebody is being pressed.", false},
      {"EVENT_INSPECT", "InspectEvent", "What the inspector found; to the inspector only.", false},
      {"EVENT_REVEAL", "RevealEvent", "Who did it, and who was accused.", false},
  };
  return specs;
}

}  // namespace whoosh::games::suspect
