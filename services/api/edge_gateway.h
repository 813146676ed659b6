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

class EdgeGateway {
 public:
  virtual ~EdgeGateway() = default;
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
};

}  // namespace whoosh::api
