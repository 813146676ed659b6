// Goal: an edge makes rooms exactly while it has a place among the living. Method: a real edge, the
// memory twin of the nodes behind a switch.
#include "services/cluster/membership.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "services/cluster/test_edge.h"
#include "state/memory/nodes.h"

namespace whoosh::cluster {
namespace {

class FlakyNodes final : public state::Nodes {
 public:
  explicit FlakyNodes(const runtime::Clock& clock) : inner_(clock) {}
  void join(state::Node node, state::Reply<state::Node> reply) override {
    if (away) return reply(base::ErrorCode::unavailable);
    inner_.join(std::move(node), std::move(reply));
  }
  void beat(std::string name, std::string incarnation, state::NodeLoad load,
            state::Reply<> reply) override {
    if (away) return reply(base::ErrorCode::unavailable);
    if (evicts.exchange(false)) return reply(base::ErrorCode::conflict);
    inner_.beat(std::move(name), std::move(incarnation), load, std::move(reply));
  }
  void leave(std::string name, std::string incarnation, state::Reply<> reply) override {
    inner_.leave(std::move(name), std::move(incarnation), std::move(reply));
  }
  void living(state::Reply<std::vector<state::Node>> reply) override {
    inner_.living(std::move(reply));
  }
  std::atomic<bool> away{false};
  std::atomic<bool> evicts{false};

 private:
  state::memory::Nodes inner_;
};

class MembershipTest : public ::testing::Test {
 protected:
  template <class Condition>
  static bool eventually(Condition condition) {
    for (int i = 0; i < 3'000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  std::unique_ptr<Membership> join(TestEdge& edge) {
    return std::make_unique<Membership>(
        edge.node(), Membership::Ports{nodes_, edge.edge(), world_.clock, world_.entropy});
  }
  base::Result<state::RoomEntry> make_room(TestEdge& edge) {
    std::promise<base::Result<state::RoomEntry>> answer;
    api::NewRoom room;
    room.game = "suspect";
    edge.edge().create_room(room, {mailbox_, [&](base::Result<state::RoomEntry> made) {
                                     answer.set_value(std::move(made));
                                   }});
    return answer.get_future().get();
  }
  std::size_t living() {
    std::promise<std::size_t> count;
    nodes_.living({mailbox_, [&](base::Result<std::vector<state::Node>> nodes) {
                     count.set_value(nodes ? nodes->size() : 0);
                   }});
    return count.get_future().get();
  }

  TestWorld world_;
  runtime::LoopThread mailbox_;
  const auth::ClusterKey key_ = *auth::ClusterKey::from_secret(std::string(32, 's'));
  FlakyNodes nodes_{world_.clock};
};

TEST_F(MembershipTest, RoomsFromJoiningToLeaving) {
  TestEdge edge("edge-1", std::nullopt, key_, world_);
  EXPECT_EQ(make_room(edge).error().code, base::ErrorCode::unavailable);
  nodes_.away = true;
  const auto membership = join(edge);
  EXPECT_NE(membership->standing(), "ok");
  nodes_.away = false;
  ASSERT_TRUE(eventually([&] { return membership->standing() == "ok"; }));
  const auto made = make_room(edge);
  ASSERT_TRUE(made);
  EXPECT_GE(made->room.node(), 1);
  EXPECT_EQ(living(), 1U);
  membership->leave();
  EXPECT_EQ(living(), 0U);
  EXPECT_EQ(make_room(edge).error().code, base::ErrorCode::unavailable);
  EXPECT_NE(membership->standing(), "ok");
}

TEST_F(MembershipTest, WhoWasTakenForDeadComesBackAsAnother) {
  TestEdge edge("edge-1", std::nullopt, key_, world_);
  const auto membership = join(edge);
  ASSERT_TRUE(eventually([&] { return make_room(edge).has_value(); }));
  const auto first = make_room(edge);
  ASSERT_TRUE(first);
  nodes_.evicts = true;
  ASSERT_TRUE(eventually([&] {
    const auto next = make_room(edge);
    return next && next->room.node() != first->room.node();
  }));
  EXPECT_EQ(living(), 1U);
}

TEST_F(MembershipTest, ANameThatIsTakenIsSaid) {
  TestEdge first("edge-1", std::nullopt, key_, world_);
  TestEdge second("edge-1", std::nullopt, key_, world_);
  auto one = join(first);
  ASSERT_TRUE(eventually([&] { return one->standing() == "ok"; }));
  const auto two = join(second);
  ASSERT_TRUE(eventually(
      [&] { return two->standing().find("another node has this name") != std::string::npos; }));
  EXPECT_FALSE(make_room(second));
  one.reset();
  EXPECT_TRUE(eventually([&] { return two->standing() == "ok"; }));
}

}  // namespace
}  // namespace whoosh::cluster
