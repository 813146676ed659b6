#include "services/edge/local_gateway.h"

#include <fmt/format.h>

#include "services/edge/node_report.h"
#include "services/role/urls.h"
#include "services/role/version.h"

namespace whoosh::edge {

LocalGateway::LocalGateway(EdgeServer& edge, std::string edge_url, std::string public_host,
                           const runtime::Clock& clock)
    : edge_(edge),
      edge_url_(std::move(edge_url)),
      public_host_(std::move(public_host)),
      clock_(clock),
      started_at_(clock.now()) {}

void LocalGateway::create_room(api::NewRoom room, runtime::Reply<state::RoomEntry> reply) {
  edge_.create_room(std::move(room), std::move(reply));
}

void LocalGateway::room_card(state::RoomEntry entry, runtime::Reply<wire::RoomCard> reply) {
  edge_.room_card(std::move(entry), std::move(reply));
}

void LocalGateway::may_join(state::RoomEntry entry, base::UserId user, wire::Role wanted,
                            runtime::Reply<wire::Role> reply) {
  edge_.may_join(std::move(entry), user, wanted, std::move(reply));
}

void LocalGateway::notify(base::UserId user, std::string message) {
  edge_.notify(user, std::move(message));
}

void LocalGateway::rooms(api::RoomsAsked asked, runtime::Reply<api::RoomsPage> reply) {
  edge_.rooms(std::move(asked), std::move(reply));
}

void LocalGateway::room_report(state::RoomEntry entry, runtime::Reply<wire::RoomReport> reply) {
  edge_.room_report(std::move(entry), std::move(reply));
}

void LocalGateway::close_room(state::RoomEntry entry, std::string why, runtime::Reply<> reply) {
  edge_.close_room(entry.room, std::move(why), std::move(reply));
}

void LocalGateway::nodes(runtime::Reply<std::vector<wire::NodeReport>> reply) {
  edge_.load(runtime::Reply<state::NodeLoad>(
      mailbox_, [this, reply = std::move(reply)](base::Result<state::NodeLoad> load) mutable {
        if (!load) return reply(load.error());
        state::Node node;
        node.name = edge_.node();
        node.ws_url = edge_url_;
        node.version = role::version();
        node.started_at = started_at_;
        node.seen_at = clock_.now();
        node.load = *load;
        std::vector<wire::NodeReport> reports;
        reports.push_back(node_report(node));
        reply(std::move(reports));
      }));
}

void LocalGateway::drain_node(std::string name, bool draining, runtime::Reply<> reply) {
  if (name != edge_.node()) return reply(base::ErrorCode::node_not_found);
  edge_.set_draining(draining);
  reply({});
}

std::string LocalGateway::ws_url(const state::RoomEntry& entry, std::string_view host) const {
  if (!edge_url_.empty()) return fmt::format("{}?game_id={}", edge_url_, entry.room.text());
  std::string_view name = role::host_without_port(host);
  if (name.empty()) name = public_host_;
  return fmt::format("{}://{}:{}/ws?game_id={}", edge_.speaks_tls() ? "wss" : "ws", name,
                     edge_.port(), entry.room.text());
}

}  // namespace whoosh::edge
