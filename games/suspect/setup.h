// Start: deals roles, cards, scenes and questions.
#pragma once

#include "games/suspect/state.h"

namespace whoosh::games::suspect {

void set_up(State& state, const rules::Start& start, rules::Ctx& ctx);

}  // namespace whoosh::games::suspect
