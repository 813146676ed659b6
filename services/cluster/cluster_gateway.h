// ClusterGateway: what Service A and the matchmaker ask of the edges when those are processes of
// their own: the right node is looked up among the living and asked over the internal HTTP.
//
// A room's node is found by the name in its directory entry; new rooms go where Placement says, and
// to another node when the first does not answer or has begun to drain. A room that was made by a
// call whose answer got lost stays empty and closes by itself.
//
// Owner: the role's wiring; stop() while state still answers, and state goes before this does. Any
// thread calls; all decisions are made on an own one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "auth/cluster_key.h"
#include "base/rng.h"
#include "http/client.h"
#include "match/settle.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "runtime/loop_thread.h"
#include "services/api/edge_gateway.h"
#include "services/cluster/edge_client.h"
#include "services/cluster/placement.h"
#include "state/state.h"

namespace whoosh::cluster {

// The living nodes as last seen; any thread. Empty: none are known.
using Living = std::function<std::vector<state::Node>()>;

// How many nodes are asked for a room before the caller hears `unavailable`.
inline constexpr std::size_t placements_max = 3;

class ClusterGateway final : public api::EdgeGateway {
 public:
  struct Ports {
    Living living;
    state::Lobbies& lobbies;
    const auth::ClusterKey& key;
    const runtime::Clock& clock;
    runtime::Entropy& entropy;
    // Of an address made from the host of a request: pages that came by https take wss only.
    std::string scheme = "ws";
  };

  // `edge_url`: "wss://edge.example/ws", where every edge is behind one address and passes players
  // on to the owner; nodes that advertise an address of their own are named by that.
  ClusterGateway(std::string edge_url, Ports ports);
  ~ClusterGateway() override { stop(); }
  // Answers what is under way with `unavailable`; nothing may be asked any more. Twice does no
  // harm.
  void stop();

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

  // Tells the room that its match is written; nothing happens when its node is gone.
  void settled(const match::MatchRecord& record, const match::Settlement& settlement);
  // The user's lobby connection has moved away from this node. False: no such node is known.
  bool lobby_replaced(const std::string& node, base::UserId user);

 private:
  struct Creation;
  struct Listing;

  void place(std::unique_ptr<Creation> creation);
  void list_next(std::unique_ptr<Listing> listing);
  // room_not_found: its node is not among the living; unavailable: none are known.
  [[nodiscard]] base::Result<state::Node> node_of(const state::RoomEntry& entry) const;
  [[nodiscard]] base::Result<state::Node> node_named(std::string_view name) const;

  const std::string edge_url_;
  const Ports ports_;
  base::Rng rng_;  // of the own thread, as are …
  Placement placement_;
  bool stopping_ = false;  // … these
  bool stopped_ = false;   // the owner's
  // The client answers on the thread, so it goes first.
  runtime::LoopThread thread_;
  std::unique_ptr<http::Client> client_;
  EdgeClient edges_;
};

}  // namespace whoosh::cluster
