#include "rules/game.h"

namespace whoosh::rules {

void Effects::clear() {
  bytes.clear();
  messages.clear();
  outcome.reset();
  game_over.clear();
}

void Ctx::check_outcome(const Outcome& outcome) const {
  RULE_CHECK(!effects_.outcome.has_value(), "a match ends once");
  RULE_CHECK(outcome.seats.size() == table_.size(), "an outcome has one result per seat");
  for (const SeatResult& seat : outcome.seats) {
    RULE_CHECK(seat.placement >= 1 && seat.placement <= table_.size(), "placements are 1 … seats");
  }
}

}  // namespace whoosh::rules
