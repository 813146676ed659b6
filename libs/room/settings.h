// Settings of a room: SETTINGS and POST /api/rooms give a change, a game gets rules::Settings,
// clients see wire::RoomSettings. Pure; any thread.
#pragma once

#include "base/result.h"
#include "rules/game.h"
#include "wire/edge.h"

namespace whoosh::room {

struct RoomSettings {
  rules::Settings rules;
  bool locked = false;  // nobody new may sit down
};

[[nodiscard]] RoomSettings default_settings(const rules::GameInfo& game);

// The settings after the change; all of it or an error (`code`) with one row in `fields` per bad
// field. `seated`: max_seats can't be less.
[[nodiscard]] base::Result<RoomSettings> changed(const RoomSettings& old,
                                                 const wire::SettingsChange& change,
                                                 const rules::GameInfo& game, std::size_t seated,
                                                 base::ErrorCode code);

[[nodiscard]] wire::RoomSettings to_wire(const RoomSettings& settings);

}  // namespace whoosh::room
