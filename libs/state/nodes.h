// Nodes, leases, lobbies and revocations: what the processes of a cluster must know of each other;
// part of the state's port (state.h says what holds for every call).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "runtime/reply.h"

namespace whoosh::state {

using base::UnixMs;
using base::UserId;
using runtime::Reply;

inline constexpr std::int64_t heartbeat_ms = 1'000;
inline constexpr std::int64_t node_dead_ms = 3'000;       // after the last heartbeat
inline constexpr std::uint16_t node_numbers_max = 4'095;  // 1 … this; 12 bits of a room id

// ---- nodes -------------------------------------------------------------------------------------

struct NodeLoad {
  std::int32_t rooms = 0;
  std::int32_t players = 0;      // connections in rooms
  std::int32_t players_max = 0;  // with so many it takes nobody new
  std::int32_t lateness_ms = 0;  // p99 of the last ticks, against their due times
  bool draining = false;
  bool full =
      false;  // takes nobody new at the moment: players_max is reached, or its ticks are late
};

struct Node {
  std::string name;                 // stable over restarts, unique among the living: "edge-1"
  std::string incarnation;          // random, of this start
  std::uint16_t number = 0;         // goes into room ids; given by join()
  std::string ws_url;               // as players reach this node; "": not one by one
  std::string internal_host;        // numeric address, as the other processes reach it
  std::uint16_t internal_port = 0;  // HTTP of the cluster's own calls
  std::uint16_t edge_port = 0;      // WebSockets, for forwarding
  std::string version;
  UnixMs started_at;
  UnixMs seen_at;  // last heartbeat
  NodeLoad load;
};

class Nodes {
 public:
  virtual ~Nodes() = default;
  // Enters a node with a number that no living node has, and answers it; numbers go round, so that
  // a dead node's comes again as late as possible. The same incarnation again: keeps its number.
  // An incarnation that was taken for dead, or that state has lost with all it knew, names the
  // number it had in node.number (else 0): it gets it back unless somebody else had it since.
  // conflict: another living node has this name (an earlier incarnation of it dies node_dead_ms
  // after its last heartbeat). unavailable: too many nodes.
  virtual void join(Node node, Reply<Node> reply) = 0;
  // Heartbeat. conflict: the node was taken for dead and its name or number given to another, or
  // was never entered: it must stop taking rooms.
  virtual void beat(std::string name, std::string incarnation, NodeLoad load, Reply<> reply) = 0;
  virtual void leave(std::string name, std::string incarnation, Reply<> reply) = 0;
  // The living, by name.
  virtual void living(Reply<std::vector<Node>> reply) = 0;
};

// ---- leases ------------------------------------------------------------------------------------

struct Lease {
  bool held = false;
  std::uint64_t epoch = 0;  // grows with every new holder
  std::string holder;       // who has it
};

class Leases {
 public:
  virtual ~Leases() = default;
  // Takes a free lease, or prolongs one's own, for ttl_ms from now.
  virtual void hold(std::string name, std::string holder, std::int64_t ttl_ms,
                    Reply<Lease> reply) = 0;
  // Gives one's own up; quietly nothing otherwise.
  virtual void release(std::string name, std::string holder, Reply<> reply) = 0;
};

// ---- lobby connections -------------------------------------------------------------------------

inline constexpr std::int64_t lobby_lifetime_ms = 90'000;  // without another enter()

class Lobbies {
 public:
  virtual ~Lobbies() = default;
  // The user's lobby connection is on this node now; answers the other node on which an older one
  // is, or "". Again from the same node: prolongs.
  virtual void enter(UserId user, std::string node, Reply<std::string> reply) = 0;
  // Forgets it, if it is still on this node.
  virtual void leave(UserId user, std::string node, Reply<> reply) = 0;
  // "": nowhere.
  virtual void find(UserId user, Reply<std::string> reply) = 0;
};

// ---- revocations -------------------------------------------------------------------------------

// What store::Revocation says, on its way to every process. Family "": all tokens of the user
// issued at or before `at`.
struct Revoked {
  UserId user;
  std::string family;
  bool banned = false;  // connections end with 4003 instead of 4001
  UnixMs at;
  UnixMs until;  // forgotten then

  bool operator==(const Revoked&) const = default;
};

class Revocations {
 public:
  virtual ~Revocations() = default;
  // The same one again does no harm.
  virtual void publish(std::vector<Revoked> revoked, Reply<> reply) = 0;
  struct News {
    std::vector<Revoked> revoked;
    std::string cursor;  // for the next call
  };
  // What was published since `cursor`; "": everything that is not over yet, so a process that
  // starts (or whose cursor is older than what is kept) asks with "".
  virtual void since(std::string cursor, Reply<News> reply) = 0;
};

}  // namespace whoosh::state
