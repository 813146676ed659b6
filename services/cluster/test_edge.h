// TestEdge: a real edge with its internal HTTP on free ports of loopback, for tests. TestWorld:
// what several of them share. Owner: the test; its thread.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "auth/cluster_key.h"
#include "auth/tokens.h"
#include "http/server.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "services/edge/edge_server.h"
#include "services/edge/internal_routes.h"
#include "state/memory/directory.h"
#include "state/memory/rate_limits.h"
#include "state/revocation_list.h"

namespace whoosh::cluster {

struct TestWorld {
  runtime::OsClock clock;
  runtime::OsEntropy entropy;
  auth::TokenAuthority authority{std::make_shared<const auth::KeySet>(
      std::move(*auth::KeySet::from_pem(std::vector<std::string>{*auth::make_key_pem()})))};
  state::memory::Directory directory{entropy};
  state::memory::RateLimits limits;
  state::RevocationList revoked;
};

class TestEdge {
 public:
  TestEdge(const std::string& name, std::optional<std::uint16_t> number,
           const auth::ClusterKey& key, TestWorld& world)
      : name_(name), number_(number) {
    edge::EdgeConfig config;
    config.node = name;
    config.node_number = number;
    config.listen = "127.0.0.1";
    config.port = 0;
    config.shards = 2;
    config.rate_limits = false;
    edge_ = std::make_unique<edge::EdgeServer>(
        config,
        edge::Ports{world.authority, world.directory, world.limits, world.revoked, world.clock},
        [](match::MatchRecord) {});
    started_ = edge_->start(nobody_).has_value();
    http::Router router;
    edge::add_internal_routes(router, {*edge_, key, world.clock});
    http::ServerConfig server;
    server.address = "127.0.0.1";
    server.port = 0;
    server.threads = 1;
    server.stop_grace_ms = 100;
    server_ = std::make_unique<http::Server>(server, http::Policy{}, std::move(router), world.clock,
                                             world.entropy);
    started_ = server_->start().has_value() && started_;
    port_ = server_->port();
  }
  ~TestEdge() {
    server_->stop();
    edge_->stop();
  }

  [[nodiscard]] bool started() const { return started_; }
  [[nodiscard]] edge::EdgeServer& edge() { return *edge_; }
  void stop_listening() { server_->stop(); }
  [[nodiscard]] state::Node node() const {
    state::Node node;
    node.name = name_;
    node.number = number_.value_or(0);
    node.internal_host = "127.0.0.1";
    node.internal_port = port_;
    node.edge_port = edge_->port();
    node.load.players_max = 1'000;
    return node;
  }

 private:
  // Nobody connects by WebSocket here, so nobody asks for a new room that way.
  class Nobody final : public api::EdgeGateway {
   public:
    void create_room(api::NewRoom, runtime::Reply<state::RoomEntry>) override {}
    void room_card(state::RoomEntry, runtime::Reply<wire::RoomCard>) override {}
    void may_join(state::RoomEntry, base::UserId, wire::Role, runtime::Reply<wire::Role>) override {
    }
    void notify(base::UserId, std::string) override {}
    [[nodiscard]] std::string ws_url(const state::RoomEntry&, std::string_view) const override {
      return {};
    }
    void rooms(api::RoomsAsked, runtime::Reply<api::RoomsPage>) override {}
    void room_report(state::RoomEntry, runtime::Reply<wire::RoomReport>) override {}
    void close_room(state::RoomEntry, std::string, runtime::Reply<>) override {}
    void nodes(runtime::Reply<std::vector<wire::NodeReport>>) override {}
    void drain_node(std::string, bool, runtime::Reply<>) override {}
  };

  const std::string name_;
  const std::optional<std::uint16_t> number_;
  Nobody nobody_;
  std::unique_ptr<edge::EdgeServer> edge_;
  std::unique_ptr<http::Server> server_;
  std::uint16_t port_ = 0;
  bool started_ = false;
};

}  // namespace whoosh::cluster
