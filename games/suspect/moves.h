// What a player does to the State once it is known to be allowed: inputs.cpp checks humans,
// bots.cpp knows what it does. Each move also says what everybody hears of it.
#pragma once

#include <optional>
#include <string_view>

#include "games/suspect/state.h"

namespace whoosh::games::suspect {

// Ids of a list of seats, as views into the table.
template <class List>
void add_ids(const rules::Table& table, const Targets& targets, List& out) {
  for (std::uint8_t i = 0; i < targets.size; ++i) out.push_back(table.id(targets.seats[i]));
}
[[nodiscard]] EvidenceEvent evidence_row(const rules::Table& table, const Evidence& evidence);

void set_vote(State& state, Seat seat, Seat target);
// False: the texts of this match are used up (TextArena).
bool put_answer(State& state, Seat seat, std::uint8_t round, std::string_view text);
bool put_press_answer(State& state, std::string_view text);
bool say(State& state, rules::Ctx& ctx, Seat seat, std::string_view text);
bool whisper(State& state, rules::Ctx& ctx, Seat seat, std::string_view text);
// REQUIRES: the seat holds a card that is not published; for a culprit `kind` and `targets` are his
// forgery.
void publish(State& state, rules::Ctx& ctx, Seat seat, EvidenceKind kind, const Targets& targets);
// Opens at once when no other press is open and this is a moment for it, otherwise waits.
void press(State& state, rules::Ctx& ctx, Seat seat, Seat target);
void open_next_press(State& state, rules::Ctx& ctx);
void lock(State& state, Seat seat);

// The seat that has to answer a press now, if any.
[[nodiscard]] Seat press_target(const State& state);
[[nodiscard]] std::size_t culprit_count(const State& state);
[[nodiscard]] std::uint16_t press_seconds(rules::Pace pace);

}  // namespace whoosh::games::suspect
