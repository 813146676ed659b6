// Between the values of the ports and what travels inside the cluster (wire/cluster.h). Pure; any
// thread. From the wire: nullopt where an id is none.
#pragma once

#include <optional>

#include "match/settle.h"
#include "services/api/edge_gateway.h"
#include "wire/cluster.h"

namespace whoosh::edge {

[[nodiscard]] wire::PlaceRoom to_wire(const api::NewRoom& room);
[[nodiscard]] api::NewRoom from_wire(wire::PlaceRoom room);

[[nodiscard]] wire::PlacedRoom to_wire(const state::RoomEntry& entry);
[[nodiscard]] std::optional<state::RoomEntry> from_wire(wire::PlacedRoom placed);

[[nodiscard]] wire::ListRooms to_wire(const api::RoomsAsked& asked);
[[nodiscard]] std::optional<api::RoomsAsked> from_wire(wire::ListRooms asked);
[[nodiscard]] wire::RoomsOfNode to_wire(api::RoomsPage page);
[[nodiscard]] std::optional<api::RoomsPage> from_wire(wire::RoomsOfNode page);

// Only what a room shows of a settlement.
struct SettledHere {
  base::RoomId room;
  base::MatchId match;
  match::Settlement settlement;
};
[[nodiscard]] wire::SettledMatch to_wire(base::RoomId room, base::MatchId match,
                                         const match::Settlement& settlement);
[[nodiscard]] std::optional<SettledHere> from_wire(const wire::SettledMatch& settled);

[[nodiscard]] wire::Load to_wire(const state::NodeLoad& load);

}  // namespace whoosh::edge
