// The State of one match of Suspect, and the small questions that every part of the rules asks
// about it. README.md has the rules; these are the numbers.
//
// Owner: the room, as bytes (trivially copyable, no pointers). Seconds are seconds of the match.
// Invariants:
//  1. Roles, cards, scenes, case and questions are dealt in Start and never change.
//  2. `vote` is what a seat wants now; `meter` is what everybody sees: equal until the news, frozen
//  after.
//  3. `now_s` is the second of the last tick; after `phase` is FINISHED nothing changes any more.
#pragma once

#include <array>
#include <cstdint>

#include "base/fixed.h"
#include "base/ids.h"
#include "games/suspect/content.h"
#include "games/suspect/messages.h"
#include "games/suspect/texts.h"
#include "rules/game.h"

namespace whoosh::games::suspect {

using base::no_seat;
using base::Seat;

// ---- numbers ------------------------------------------------------------------------------------

inline constexpr std::uint16_t match_s = 300;
inline constexpr std::uint16_t news_s = 210;
inline constexpr std::uint16_t scoring_from_s = 20;  // suspicions count from here on
inline constexpr std::uint16_t answer_s = 25;
inline constexpr std::array<std::uint16_t, rounds + 1> round_starts_s = {20, 80, 140, news_s};
inline constexpr std::uint16_t voting_min_s = 15;
inline constexpr std::uint16_t reveal_s = 25;
inline constexpr std::uint16_t inspect_from_s = 45;
inline constexpr std::uint16_t press_s = 12;  // normal pace
inline constexpr std::size_t press_waiting_max = 2;
inline constexpr std::uint8_t missed_asked = 2;  // answers in a row, then he is asked …
inline constexpr std::uint8_t missed_max = 3;    // … and then a bot plays the seat

inline constexpr std::uint32_t suspect_gap_ms = 2000;
inline constexpr std::uint32_t answer_gap_ms = 1000;
inline constexpr std::uint32_t say_gap_ms = 3000;
inline constexpr std::uint32_t whisper_gap_ms = 3000;
inline constexpr std::uint8_t says_max = 30;
inline constexpr std::size_t say_characters_max = 120;
inline constexpr std::size_t whisper_characters_max = 80;

inline constexpr std::int32_t points_final_vote = 100;
inline constexpr std::int32_t points_true_card = 30;
inline constexpr std::int32_t points_not_accused = 100;
inline constexpr std::int32_t points_escape = 50;
inline constexpr std::int32_t points_win = 200;

inline constexpr std::uint8_t team_town = 1;
inline constexpr std::uint8_t team_culprits = 2;

// What a table of n seats plays with (README.md says how these were tuned).
struct Setup {
  std::uint8_t culprits = 0;
  std::uint8_t cards = 0;
  bool inspector = false;
  std::uint8_t news_names = 0;
};
[[nodiscard]] const Setup& setup_for(std::size_t seats);

// ---- state --------------------------------------------------------------------------------------

struct Targets {
  std::array<Seat, evidence_targets_max> seats{no_seat, no_seat, no_seat};
  std::uint8_t size = 0;

  void add(Seat seat) { seats[size++] = seat; }
  [[nodiscard]] bool has(Seat seat) const {
    for (std::uint8_t i = 0; i < size; ++i) {
      if (seats[i] == seat) return true;
    }
    return false;
  }
};

struct Card {
  CardKind kind{};
  Targets targets;
  bool dealt = false;
  bool published = false;
};

struct SeatState {
  Role role{};
  Card card;

  Seat vote = no_seat;
  Seat meter = no_seat;
  std::uint16_t vote_since_s = 0;
  std::uint16_t locked_s = 0;
  bool locked = false;

  bool here = false;          // its human is connected
  bool abandoned = false;     // its human left for good
  bool bot = false;           // the game plays it
  std::uint8_t missed = 0;    // answers missed in a row while here
  std::uint8_t answered = 0;  // bit per round
  std::uint8_t given = 0;     // required inputs that came
  std::uint8_t required = 0;  // required inputs so far

  bool pressed_somebody = false;
  std::uint8_t says = 0;
  std::int32_t points = 0;  // of the seconds; all of them after the reveal
  // Earliest moments (ms of the match) of the next message of a kind.
  std::uint32_t next_suspect_ms = 0;
  std::uint32_t next_answer_ms = 0;
  std::uint32_t next_say_ms = 0;
  std::uint32_t next_whisper_ms = 0;
};

struct Press {
  Seat by = no_seat;
  Seat target = no_seat;
  std::uint8_t question = 0;
};

struct Evidence {  // in the order of publishing
  Seat by = no_seat;
  EvidenceKind kind{};
  Targets targets;
  bool verified = true;
};

struct Decision {
  Seat accused = no_seat;
  Seat mvp = no_seat;
  bool town_wins = false;
  bool slipped_away = false;
  bool is_void = false;
};

// A list in a State: room for at least N, rounded up so that no padding follows.
template <class T, std::size_t N>
using StateList = base::FixedVector<T, (N + 3) / 4 * 4>;

struct State {
  std::uint16_t now_s = 0;
  std::uint16_t step_started_s = 0;
  std::uint16_t step_ends_s = 0;
  Phase phase{};
  Step step{};
  std::uint8_t round = 0;  // 1 … 3
  std::uint8_t seats = 0;

  std::uint8_t locale = 0;
  std::uint8_t humans = 0;  // at the start
  rules::Pace pace{};
  rules::Filter filter{};
  bool one_room = false;

  std::array<SceneNo, scenes_per_match> scenes{};  // shown in this order
  std::uint8_t scene = 0;                          // into scenes: the true one
  std::uint8_t case_no = 0;
  std::uint8_t headline = 0;
  std::array<std::uint8_t, rounds> question_types{};
  std::array<std::uint8_t, rounds> questions{};
  std::array<std::uint8_t, seats_max> press_questions{};  // one for each press, in order
  Decision decision;
  std::uint8_t unused = 0;  // no padding in a State

  std::array<SeatState, seats_max> seat{};
  StateList<Evidence, seats_max> evidence;

  StateList<Press, seats_max> presses;  // [0, press_done) are over, then at most one is open
  std::uint8_t press_done = 0;
  bool press_open = false;
  std::uint16_t press_ends_s = 0;

  Seat inspected = no_seat;
  bool inspect_told = false;
  std::uint8_t escape = no_scene;  // into scenes
  bool escape_locked = false;
  StateList<Seat, news_names_max> news;

  TextArena texts;
};

// ---- questions ----------------------------------------------------------------------------------

inline SeatState& at(State& state, Seat seat) {
  RULE_CHECK(seat.value < state.seats, "no such seat");
  return state.seat[seat.value];
}
inline const SeatState& at(const State& state, Seat seat) {
  RULE_CHECK(seat.value < state.seats, "no such seat");
  return state.seat[seat.value];
}

inline bool is_culprit(const State& state, Seat seat) {
  return at(state, seat).role == Role::CULPRIT;
}
// A human who is there to be waited for.
inline bool is_waited_for(const SeatState& seat) {
  return seat.here && !seat.bot;
}

inline const Content& content_of(const State& state) {
  return contents()[state.locale];
}
inline const Scene& scene_at(const State& state, std::uint8_t index) {
  return content_of(state).scenes[state.scenes[index]];
}
inline const Question& question_of(const State& state, std::uint8_t round) {
  const std::size_t i = round - 1U;
  return content_of(state).questions[state.question_types[i]][state.questions[i]];
}
inline TextArena::Kind answer_kind(std::uint8_t round) {
  return static_cast<TextArena::Kind>(round - 1);
}
inline bool has_answered(const SeatState& seat, std::uint8_t round) {
  return (seat.answered >> (round - 1) & 1) != 0;
}

// Calls f(Seat) for every seat in order.
template <class F>
void for_each_seat(const State& state, F&& f) {
  for (std::uint8_t i = 0; i < state.seats; ++i) f(Seat{i});
}

}  // namespace whoosh::games::suspect
