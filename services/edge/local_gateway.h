// LocalGateway: the way to the edge of the same process: the API's in solo, and in a cluster that
// of an edge to itself, for rooms that a WebSocket asks for. Owner: the wiring; any thread.
#pragma once

#include <string>

#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "services/api/edge_gateway.h"
#include "services/edge/edge_server.h"

namespace whoosh::edge {

class LocalGateway final : public api::EdgeGateway {
 public:
  // `edge_url`: "" or the public "wss://edge.example/ws"; `public_host`: name to use when a request
  // brought none.
  LocalGateway(EdgeServer& edge, std::string edge_url, std::string public_host,
               const runtime::Clock& clock);

  void create_room(api::NewRoom room, runtime::Reply<state::RoomEntry> reply) override;
  void room_card(state::RoomEntry entry, runtime::Reply<wire::RoomCard> reply) override;
  void may_join(state::RoomEntry entry, base::UserId user, wire::Role wanted,
                runtime::Reply<wire::Role> reply) override;
  void notify(base::UserId user, std::string message) override;
  [[nodiscard]] std::string ws_url(const state::RoomEntry& entry,
                                   std::string_view host) const override;
  void rooms(api::RoomsAsked asked, runtime::Reply<api::RoomsPage> reply) override;
  void room_report(state::RoomEntry entry, runtime::Reply<wire::RoomReport> reply) override;
  void close_room(state::RoomEntry entry, std::string why, runtime::Reply<> reply) override;
  void nodes(runtime::Reply<std::vector<wire::NodeReport>> reply) override;
  void drain_node(std::string name, bool draining, runtime::Reply<> reply) override;

 private:
  EdgeServer& edge_;
  const std::string edge_url_;
  const std::string public_host_;
  const runtime::Clock& clock_;
  const base::UnixMs started_at_;
  runtime::LoopThread mailbox_;  // where the edge's load arrives
};

}  // namespace whoosh::edge
