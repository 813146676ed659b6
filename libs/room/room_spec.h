// RoomSpec: what a room is made from. A value; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "rules/game.h"
#include "wire/edge.h"

namespace whoosh::room {

struct RoomSpec {
  base::RoomId id;
  std::string code;                   // "BRTK": what people type
  std::uint32_t epoch = 0;            // of the room's life; goes into every record
  const rules::Game* game = nullptr;  // outlives the room
  wire::SettingsChange settings;      // on top of the defaults
  bool is_public = false;
  bool matchmade = false;              // no host powers, starts by itself, only `expected` may sit
  base::UserId creator;                // becomes host when he sits down; 0: nobody in particular
  std::vector<base::UserId> expected;  // matchmade: who was paired
};

}  // namespace whoosh::room
