// Bots: they play the seats that no human plays. Fair: a bot uses what a human in its seat would
// see, and the dice of the match, so a replay plays the same. README.md ("Bots") says how they
// think; tools/suspect_odds measures who wins.
#pragma once

#include "games/suspect/state.h"

namespace whoosh::games::suspect {

// Once a tick, after the step has been settled.
void bots_act(State& state, rules::Ctx& ctx);
// The ANSWER step is about to end: bots without an answer give theirs.
void bots_finish_answers(State& state, rules::Ctx& ctx);

}  // namespace whoosh::games::suspect
