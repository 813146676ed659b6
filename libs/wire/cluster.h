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
};
BOOST_DESCRIBE_STRUCT(NodeReport, (),
                      (name, number, ws_url, version, started_at, seen_at, rooms, players,
                       players_max, lateness_ms, draining))

}  // namespace whoosh::wire
