// Goal: what the API asks of edges in other processes reaches the right one and comes back as from
// one's own process; whoever is not of the cluster is refused. Method: two real edges with their
// internal HTTP on free ports, the memory twins of state, the real gateway.
#include "services/cluster/cluster_gateway.h"

#include <gtest/gtest.h>

#include <future>
#include <mutex>

#include "http/server.h"
#include "services/cluster/test_edge.h"
#include "services/edge/internal_routes.h"
#include "state/memory/nodes.h"

namespace whoosh::cluster {
namespace {

using base::ErrorCode;

class ClusterGatewayTest : public ::testing::Test {
 protected:
  ClusterGatewayTest() {
    gateway_ = std::make_unique<ClusterGateway>(
        "wss://edge.example/ws",
        ClusterGateway::Ports{[this] { return living_; }, lobbies_, key_, clock_, entropy_});
  }

  template <class T, class Ask>
  base::Result<T> ask(Ask call) {
    auto answer = std::make_shared<std::promise<base::Result<T>>>();
    auto future = answer->get_future();
    call(runtime::Reply<T>(
        mailbox_, [answer](base::Result<T> result) { answer->set_value(std::move(result)); }));
    return future.get();
  }
  base::Result<state::RoomEntry> make_room() {
    api::NewRoom room;
    room.game = "suspect";
    room.creator = base::UserId{7};
    return ask<state::RoomEntry>(
        [&](auto reply) { gateway_->create_room(room, std::move(reply)); });
  }
  TestEdge& start_edge(const std::string& name, std::uint16_t number) {
    edges_.push_back(std::make_unique<TestEdge>(name, number, key_, world_));
    living_.push_back(edges_.back()->node());
    return *edges_.back();
  }

  TestWorld world_;
  runtime::Clock& clock_ = world_.clock;
  runtime::OsEntropy entropy_;
  runtime::LoopThread mailbox_;
  auth::ClusterKey key_ = *auth::ClusterKey::from_secret(std::string(32, 's'));
  state::memory::Lobbies lobbies_{world_.clock};
  std::vector<state::Node> living_;
  std::vector<std::unique_ptr<TestEdge>> edges_;
  std::unique_ptr<ClusterGateway> gateway_;
};

TEST_F(ClusterGatewayTest, ARoomIsMadeAskedAboutAndClosedOnItsNode) {
  start_edge("edge-1", 1);
  start_edge("edge-2", 2);
  std::set<std::string> nodes;
  for (int i = 0; i < 12; ++i) {
    const auto entry = make_room();
    ASSERT_TRUE(entry) << entry.error().sentence();
    nodes.insert(entry->node);
    EXPECT_EQ(entry->room.node(), entry->node == "edge-1" ? 1 : 2);
    const auto card =
        ask<wire::RoomCard>([&](auto reply) { gateway_->room_card(*entry, std::move(reply)); });
    ASSERT_TRUE(card);
    EXPECT_EQ(card->code, entry->code);
    EXPECT_EQ(card->created_at, base::rfc3339(entry->created_at));
    const auto role = ask<wire::Role>([&](auto reply) {
      gateway_->may_join(*entry, base::UserId{7}, wire::Role::player, std::move(reply));
    });
    ASSERT_TRUE(role);
    EXPECT_EQ(*role, wire::Role::player);
    const auto report =
        ask<wire::RoomReport>([&](auto reply) { gateway_->room_report(*entry, std::move(reply)); });
    ASSERT_TRUE(report);
    EXPECT_EQ(report->summary.node, entry->node);
    EXPECT_EQ(report->summary.card.room, entry->room.text());
    EXPECT_EQ(report->state.phase, wire::RoomPhase::waiting);
    EXPECT_FALSE(report->match);
  }
  EXPECT_EQ(nodes.size(), 2U);
  const auto entry = make_room();
  ASSERT_TRUE(ask<void>(
      [&](auto reply) { gateway_->close_room(*entry, "Good night.", std::move(reply)); }));
  EXPECT_EQ(
      ask<wire::RoomReport>([&](auto reply) { gateway_->room_report(*entry, std::move(reply)); })
          .error()
          .code,
      ErrorCode::room_not_found);
}

TEST_F(ClusterGatewayTest, ErrorsComeBackAsTheyWere) {
  start_edge("edge-1", 1);
  api::NewRoom room;
  room.game = "chess";
  EXPECT_EQ(
      ask<state::RoomEntry>([&](auto reply) { gateway_->create_room(room, std::move(reply)); })
          .error()
          .code,
      ErrorCode::game_not_found);
  room.game = "suspect";
  room.settings.max_seats = 1'000;
  const auto refused =
      ask<state::RoomEntry>([&](auto reply) { gateway_->create_room(room, std::move(reply)); });
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_input);
  EXPECT_FALSE(refused.error().fields.empty());
}

TEST_F(ClusterGatewayTest, AnotherNodeIsTriedWhenOneIsAwayOrDrains) {
  TestEdge& gone = start_edge("edge-1", 1);
  start_edge("edge-2", 2);
  TestEdge& draining = start_edge("edge-3", 3);
  gone.stop_listening();
  draining.edge().set_draining(true);  // its heartbeat has not said so yet
  for (int i = 0; i < 10; ++i) {
    const auto entry = make_room();
    ASSERT_TRUE(entry) << entry.error().sentence();
    EXPECT_EQ(entry->node, "edge-2");
  }
  living_[1].load.draining = true;
  const ErrorCode last = make_room().error().code;  // what the one that was asked last said
  EXPECT_TRUE(last == ErrorCode::draining || last == ErrorCode::unavailable)
      << base::error_name(last);
  living_.clear();
  EXPECT_EQ(make_room().error().code, ErrorCode::unavailable);
}

TEST_F(ClusterGatewayTest, ANodeWithoutAPlaceMakesNoRooms) {
  TestEdge& edge = start_edge("edge-1", 1);
  ASSERT_TRUE(make_room());
  edge.edge().set_node_number(std::nullopt);
  EXPECT_EQ(make_room().error().code, ErrorCode::unavailable);
  edge.edge().set_node_number(9);
  const auto entry = make_room();
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->room.node(), 9);
}

TEST_F(ClusterGatewayTest, ListsGoFromNodeToNodeInPages) {
  for (std::uint16_t number : {3, 1, 2}) start_edge("edge-" + std::to_string(number), number);
  std::set<std::string> made;
  for (int i = 0; i < 17; ++i) made.insert(make_room()->room.text());
  for (const std::int32_t limit : {1, 4, 17, 100}) {
    std::vector<std::string> listed;
    api::RoomsAsked asked{"", base::RoomId{0}, limit};
    for (int pages = 0; pages < 30; ++pages) {
      const auto page =
          ask<api::RoomsPage>([&](auto reply) { gateway_->rooms(asked, std::move(reply)); });
      ASSERT_TRUE(page);
      EXPECT_LE(page->rooms.size(), static_cast<std::size_t>(limit));
      for (const auto& room : page->rooms) listed.push_back(room.card.room);
      if (!page->next) break;
      asked.after = *page->next;
    }
    EXPECT_EQ(std::set<std::string>(listed.begin(), listed.end()), made) << limit;
    EXPECT_EQ(listed.size(), made.size()) << limit;
    EXPECT_TRUE(std::is_sorted(listed.begin(), listed.end()));
  }
  const auto none = ask<api::RoomsPage>([&](auto reply) {
    gateway_->rooms({"brainwave", base::RoomId{0}, 10}, std::move(reply));
  });
  EXPECT_TRUE(none->rooms.empty());
}

TEST_F(ClusterGatewayTest, AnOperatorDrainsANode) {
  TestEdge& edge = start_edge("edge-1", 1);
  EXPECT_EQ(ask<void>([&](auto reply) { gateway_->drain_node("edge-9", true, std::move(reply)); })
                .error()
                .code,
            ErrorCode::node_not_found);
  ASSERT_TRUE(
      ask<void>([&](auto reply) { gateway_->drain_node("edge-1", true, std::move(reply)); }));
  EXPECT_TRUE(edge.edge().is_draining());
  EXPECT_EQ(make_room().error().code, ErrorCode::draining);
  ASSERT_TRUE(
      ask<void>([&](auto reply) { gateway_->drain_node("edge-1", false, std::move(reply)); }));
  EXPECT_TRUE(make_room());
  const auto nodes =
      ask<std::vector<wire::NodeReport>>([&](auto reply) { gateway_->nodes(std::move(reply)); });
  ASSERT_EQ(nodes->size(), 1U);
  EXPECT_EQ(nodes->front().name, "edge-1");
}

TEST_F(ClusterGatewayTest, AddressesOfTheOwnerOrOfAll) {
  start_edge("edge-1", 1);
  const auto entry = make_room();
  EXPECT_EQ(gateway_->ws_url(*entry, "play.example:8000"),
            "wss://edge.example/ws?game_id=" + entry->room.text());
  living_[0].ws_url = "wss://play.example/edge/edge-1/ws";
  EXPECT_EQ(gateway_->ws_url(*entry, "play.example:8000"),
            "wss://play.example/edge/edge-1/ws?game_id=" + entry->room.text());
}

TEST_F(ClusterGatewayTest, WithoutTheSecretNothingIsAnswered) {
  TestEdge& edge = start_edge("edge-1", 1);
  const auth::ClusterKey other = *auth::ClusterKey::from_secret(std::string(32, 'x'));
  ClusterGateway stranger(
      "", ClusterGateway::Ports{[this] { return living_; }, lobbies_, other, clock_, entropy_});
  api::NewRoom room;
  room.game = "suspect";
  EXPECT_EQ(ask<state::RoomEntry>([&](auto reply) { stranger.create_room(room, std::move(reply)); })
                .error()
                .code,
            ErrorCode::unavailable);

  http::Client client;
  const std::string body = R"({"draining":true})";
  const auto call = [&](std::string target, std::string sent, std::string_view about_body,
                        base::UnixMs when) {
    http::Call out{.host = "127.0.0.1", .port = edge.node().internal_port};
    out.method = http::Method::post;
    out.target = std::move(target);
    out.body = std::move(sent);
    out.headers.add("Content-Type", "application/json");
    out.headers.add("Whoosh-Cluster",
                    key_.make_pass(auth::call_text("POST", "/internal/drain", about_body), when));
    return ask<http::Response>([&](auto reply) { client.call(std::move(out), std::move(reply)); })
        ->status;
  };
  const base::UnixMs now = clock_.now();
  EXPECT_EQ(call("/internal/drain", R"({"draining":false})", body, now), 401);  // another body
  EXPECT_EQ(call("/internal/load", body, body, now), 401);                      // another call
  EXPECT_EQ(call("/internal/drain?x=1", body, body, now), 401);
  EXPECT_EQ(call("/internal/drain", body, body, now.plus_s(-60)), 401);  // too old
  EXPECT_EQ(call("/internal/drain", body, body, now.plus_s(60)), 401);
  EXPECT_FALSE(edge.edge().is_draining());
  EXPECT_EQ(call("/internal/drain", body, body, now), 204);
  EXPECT_TRUE(edge.edge().is_draining());
  EXPECT_EQ(call("/internal/drain", "{}", "{}", now), 422);
}

}  // namespace
}  // namespace whoosh::cluster
