// The clock of a match: what one tick does. A step ends only here.
//
//   BRIEFING 0-20 → (ANSWER i, CROSSFIRE i) at 20, 80, 140 → VOTE at 210 → REVEAL at 300 or before
//
// ANSWER ends early when everybody who is waited for has answered; its CROSSFIRE gets the seconds,
// so the news stay at 210. VOTE ends early, but not before 225, when everybody who is waited for
// has locked.
#pragma once

#include "games/suspect/state.h"

namespace whoosh::games::suspect {

void on_tick(State& state, rules::Ctx& ctx);

// The headline with its names; REQUIRES: after the news.
[[nodiscard]] NewsText news_message(const State& state, const rules::Table& table);

}  // namespace whoosh::games::suspect
