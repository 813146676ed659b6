// RoomSpec: what a room is made from; RoomIdentity: what it keeps of that. Values; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/fixed.h"
#include "base/ids.h"
#include "base/time.h"
#include "room/limits.h"
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

struct RoomIdentity {
  explicit RoomIdentity(const RoomSpec& spec)
      : id(spec.id),
        game(spec.game),
        creator(spec.creator),
        epoch(spec.epoch),
        is_public(spec.is_public),
        matchmade(spec.matchmade),
        code(spec.code) {
    if (!spec.expected.empty()) expect(spec.expected);
  }

  [[nodiscard]] std::span<const base::UserId> expected() const {
    return people == nullptr ? std::span<const base::UserId>() : *people;
  }
  void expect(std::vector<base::UserId> users) {
    people = std::make_unique<std::vector<base::UserId>>(std::move(users));
  }

  base::RoomId id;
  const rules::Game* game;
  base::UserId creator;
  std::unique_ptr<std::vector<base::UserId>> people;  // that are expected; nullptr: a private room
  std::uint32_t epoch;
  bool is_public;
  bool matchmade;
  base::FixedString<room_code_bytes_max> code;
};

}  // namespace whoosh::room
