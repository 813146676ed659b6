// What a seated player may cost this process in user-space memory, his part of the room included:
// the one place where the parts are added up. The structs' sizes are held where they are defined;
// what depends on what happens in a match is held by bench/bytes_per_player, which seats 15,000
// players and reads the resident memory (docs/PERFORMANCE.md has the figures).
//
// Constants only.
#pragma once

#include <cstddef>

#include "net/connection.h"
#include "room/limits.h"
#include "shard/limits.h"

namespace whoosh::edge::budget {

inline constexpr std::size_t player_bytes_max = 512;
// The resident memory that a player may take in a running match. More than the parts add up to: the
// allocator's free blocks and buffers that are under way. 641 were measured; the test holds this.
inline constexpr std::size_t resident_bytes_max = 720;
static_assert(player_bytes_max <= resident_bytes_max);
inline constexpr std::size_t seats = 8;  // of the room that the budget is for

// ---- of a player ----
inline constexpr std::size_t player =
    sizeof(net::Connection) + shard::session_bytes_max + room::person_bytes_max;

// ---- of a room ----
inline constexpr std::size_t room_fixed = room::room_bytes_max + shard::resident_bytes_max;
inline constexpr std::size_t heap = 5 * 16;    // what malloc adds: to both, the people, State, log
inline constexpr std::size_t tables = 40;      // places in the shard's map and wheel, free ones too
inline constexpr std::size_t state = 480;      // Suspect's, packed, when everybody has answered
inline constexpr std::size_t event_log = 568;  // an answer and a suspicion of each player

inline constexpr std::size_t room = room_fixed + heap + tables + state + event_log;
static_assert(seats * player + room <= seats * player_bytes_max);

// ---- of a process, however many players it has ----
inline constexpr std::size_t shard_fixed = 640ul << 10;  // used tickets
inline constexpr std::size_t loop_spare = net::BufferPool::retained_bytes_max;

}  // namespace whoosh::edge::budget
