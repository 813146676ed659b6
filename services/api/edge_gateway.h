// EdgeGateway: what Service A asks of the edges. In solo a call into the same process
// (services/solo), in a cluster a request to the owning node. Any thread calls; the Reply's mailbox
// answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "runtime/reply.h"
#include "state/state.h"
#include "wire/cluster.h"
#include "wire/rest.h"

namespace whoosh::api {

// How often one user may make a room, through whichever service: one bucket for both.
inline constexpr state::RateRule room_making{20, 20};
[[nodiscard]] inline std::string room_making_key(base::UserId user) {
  return "create_room:" + base::user_id_text(user);
}

struct NewRoom {
  std::string game;
  bool is_public = false;
  bool matchmade = false;
  wire::SettingsChange settings;
  base::UserId creator;  // 0: the matcher
  std::vector<base::UserId>
      expected;  // matchmade: who was paired; the match starts when all are here
};

// Which rooms an operator lists: in order of their ids, so of their nodes.
struct RoomsAsked {
  std::string game;    // "": all
  base::RoomId after;  // 0: from the first
  std::int32_t limit = 20;
};

struct RoomsPage {
  std::vector<wire::RoomSummary> rooms;
  std::optional<base::RoomId> next;  // to ask for what comes `after`; nullopt: that was all
};

class EdgeGateway {
 public:
  virtual ~EdgeGateway() = default;

  // ---- for players ----
  // Places a room on the least loaded live node and enters it in the directory. game_not_found,
  // invalid_input (settings), draining, unavailable.
  virtual void create_room(NewRoom room, runtime::Reply<state::RoomEntry> reply) = 0;
  // room_not_found.
  virtual void room_card(state::RoomEntry entry, runtime::Reply<wire::RoomCard> reply) = 0;
  // The role that the edge would give this user now who asks for `wanted`; `audience` may be what
  // one gets. banned, room_not_found, room_full, room_locked, room_started, forbidden (no
  // spectators), draining.
  virtual void may_join(state::RoomEntry entry, base::UserId user, wire::Role wanted,
                        runtime::Reply<wire::Role> reply) = 0;
  // Sends one ready message ({"type":...}) to the user's lobby connection, if he has one anywhere.
  virtual void notify(base::UserId user, std::string message) = 0;
  // ws://host:port/ws?game_id=<room> as clients reach the room's node. `host` is the name by which
  // the client reached Service A (Host header), used when no public address is configured.
  [[nodiscard]] virtual std::string ws_url(const state::RoomEntry& entry,
                                           std::string_view host) const = 0;

  // ---- for operators ----
  // Of every living node. unavailable: one of them does not answer.
  virtual void rooms(RoomsAsked asked, runtime::Reply<RoomsPage> reply) = 0;
  // room_not_found.
  virtual void room_report(state::RoomEntry entry, runtime::Reply<wire::RoomReport> reply) = 0;
  // Ends the room, a running match without a result; everybody there gets 4004 with `why`.
  // room_not_found.
  virtual void close_room(state::RoomEntry entry, std::string why, runtime::Reply<> reply) = 0;
  // The living, by name.
  virtual void nodes(runtime::Reply<std::vector<wire::NodeReport>> reply) = 0;
  // No new rooms and no new people on this node from now on, or again. node_not_found.
  virtual void drain_node(std::string name, bool draining, runtime::Reply<> reply) = 0;
};

}  // namespace whoosh::api
