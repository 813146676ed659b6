#include "services/solo/local_gateway.h"

#include <fmt/format.h>

namespace whoosh::solo {

std::string_view host_without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

std::string_view host_of_url(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::string_view rest = url.substr(scheme + 3);
  return host_without_port(rest.substr(0, rest.find('/')));
}

LocalGateway::LocalGateway(edge::EdgeServer& edge, std::string edge_url, std::string public_host)
    : edge_(edge), edge_url_(std::move(edge_url)), public_host_(std::move(public_host)) {}

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

std::string LocalGateway::ws_url(const state::RoomEntry& entry, std::string_view host) const {
  if (!edge_url_.empty()) return fmt::format("{}?game_id={}", edge_url_, entry.room.text());
  std::string_view name = host_without_port(host);
  if (name.empty()) name = public_host_;
  return fmt::format("ws://{}:{}/ws?game_id={}", name, edge_.port(), entry.room.text());
}

}  // namespace whoosh::solo
