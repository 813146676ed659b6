// What the processes of a cluster tell each other over their internal HTTP, and what an operator
// may see of rooms and nodes (REST passes those on as they are). Values only; any thread. Ids of
// users are texts here, as in every message of the edge; times are RFC 3339 unless named _ms.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/described.h"
#include "wire/edge.h"
#include "wire/rest.h"

namespace whoosh::wire {

// ---- what an operator may see ------------------------------------------------------------------

struct RoomSummary {
  RoomCard card;
  std::string node;            // name of the edge that runs it
  std::int64_t epoch = 0;      // of the room's life
  std::int64_t age_s = 0;      // since it was made, by the clock
  std::int64_t ticks = 0;      // game seconds that it has lived
  std::int32_t connected = 0;  // of the people at the table
  bool matchmade = false;
};
BOOST_DESCRIBE_STRUCT(RoomSummary, (), (card, node, epoch, age_s, ticks, connected, matchmade))

struct LiveMatch {  // the match that runs, or whose result is shown
  std::string id;
  std::string started_at;
  std::int32_t elapsed_s = 0;
  std::string phase;  // the game's
  std::string step;
  bool over = false;
};
BOOST_DESCRIBE_STRUCT(LiveMatch, (), (id, started_at, elapsed_s, phase, step, over))

// One room live. Nothing that its game hides from its players is in here.
struct RoomReport {
  RoomSummary summary;
  RoomState state;  // people, their scores, settings, phase: as ROOM shows them
  std::optional<LiveMatch> match;
};
BOOST_DESCRIBE_STRUCT(RoomReport, (), (summary, state, match))

struct NodeReport {
  std::string name;
  std::int32_t number = 0;  // the node part of the ids of its rooms
  std::string ws_url;       // "": not addressed one by one
  std::string version;
  std::string started_at;
  std::string seen_at;  // last heartbeat
  std::int32_t rooms = 0;
  std::int32_t players = 0;
  std::int32_t players_max = 0;
  std::int32_t lateness_ms = 0;  // p99 of the last ticks
  bool draining = false;
  bool full = false;  // takes nobody new at the moment
};
BOOST_DESCRIBE_STRUCT(NodeReport, (),
                      (name, number, ws_url, version, started_at, seen_at, rooms, players,
                       players_max, lateness_ms, draining, full))

// ---- calls to an edge --------------------------------------------------------------------------
// Each is POST /internal/<name> with one of these as its body; docs/CLUSTER.md has the table.

struct PlaceRoom {  // create_room -> PlacedRoom
  std::string game;
  bool is_public = false;
  bool matchmade = false;
  SettingsChange settings;
  std::int64_t creator = 0;            // 0: the matcher
  std::vector<std::int64_t> expected;  // matchmade: who was paired
};
BOOST_DESCRIBE_STRUCT(PlaceRoom, (), (game, is_public, matchmade, settings, creator, expected))
struct PlacedRoom {  // as entered in the directory
  std::string room;
  std::string code;
  std::string node;
  std::int64_t epoch = 0;
  std::string game;
  bool is_public = false;
  std::int64_t created_at_ms = 0;
};
BOOST_DESCRIBE_STRUCT(PlacedRoom, (), (room, code, node, epoch, game, is_public, created_at_ms))

struct RoomRef {  // room_card -> RoomCard, room_report -> RoomReport
  std::string room;
  std::int64_t created_at_ms = 0;
};
BOOST_DESCRIBE_STRUCT(RoomRef, (), (room, created_at_ms))
struct MayJoin {  // may_join -> SeatGranted
  std::string room;
  std::int64_t user = 0;
  Role role = Role::player;
};
BOOST_DESCRIBE_STRUCT(MayJoin, (), (room, user, role))
struct SeatGranted {
  Role role = Role::player;
};
BOOST_DESCRIBE_STRUCT(SeatGranted, (), (role))
struct CloseRoom {
  std::string room;
  std::string why;
};
BOOST_DESCRIBE_STRUCT(CloseRoom, (), (room, why))
struct ListRooms {  // rooms -> RoomsOfNode
  std::string game;
  std::string after;  // id of a room
  std::int32_t limit = 20;
};
BOOST_DESCRIBE_STRUCT(ListRooms, (), (game, after, limit))
struct RoomsOfNode {
  std::vector<RoomSummary> rooms;
  base::Nullable<std::string> next;
};
BOOST_DESCRIBE_STRUCT(RoomsOfNode, (), (rooms, next))

struct SettledPlayer {  // what the room shows of match::PlayerAfter
  std::int64_t user = 0;
  std::int32_t elo_before = 0;
  std::int32_t elo_after = 0;
  std::int32_t xp_gained = 0;
  std::int32_t coins_gained = 0;
  std::int32_t level_after = 0;
};
BOOST_DESCRIBE_STRUCT(SettledPlayer, (),
                      (user, elo_before, elo_after, xp_gained, coins_gained, level_after))
struct SettledMatch {  // settled
  std::string room;
  std::string match;
  bool rated = false;
  std::vector<SettledPlayer> players;
};
BOOST_DESCRIBE_STRUCT(SettledMatch, (), (room, match, rated, players))

struct Notify {
  std::int64_t user = 0;
  std::string message;  // ready, as it goes to the client
};
BOOST_DESCRIBE_STRUCT(Notify, (), (user, message))
struct UserRef {  // lobby_replaced
  std::int64_t user = 0;
};
BOOST_DESCRIBE_STRUCT(UserRef, (), (user))
struct EndUser {
  std::int64_t user = 0;
  std::int32_t code = 0;  // of the close
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(EndUser, (), (user, code, reason))
struct Drain {
  bool draining = true;
};
BOOST_DESCRIBE_STRUCT(Drain, (), (draining))
struct Nothing {};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())
struct Load {  // load: Nothing -> Load
  std::int32_t rooms = 0;
  std::int32_t players = 0;
  std::int32_t players_max = 0;
  std::int32_t lateness_ms = 0;
  bool draining = false;
  bool full = false;
};
BOOST_DESCRIBE_STRUCT(Load, (), (rooms, players, players_max, lateness_ms, draining, full))

}  // namespace whoosh::wire
