// The end: whom the table accuses, who wins, everybody's points.
#pragma once

#include "games/suspect/state.h"

namespace whoosh::games::suspect {

void decide(State& state, rules::Ctx& ctx);
// Nobody wins; not rated. Roles are shown all the same.
void end_void(State& state, rules::Ctx& ctx);

// The one with the most votes; a tie goes to the higher conviction: the seconds that his voters
// have held him without a break. no_seat: no votes, or tied in both.
[[nodiscard]] Seat accused(const State& state);

}  // namespace whoosh::games::suspect
