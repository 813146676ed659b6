#include "games/suspect/bots.h"

#include <algorithm>

#include "base/text.h"
#include "games/suspect/moves.h"

namespace whoosh::games::suspect {
namespace {

using base::Rng;
using rules::Ctx;

// How bots think; tuned with tools/suspect_odds. Scores are in tenths.
constexpr std::int32_t score_one_of = 20;     // for each ONE_OF that names a seat
constexpr std::int32_t score_clear = -30;     // for each CLEAR
constexpr std::int32_t score_news = 40;       // named in the news
constexpr std::int32_t score_misfit = 40;     // an answer that does not fit the scene, when noticed
constexpr std::int32_t score_certain = 1000;  // the inspector's own knowledge
constexpr std::int32_t score_noise = 15;      // either way, anew for every look
constexpr std::uint32_t eye_percent = 40;     // misfits that a witness bot notices at one look
constexpr std::uint32_t ear_permille =
    650;                                    // answers of a whole match that a culprit bot can place
constexpr std::uint16_t vote_pause_s = 20;  // between two changes of mind
constexpr std::uint16_t first_vote_s = 50;
constexpr std::uint8_t bot_says_max = 4;
constexpr std::uint32_t lone_clear_percent = 30;  // cards of a culprit without partners
constexpr std::size_t vague_fits = 3;  // scenes that a culprit bot's answer fits at least

// True with a chance that spreads one deed evenly over the `seconds` left for it; certain in the
// last.
bool now_or_later(Rng& rng, std::int32_t seconds) {
  return seconds <= 1 || rng.below(static_cast<std::uint32_t>(seconds)) == 0;
}

// ---- answers ------------------------------------------------------------------------------------

std::size_t fits(const State& state, const Snippet& snippet) {
  std::size_t count = 1;  // its own scene
  for (const SceneNo scene : snippet.also) {
    count += std::find(state.scenes.begin(), state.scenes.end(), scene) != state.scenes.end();
  }
  return count;
}

// Bots do not parrot each other: what somebody at the table has said or written already is taken.
bool is_taken(const State& state, std::string_view snippet) {
  constexpr TextArena::Kind kinds[] = {TextArena::Kind::answer_1, TextArena::Kind::answer_2,
                                       TextArena::Kind::answer_3, TextArena::Kind::press};
  bool taken = false;
  for (const TextArena::Kind kind : kinds) {
    state.texts.for_each(
        kind, [&](const TextArena::Entry&, std::string_view text) { taken |= text == snippet; });
  }
  return taken;
}

// One of the snippets of the twelve scenes that `wanted` takes, empty if there is none.
template <class Wanted>
std::string_view any_snippet(const State& state, std::uint8_t type, Rng& rng, Wanted wanted) {
  std::string_view chosen;
  std::uint32_t seen = 0;
  for (std::uint8_t i = 0; i < scenes_per_match; ++i) {
    for (const Snippet& snippet : scene_at(state, i).snippets[type]) {
      if (wanted(i, snippet) && rng.below(++seen) == 0) chosen = snippet.text;
    }
  }
  return chosen;
}

// A culprit's bluff: of all snippets of the twelve scenes one that fits several; any where none
// does.
std::string_view vague_snippet(const State& state, std::uint8_t type, Rng& rng) {
  for (const bool again : {false, true}) {
    for (std::size_t wanted = vague_fits; wanted > 0; --wanted) {
      const std::string_view chosen =
          any_snippet(state, type, rng, [&](std::uint8_t, const Snippet& snippet) {
            return fits(state, snippet) >= wanted && (again || !is_taken(state, snippet.text));
          });
      if (!chosen.empty()) return chosen;
    }
  }
  return {};
}

// A witness's: the scene's own, then what others have in common with it, then the same once more.
std::string_view true_snippet(const State& state, std::uint8_t type, Rng& rng) {
  const SceneNo truth = state.scenes[state.scene];
  std::string_view chosen =
      any_snippet(state, type, rng, [&](std::uint8_t scene, const Snippet& snippet) {
        return scene == state.scene && !is_taken(state, snippet.text);
      });
  if (chosen.empty()) {
    chosen = any_snippet(state, type, rng, [&](std::uint8_t, const Snippet& snippet) {
      const auto& also = snippet.also;
      return std::find(also.begin(), also.end(), truth) != also.end() &&
             !is_taken(state, snippet.text);
    });
  }
  if (!chosen.empty()) return chosen;
  return any_snippet(state, type, rng,
                     [&](std::uint8_t scene, const Snippet&) { return scene == state.scene; });
}

std::string_view bot_text(const State& state, Seat seat, std::uint8_t type, Rng& rng) {
  return is_culprit(state, seat) ? vague_snippet(state, type, rng) : true_snippet(state, type, rng);
}

void answer(State& state, Seat seat, Ctx& ctx) {
  put_answer(state, seat, state.round,
             bot_text(state, seat, state.question_types[state.round - 1U], ctx.rng()));
}

void answer_press(State& state, Seat seat, Ctx& ctx) {
  const std::int32_t left = state.press_ends_s - state.now_s;
  if (left > press_seconds(state.pace) - 3 || !now_or_later(ctx.rng(), left - 1)) return;
  const Press& open = state.presses[state.press_done];
  const std::uint8_t type = content_of(state).press[open.question].type;
  put_press_answer(state, bot_text(state, seat, type, ctx.rng()));
}

// ---- evidence -----------------------------------------------------------------------------------

// Seconds of crossfire that are left, the steps still to come included.
std::int32_t crossfire_left_s(const State& state) {
  return news_s - state.now_s - answer_s * (static_cast<std::int32_t>(rounds) - state.round);
}

enum class Side : std::uint8_t { town, culprits };

base::FixedVector<Seat, seats_max> shuffled(const State& state, Side side, Seat but, Rng& rng) {
  base::FixedVector<Seat, seats_max> list;
  for_each_seat(state, [&](Seat seat) {
    if (seat != but && is_culprit(state, seat) == (side == Side::culprits)) list.push_back(seat);
  });
  rng.shuffle(list.span());
  return list;
}

// A partner is cleared half of the time; otherwise three witnesses are blamed. Who has no partner
// clears a witness now and then, or a bot's CLEAR would clear the bot as well.
void forge(State& state, Seat seat, Ctx& ctx) {
  const auto partners = shuffled(state, Side::culprits, seat, ctx.rng());
  const auto witnesses = shuffled(state, Side::town, seat, ctx.rng());
  const bool clear =
      state.seats <= 4 || ctx.rng().chance(partners.empty() ? lone_clear_percent : 50);
  Targets targets;
  if (clear) {
    targets.add(partners.empty() ? witnesses[0] : partners[0]);
  } else {
    for (std::size_t i = 0; i < evidence_targets_max; ++i) targets.add(witnesses[i]);
  }
  publish(state, ctx, seat, clear ? EvidenceKind::clear : EvidenceKind::one_of, targets);
}

void maybe_publish(State& state, Seat seat, Ctx& ctx) {
  const Card& card = at(state, seat).card;
  if (!card.dealt || card.published || !now_or_later(ctx.rng(), crossfire_left_s(state))) return;
  if (card.kind == CardKind::blank) return forge(state, seat, ctx);
  const auto kind = card.kind == CardKind::one_of ? EvidenceKind::one_of : EvidenceKind::clear;
  publish(state, ctx, seat, kind, Targets(card.targets));
}

// ---- whom to suspect ----------------------------------------------------------------------------

struct Scores {
  std::array<std::int32_t, seats_max> of{};
  void add(const Targets& targets, EvidenceKind kind) {
    const std::int32_t score = kind == EvidenceKind::one_of ? score_one_of : score_clear;
    for (std::uint8_t i = 0; i < targets.size; ++i) of[targets.seats[i].value] += score;
  }
};

// A witness's ear for bluffs: answers that are known not to fit the scene. Only bots' answers are
// known, so a human is never caught by this.
bool is_misfit(const State& state, std::string_view text) {
  const SceneNo truth = state.scenes[state.scene];
  bool known = false;
  for (std::uint8_t i = 0; i < scenes_per_match; ++i) {
    for (const auto& of_type : scene_at(state, i).snippets) {
      for (const Snippet& snippet : of_type) {
        if (snippet.text != text) continue;
        const bool also =
            std::find(snippet.also.begin(), snippet.also.end(), truth) != snippet.also.end();
        if (state.scenes[i] == truth || also) return false;
        known = true;
      }
    }
  }
  return known;
}

void add_misfits(const State& state, Seat seat, Rng& rng, Scores& scores) {
  for (std::uint8_t round = 1; round <= state.round; ++round) {
    state.texts.for_each(
        answer_kind(round), [&](const TextArena::Entry& entry, std::string_view text) {
          if (entry.seat == seat || !rng.chance(eye_percent) || !is_misfit(state, text)) return;
          scores.of[entry.seat.value] += score_misfit;
        });
  }
}

Seat witness_choice(const State& state, Seat seat, Rng& rng) {
  const SeatState& own = at(state, seat);
  Scores scores;
  for (const Evidence& evidence : state.evidence) {
    if (evidence.by != seat) scores.add(evidence.targets, evidence.kind);
  }
  if (own.card.dealt) {
    scores.add(own.card.targets,
               own.card.kind == CardKind::one_of ? EvidenceKind::one_of : EvidenceKind::clear);
  }
  for (const Seat named : state.news) scores.of[named.value] += score_news;
  add_misfits(state, seat, rng, scores);
  if (own.role == Role::INSPECTOR && state.inspect_told) {
    scores.of[state.inspected.value] +=
        is_culprit(state, state.inspected) ? score_certain : -score_certain;
  }
  Seat best = no_seat;
  for_each_seat(state, [&](Seat other) {
    if (other == seat) return;
    scores.of[other.value] +=
        static_cast<std::int32_t>(rng.below(2 * score_noise + 1)) - score_noise;
    if (best == no_seat || scores.of[other.value] > scores.of[best.value]) best = other;
  });
  return best;
}

// The moment for a first look: evidence that names suspects, or else the second question. The same
// for both sides: a bot that was early would give itself away.
bool has_lead(const State& state) {
  if (state.round >= 2) return true;
  return std::any_of(state.evidence.begin(), state.evidence.end(), [](const Evidence& evidence) {
    return evidence.kind == EvidenceKind::one_of;
  });
}

// A witness's first look: anybody out of the first ONE_OF that is not his own, or else what he
// thinks of all.
Seat first_choice(const State& state, Seat seat, Rng& rng) {
  for (const Evidence& evidence : state.evidence) {
    if (evidence.kind != EvidenceKind::one_of || evidence.by == seat) continue;
    const Seat chosen = evidence.targets.seats[rng.below(evidence.targets.size)];
    if (chosen != seat) return chosen;
  }
  return witness_choice(state, seat, rng);
}

// A culprit runs with the crowd, as long as it runs after a witness.
Seat culprit_choice(const State& state, Seat seat, Rng& rng) {
  std::array<std::int32_t, seats_max> suspected{};
  for_each_seat(state, [&](Seat other) {
    const Seat target = at(state, other).meter;
    if (other != seat && target != no_seat) ++suspected[target.value];
  });
  const auto witnesses = shuffled(state, Side::town, seat, rng);
  return *std::max_element(witnesses.begin(), witnesses.end(),
                           [&](Seat a, Seat b) { return suspected[a.value] < suspected[b.value]; });
}

void maybe_suspect(State& state, Seat seat, Ctx& ctx) {
  SeatState& own = at(state, seat);
  const bool voting = state.phase == Phase::VOTING;
  if (own.locked || state.now_s < first_vote_s) return;
  if (own.vote != no_seat && state.now_s < own.vote_since_s + vote_pause_s && !voting) return;
  if (own.vote == no_seat && !voting && !has_lead(state)) return;
  if (ctx.rng().below(8) != 0) return;
  Seat choice = no_seat;
  if (own.role == Role::CULPRIT)
    choice = culprit_choice(state, seat, ctx.rng());
  else if (own.vote == no_seat && !voting)
    choice = first_choice(state, seat, ctx.rng());
  else
    choice = witness_choice(state, seat, ctx.rng());
  if (choice != no_seat) set_vote(state, seat, choice);
}

void maybe_inspect(State& state, Seat seat, Ctx& ctx) {
  if (at(state, seat).role != Role::INSPECTOR || state.inspected != no_seat) return;
  if (state.now_s < inspect_from_s || !now_or_later(ctx.rng(), crossfire_left_s(state))) return;
  state.inspected = witness_choice(state, seat, ctx.rng());
}

void maybe_press(State& state, Seat seat, Ctx& ctx) {
  const SeatState& own = at(state, seat);
  const bool busy = state.press_open || state.press_done < state.presses.size();
  if (own.pressed_somebody || own.vote == no_seat || busy || !ctx.rng().chance(1)) return;
  press(state, ctx, seat, own.vote);
}

void maybe_say(State& state, Seat seat, Ctx& ctx) {
  const SeatState& own = at(state, seat);
  if (state.one_room || own.says >= bot_says_max || !ctx.rng().chance(1)) return;
  const auto& lines = content_of(state).lines;
  const Line& line = lines[ctx.rng().below(static_cast<std::uint32_t>(lines.size()))];
  say(state, ctx, seat, line.text);
}

// ---- the end ------------------------------------------------------------------------------------

// The scene whose snippets share most words with the answers; a bot can place only some of them.
std::uint8_t escape_guess(const State& state, Rng& rng) {
  std::array<std::uint32_t, scenes_per_match> overlap{};
  const auto answers = static_cast<std::uint32_t>(rounds * (state.seats - culprit_count(state)));
  for (std::uint8_t round = 1; round <= rounds; ++round) {
    state.texts.for_each(
        answer_kind(round), [&](const TextArena::Entry& entry, std::string_view text) {
          if (is_culprit(state, entry.seat) || rng.below(1000) >= ear_permille / answers) return;
          const std::string folded = base::fold(text);
          for (std::uint8_t i = 0; i < scenes_per_match; ++i) {
            overlap[i] += shared_words(folded, scene_at(state, i));
          }
        });
  }
  std::uint8_t best = 0;
  std::uint32_t seen = 0;
  for (std::uint8_t i = 0; i < scenes_per_match; ++i) {
    if (overlap[i] < overlap[best]) continue;
    seen = overlap[i] > overlap[best] ? 1 : seen + 1;
    if (rng.below(seen) == 0) best = i;
  }
  return best;
}

// A human partner decides; a bot steps in only in the last ten seconds, when there is no guess at
// all.
bool human_partner_decides(const State& state) {
  bool decides = false;
  for_each_seat(state, [&](Seat seat) {
    const SeatState& s = at(state, seat);
    decides |= s.role == Role::CULPRIT && is_waited_for(s) && !s.locked;
  });
  return decides;
}

void maybe_escape(State& state, Seat seat, Ctx& ctx) {
  if (at(state, seat).role != Role::CULPRIT) return;
  if (state.escape != no_scene || state.escape_locked) return;
  const std::int32_t voting_s = state.now_s - state.step_started_s;
  const std::int32_t left = state.step_ends_s - state.now_s;
  if (human_partner_decides(state) ? left > 10 : voting_s < 8) return;
  state.escape = escape_guess(state, ctx.rng());
}

// Ten to forty seconds into the vote.
void maybe_lock(State& state, Seat seat, Ctx& ctx) {
  const SeatState& own = at(state, seat);
  const std::int32_t voting_s = state.now_s - state.step_started_s;
  if (own.locked || own.vote == no_seat || voting_s < 10) return;
  if (own.role == Role::CULPRIT && human_partner_decides(state)) return;
  if (now_or_later(ctx.rng(), 41 - voting_s)) lock(state, seat);
}

void act(State& state, Seat seat, Ctx& ctx) {
  if (press_target(state) == seat) answer_press(state, seat, ctx);
  switch (state.step) {
    case Step::BRIEFING:
    case Step::REVEAL:
      return;
    case Step::ANSWER: {
      const std::int32_t left = state.step_started_s + 21 - state.now_s;
      const bool ready = state.now_s >= state.step_started_s + 3;
      if (ready && !has_answered(at(state, seat), state.round) && now_or_later(ctx.rng(), left)) {
        answer(state, seat, ctx);
      }
      return;
    }
    case Step::CROSSFIRE:
      maybe_publish(state, seat, ctx);
      maybe_inspect(state, seat, ctx);
      maybe_suspect(state, seat, ctx);
      maybe_press(state, seat, ctx);
      maybe_say(state, seat, ctx);
      return;
    case Step::VOTE:
      maybe_suspect(state, seat, ctx);
      maybe_say(state, seat, ctx);
      maybe_escape(state, seat, ctx);
      maybe_lock(state, seat, ctx);
      return;
  }
}

}  // namespace

void bots_act(State& state, Ctx& ctx) {
  for_each_seat(state, [&](Seat seat) {
    if (at(state, seat).bot) act(state, seat, ctx);
  });
}

void bots_finish_answers(State& state, Ctx& ctx) {
  for_each_seat(state, [&](Seat seat) {
    const SeatState& own = at(state, seat);
    if (own.bot && !has_answered(own, state.round)) answer(state, seat, ctx);
  });
}

}  // namespace whoosh::games::suspect
