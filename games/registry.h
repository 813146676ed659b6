// The list of all games, written by the build from games/games.txt. Nobody else names a particular
// game. Immutable after start; any thread.
#pragma once

#include <span>
#include <string_view>

#include "rules/game.h"

namespace whoosh::games {

[[nodiscard]] std::span<const rules::Game* const> all();
[[nodiscard]] const rules::Game* find(std::string_view key);  // nullptr: no such game

}  // namespace whoosh::games
