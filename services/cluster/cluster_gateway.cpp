#include "services/cluster/cluster_gateway.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>

#include "services/edge/internal_wire.h"
#include "services/edge/node_report.h"
#include "services/role/urls.h"

namespace whoosh::cluster {
namespace {

using base::Error;
using base::ErrorCode;
using Twice = EdgeClient::Twice;

Error all_full() {
  Error error{ErrorCode::unavailable, "All game servers are full. Try again in a moment."};
  error.retry_after_s = 5;
  return error;
}

const Error no_nodes{ErrorCode::unavailable, "No game server is there at the moment."};

// For calls whose answer nobody waits for.
template <class T>
runtime::Reply<T> logged(runtime::Mailbox& mailbox, std::string what) {
  return runtime::Reply<T>(mailbox, [what = std::move(what)](const base::Result<T>& done) {
    if (!done) spdlog::warn("{}: {}", what, done.error().sentence());
  });
}

runtime::Reply<wire::Nothing> without_body(runtime::Mailbox& mailbox, runtime::Reply<> reply) {
  return {mailbox, [reply = std::move(reply)](const base::Result<wire::Nothing>& done) mutable {
            reply(done ? base::Result<>() : done.error());
          }};
}

bool another_may_do(ErrorCode code) {
  return code == ErrorCode::unavailable || code == ErrorCode::draining;
}

}  // namespace

// A room on its way to some node.
struct ClusterGateway::Creation {
  api::NewRoom room;
  runtime::Reply<state::RoomEntry> reply;
  std::vector<std::string> tried;
  Error last = no_nodes;
};

// A list on its way from node to node.
struct ClusterGateway::Listing {
  api::RoomsAsked asked;
  runtime::Reply<api::RoomsPage> reply;
  std::vector<state::Node> nodes;  // in the order of their numbers
  std::size_t next = 0;
  api::RoomsPage page;
};

ClusterGateway::ClusterGateway(std::string edge_url, Ports ports)
    : edge_url_(std::move(edge_url)),
      ports_(std::move(ports)),
      rng_(ports_.entropy.u64()),
      client_(std::make_unique<http::Client>()),
      edges_(*client_, ports_.key, ports_.clock, thread_) {}

void ClusterGateway::stop() {
  if (std::exchange(stopped_, true)) return;
  std::promise<void> quiet;
  thread_.post([&] {
    stopping_ = true;  // what is answered from now on leads to no further call
    quiet.set_value();
  });
  quiet.get_future().wait();
  client_.reset();
  thread_.stop();
}

// ---- for players
// -----------------------------------------------------------------------------------------

void ClusterGateway::create_room(api::NewRoom room, runtime::Reply<state::RoomEntry> reply) {
  std::unique_ptr<Creation> creation(new Creation{std::move(room), std::move(reply), {}, no_nodes});
  thread_.post([this, creation = std::move(creation)]() mutable { place(std::move(creation)); });
}

void ClusterGateway::place(std::unique_ptr<Creation> creation) {
  const std::vector<state::Node> living = ports_.living();
  const state::Node* chosen = stopping_ || creation->tried.size() >= placements_max
                                  ? nullptr
                                  : placement_.choose(living, creation->tried, rng_);
  if (chosen == nullptr) {
    const bool full = std::any_of(living.begin(), living.end(),
                                  [](const state::Node& node) { return node.load.full; });
    return creation->reply(creation->tried.empty() && full ? all_full() : creation->last);
  }
  const state::Node node = *chosen;
  creation->tried.push_back(node.name);
  const wire::PlaceRoom wish = edge::to_wire(creation->room);
  auto made = [this, node,
               creation = std::move(creation)](base::Result<wire::PlacedRoom> placed) mutable {
    if (placed) {
      placement_.placed(node);
      auto entry = edge::from_wire(std::move(*placed));
      if (entry) return creation->reply(std::move(*entry));
      placed = no_nodes;
    }
    if (!another_may_do(placed.error().code)) return creation->reply(placed.error());
    spdlog::info("no room on node {}: {}", node.name, placed.error().sentence());
    creation->last = placed.error();
    place(std::move(creation));
  };
  edges_.call(node, "create_room", wish, Twice::harmful,
              runtime::Reply<wire::PlacedRoom>(thread_, std::move(made)));
}

void ClusterGateway::room_card(state::RoomEntry entry, runtime::Reply<wire::RoomCard> reply) {
  const auto node = node_of(entry);
  if (!node) return reply(node.error());
  edges_.call(*node, "room_card", wire::RoomRef{entry.room.text(), entry.created_at.value},
              Twice::harmless, std::move(reply));
}

void ClusterGateway::may_join(state::RoomEntry entry, base::UserId user, wire::Role wanted,
                              runtime::Reply<wire::Role> reply) {
  const auto node = node_of(entry);
  if (!node) return reply(node.error());
  auto read = [reply = std::move(reply)](const base::Result<wire::SeatGranted>& granted) mutable {
    reply(granted ? base::Result<wire::Role>(granted->role) : granted.error());
  };
  edges_.call(*node, "may_join", wire::MayJoin{entry.room.text(), user.value, wanted},
              Twice::harmless, runtime::Reply<wire::SeatGranted>(thread_, std::move(read)));
}

void ClusterGateway::notify(base::UserId user, std::string message) {
  auto found = [this, user, message = std::move(message)](base::Result<std::string> name) mutable {
    if (!name) return spdlog::warn("a user can't be told: {}", name.error().sentence());
    const auto node = node_named(*name);
    if (name->empty() || !node || stopping_) return;  // he learns of it by polling
    edges_.call(*node, "notify", wire::Notify{user.value, std::move(message)}, Twice::harmless,
                logged<wire::Nothing>(thread_, "a user can't be told"));
  };
  ports_.lobbies.find(user, runtime::Reply<std::string>(thread_, std::move(found)));
}

std::string ClusterGateway::ws_url(const state::RoomEntry& entry, std::string_view host) const {
  const auto node = node_of(entry);
  std::string url = node && !node->ws_url.empty() ? node->ws_url : edge_url_;
  if (url.empty()) {
    url = fmt::format("{}://{}:{}/ws", ports_.scheme, role::host_without_port(host),
                      node ? node->edge_port : std::uint16_t{8080});
  }
  return fmt::format("{}?game_id={}", url, entry.room.text());
}

// ---- for operators
// ---------------------------------------------------------------------------------------

void ClusterGateway::rooms(api::RoomsAsked asked, runtime::Reply<api::RoomsPage> reply) {
  std::vector<state::Node> nodes = ports_.living();
  if (nodes.empty()) return reply(no_nodes);
  std::erase_if(nodes, [&](const state::Node& n) { return n.number < asked.after.node(); });
  std::sort(nodes.begin(), nodes.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  std::unique_ptr<Listing> listing(
      new Listing{std::move(asked), std::move(reply), std::move(nodes), 0, {}});
  thread_.post([this, listing = std::move(listing)]() mutable { list_next(std::move(listing)); });
}

// Rooms' ids begin with their node's number, so the nodes one after the other are the ids in order.
void ClusterGateway::list_next(std::unique_ptr<Listing> listing) {
  const auto have = static_cast<std::int32_t>(listing->page.rooms.size());
  const bool full = have >= listing->asked.limit;
  if (full && listing->next < listing->nodes.size())
    listing->page.next = base::RoomId::parse(listing->page.rooms.back().card.room);
  if (full || stopping_ || listing->next == listing->nodes.size())
    return listing->reply(std::move(listing->page));
  const state::Node node = listing->nodes[listing->next++];
  api::RoomsAsked asked = listing->asked;
  asked.limit -= have;
  auto read = [this, listing = std::move(listing)](base::Result<wire::RoomsOfNode> said) mutable {
    if (!said) return listing->reply(said.error());
    auto part = edge::from_wire(std::move(*said));
    if (!part) return listing->reply(no_nodes);
    std::move(part->rooms.begin(), part->rooms.end(), std::back_inserter(listing->page.rooms));
    listing->page.next = part->next;
    if (part->next) return listing->reply(std::move(listing->page));
    list_next(std::move(listing));
  };
  edges_.call(node, "rooms", edge::to_wire(asked), Twice::harmless,
              runtime::Reply<wire::RoomsOfNode>(thread_, std::move(read)));
}

void ClusterGateway::room_report(state::RoomEntry entry, runtime::Reply<wire::RoomReport> reply) {
  const auto node = node_of(entry);
  if (!node) return reply(node.error());
  edges_.call(*node, "room_report", wire::RoomRef{entry.room.text(), entry.created_at.value},
              Twice::harmless, std::move(reply));
}

void ClusterGateway::close_room(state::RoomEntry entry, std::string why, runtime::Reply<> reply) {
  const auto node = node_of(entry);
  if (!node) return reply(node.error());
  edges_.call(*node, "close_room", wire::CloseRoom{entry.room.text(), std::move(why)},
              Twice::harmful, without_body(thread_, std::move(reply)));
}

void ClusterGateway::nodes(runtime::Reply<std::vector<wire::NodeReport>> reply) {
  std::vector<wire::NodeReport> reports;
  for (const state::Node& node : ports_.living()) reports.push_back(edge::node_report(node));
  std::sort(reports.begin(), reports.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  reply(std::move(reports));
}

void ClusterGateway::drain_node(std::string name, bool draining, runtime::Reply<> reply) {
  const auto node = node_named(name);
  if (!node) return reply(ErrorCode::node_not_found);
  edges_.call(*node, "drain", wire::Drain{draining}, Twice::harmless,
              without_body(thread_, std::move(reply)));
}

// ---- inside the cluster
// ----------------------------------------------------------------------------------

void ClusterGateway::settled(const match::MatchRecord& record,
                             const match::Settlement& settlement) {
  for (const state::Node& node : ports_.living()) {
    if (node.number != record.room.node()) continue;
    edges_.call(node, "settled", edge::to_wire(record.room, record.id, settlement), Twice::harmless,
                logged<wire::Nothing>(thread_, "a room is not told its match's result"));
    return;
  }
}

bool ClusterGateway::lobby_replaced(const std::string& name, base::UserId user) {
  const auto node = node_named(name);
  if (!node) return false;
  edges_.call(*node, "lobby_replaced", wire::UserRef{user.value}, Twice::harmless,
              logged<wire::Nothing>(thread_, "an older lobby connection stays open"));
  return true;
}

base::Result<state::Node> ClusterGateway::node_of(const state::RoomEntry& entry) const {
  return node_named(entry.node);
}

base::Result<state::Node> ClusterGateway::node_named(std::string_view name) const {
  std::vector<state::Node> living = ports_.living();
  if (living.empty()) return no_nodes;
  const auto found = std::find_if(living.begin(), living.end(),
                                  [&](const state::Node& node) { return node.name == name; });
  if (found == living.end()) return ErrorCode::room_not_found;
  return std::move(*found);
}

}  // namespace whoosh::cluster
