// Replay: folds an event log (event_log.h) into the state at its end. The log comes from a file or
// a database, so every line is checked: an error names the line, nothing is asserted about its
// content. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rules/game.h"

namespace whoosh::room {

struct Replayed {
  std::vector<std::byte> state;  // the game's State, byte for byte
  rules::Table table;
  std::uint32_t ticks = 0;
  std::optional<rules::Outcome> outcome;  // of a match that ended
  bool truncated = false;                 // the log's rest was not kept
};

// Error: malformed, with the line. A broken rule while folding is a RuleViolation, as it was in the
// room.
[[nodiscard]] base::Result<Replayed> replay(const rules::Game& game, std::string_view log);

}  // namespace whoosh::room
