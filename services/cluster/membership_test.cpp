// Goal: an edge makes rooms exactly while it has a place among the living. Method: a real edge, the
// memory twin of the nodes behind a switch.
#include "services/cluster/membership.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "services/cluster/test_edge.h"
#include "state/memory/nodes.h"

namespace whoosh::cluster {
namespace {

class FlakyNodes final : public state::Nodes {
 public:
  explicit FlakyNodes(const runtime::Clock& clock) : clock_(clock) { restart(); }
  void join(state::Node node, state::Reply<state::Node> reply) override {
    if (away) return reply(base::ErrorCode::unavailable);
    inner().join(std::move(node), std::move(reply));
  }
  void beat(std::string name, std::string incarnation, state::NodeLoad load,
            state::Reply<> reply) override {
    if (away) return reply(base::ErrorCode::unavailable);
    inner().beat(std::move(name), std::move(incarnation), load, std::move(reply));
  }
  void leave(std::string name, std::string incarnation, state::Reply<> reply) override {
    inner().leave(std::move(name), std::move(incarnation), std::move(reply));
  }
  void living(state::Reply<std::vector<state::Node>> reply) override {
    inner().living(std::move(reply));
  }
  // Empty, as Redis without persistence.
  void restart() {
    const std::lock_guard lock(mutex_);
    inner_ = std::make_shared<state::memory::Nodes>(clock_);
  }
  // Not away, for whoever calls it.
  state::memory::Nodes& inner() {
    const std::lock_guard lock(mutex_);
    kept_.push_back(inner_);  // a call may be under way in an older one
    return *inner_;
  }

  std::atomic<bool> away{false};

 private:
  const runtime::Clock& clock_;
  std::mutex mutex_;
  std::shared_ptr<state::memory::Nodes> inner_;
  std::vector<std::shared_ptr<state::memory::Nodes>> kept_;
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
  template <class T, class Ask>
  base::Result<T> ask(Ask ask) {
    auto answer = std::make_shared<std::promise<base::Result<T>>>();
    auto answered = answer->get_future();
    ask(runtime::Reply<T>(
        mailbox_, [answer](base::Result<T> result) { answer->set_value(std::move(result)); }));
    return answered.get();
  }
  base::Result<state::RoomEntry> find(const std::string& code) {
    return ask<state::RoomEntry>(
        [&](auto reply) { world_.directory.find_code(code, std::move(reply)); });
  }
  void claim(const state::RoomEntry& room) {
    EXPECT_TRUE(ask<state::RoomEntry>(
        [&](auto reply) { world_.directory.claim_room(room, std::move(reply)); }));
  }
  void release(const state::RoomEntry& room) {
    EXPECT_TRUE(ask<void>([&](auto reply) {
      world_.directory.release_room(room.room, room.epoch, std::move(reply));
    }));
  }
  bool has_room(TestEdge& edge, const state::RoomEntry& room) {
    return ask<wire::RoomCard>([&](auto reply) { edge.edge().room_card(room, std::move(reply)); })
        .has_value();
  }
  void enter(const state::Node& node) {
    EXPECT_TRUE(ask<state::Node>([&](auto reply) {
                  nodes_.inner().join(node, std::move(reply));
                }).has_value());
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

TEST_F(MembershipTest, WhoWasForgottenComesBackWithHisNumberAndHisRoomsTheirCodes) {
  TestEdge edge("edge-1", std::nullopt, key_, world_);
  const auto membership = join(edge);
  ASSERT_TRUE(eventually([&] { return make_room(edge).has_value(); }));
  std::vector<state::RoomEntry> rooms;
  for (int i = 0; i < 100; ++i) rooms.push_back(*make_room(edge));
  for (const state::RoomEntry& room : rooms) release(room);
  EXPECT_FALSE(find(rooms[0].code));
  nodes_.restart();
  for (const state::RoomEntry& room : rooms) {
    ASSERT_TRUE(eventually([&] {
      const auto found = find(room.code);
      return found && found->room == room.room && found->node == "edge-1";
    }));
  }
  EXPECT_EQ(make_room(edge)->room.node(), rooms[0].room.node());
  EXPECT_EQ(living(), 1U);
}

// What was claimed for a newer life lives there, and nowhere else.
TEST_F(MembershipTest, ARoomWhoseNewerLifeIsElsewhereIsClosedHere) {
  TestEdge edge("edge-1", std::nullopt, key_, world_);
  const auto membership = join(edge);
  ASSERT_TRUE(eventually([&] { return make_room(edge).has_value(); }));
  const state::RoomEntry mine = *make_room(edge);
  state::RoomEntry moved = mine;
  moved.epoch = 2;
  moved.node = "edge-2";
  claim(moved);
  nodes_.restart();
  EXPECT_TRUE(eventually([&] { return !has_room(edge, mine); }));
  EXPECT_EQ(find(mine.code)->node, "edge-2");
}

TEST_F(MembershipTest, WhoseNumberIsTakenComesBackWithAnother) {
  TestEdge edge("edge-1", std::nullopt, key_, world_);
  const auto membership = join(edge);
  ASSERT_TRUE(eventually([&] { return make_room(edge).has_value(); }));
  const state::RoomEntry first = *make_room(edge);
  nodes_.away = true;
  nodes_.restart();
  state::Node thief = edge.node();
  thief.name = "edge-2";
  thief.incarnation = "another";
  thief.number = first.room.node();
  enter(thief);
  nodes_.away = false;
  ASSERT_TRUE(eventually([&] {
    const auto next = make_room(edge);
    return next && next->room.node() != first.room.node();
  }));
  EXPECT_TRUE(has_room(edge, first));  // played to its end
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
