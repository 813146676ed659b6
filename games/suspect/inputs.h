// Messages of players: checked in full, then done (moves.h). Nothing that a client sends can break
// the State; whatever is not allowed comes back as an error code.
#pragma once

#include <span>

#include "games/suspect/state.h"

namespace whoosh::games::suspect {

[[nodiscard]] base::Result<> on_input(State& state, const rules::Input& input, rules::Ctx& ctx);
// For the catalogue.
[[nodiscard]] std::span<const rules::MessageSpec> message_specs();

}  // namespace whoosh::games::suspect
