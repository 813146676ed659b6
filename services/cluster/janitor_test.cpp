// Goal: a dead node's rooms leave the directory, a living one's never do, and an outage of state
// kills nobody. Method: the memory twins, real threads, short times.
#include "services/cluster/janitor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "state/memory/directory.h"
#include "state/memory/nodes.h"

namespace whoosh::cluster {
namespace {

// Living nodes as the test says.
class PretendedNodes final : public state::Nodes {
 public:
  void join(state::Node, state::Reply<state::Node> reply) override {
    reply(base::ErrorCode::unavailable);
  }
  void beat(std::string, std::string, state::NodeLoad, state::Reply<> reply) override { reply({}); }
  void leave(std::string, std::string, state::Reply<> reply) override { reply({}); }
  void living(state::Reply<std::vector<state::Node>> reply) override {
    const std::lock_guard lock(mutex_);
    ++asked;
    if (away_) return reply(base::ErrorCode::unavailable);
    reply(nodes_);
  }
  void set(const std::vector<std::pair<std::string, std::uint16_t>>& nodes) {
    const std::lock_guard lock(mutex_);
    nodes_.clear();
    for (const auto& [name, number] : nodes) {
      state::Node node;
      node.name = name;
      node.number = number;
      nodes_.push_back(node);
    }
  }
  void go_away(bool away) {
    const std::lock_guard lock(mutex_);
    away_ = away;
  }
  std::atomic<int> asked{0};

 private:
  std::mutex mutex_;
  std::vector<state::Node> nodes_;
  bool away_ = false;
};

class JanitorTest : public ::testing::Test {
 protected:
  std::unique_ptr<Janitor> start(const std::string& holder) {
    return std::make_unique<Janitor>(holder, Janitor::Ports{nodes_, directory_, leases_, clock_},
                                     Janitor::Times{20, 60, 10'000});
  }
  void claim(const std::string& node, std::uint16_t number, std::uint64_t random) {
    state::RoomEntry entry;
    entry.room = base::RoomId::make(number, base::ShardNo{0}, random);
    entry.node = node;
    entry.epoch = 1;
    entry.game = "suspect";
    std::promise<void> done;
    directory_.claim_room(entry, {mailbox_, [&](base::Result<state::RoomEntry> claimed) {
                                    EXPECT_TRUE(claimed);
                                    done.set_value();
                                  }});
    done.get_future().wait();
  }
  std::size_t rooms_of(const std::string& node) {
    std::promise<std::size_t> count;
    directory_.rooms(node, std::nullopt, 100,
                     {mailbox_, [&](base::Result<state::Directory::Page> page) {
                        count.set_value(page ? page->rooms.size() : 999);
                      }});
    return count.get_future().get();
  }
  template <class Condition>
  static bool eventually(Condition condition) {
    for (int i = 0; i < 3'000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  // The janitor looks `times` more often.
  bool looks(int times) {
    const int until = nodes_.asked + times;
    return eventually([&] { return nodes_.asked >= until; });
  }

  runtime::OsClock clock_;
  runtime::OsEntropy entropy_;
  runtime::LoopThread mailbox_;
  PretendedNodes nodes_;
  state::memory::Directory directory_{entropy_};
  state::memory::Leases leases_{clock_};
};

TEST_F(JanitorTest, OnlyADeadNodesRoomsAreReleased) {
  nodes_.set({{"edge-1", 1}, {"edge-2", 2}});
  for (std::uint64_t i = 1; i <= 3; ++i) {
    claim("edge-1", 1, i);
    claim("edge-2", 2, i);
  }
  const auto janitor = start("one");
  ASSERT_TRUE(looks(3));
  nodes_.set({{"edge-2", 2}});
  EXPECT_TRUE(eventually([&] { return rooms_of("edge-1") == 0; }));
  EXPECT_EQ(rooms_of("edge-2"), 3U);
}

TEST_F(JanitorTest, RoomsOfAnEarlierLifeGoAndThoseOfTheNewOneStay) {
  nodes_.set({{"edge-1", 7}});
  claim("edge-1", 1, 1);  // of a life that nobody saw end
  claim("edge-1", 7, 2);
  const auto janitor = start("one");
  EXPECT_TRUE(eventually([&] { return rooms_of("edge-1") == 1; }));
  ASSERT_TRUE(looks(6));
  EXPECT_EQ(rooms_of("edge-1"), 1U);
}

TEST_F(JanitorTest, AnOutageOfStateKillsNobody) {
  nodes_.set({{"edge-1", 1}, {"edge-2", 2}});
  claim("edge-1", 1, 1);
  const auto janitor = start("one");
  ASSERT_TRUE(looks(3));
  nodes_.go_away(true);
  ASSERT_TRUE(looks(6));
  nodes_.set(
      {{"edge-2", 2}});  // edge-1 could not beat either; its next heartbeat comes in a moment
  nodes_.go_away(false);
  ASSERT_TRUE(looks(2));
  nodes_.set({{"edge-1", 1}, {"edge-2", 2}});
  ASSERT_TRUE(looks(6));
  EXPECT_EQ(rooms_of("edge-1"), 1U);
}

TEST_F(JanitorTest, AnotherTakesOver) {
  nodes_.set({{"edge-1", 1}, {"edge-2", 2}});
  claim("edge-1", 1, 1);
  auto first = start("one");
  ASSERT_TRUE(looks(2));
  const auto second = start("two");
  first.reset();
  nodes_.set({{"edge-2", 2}});
  EXPECT_TRUE(eventually([&] { return rooms_of("edge-1") == 0; }));
}

}  // namespace
}  // namespace whoosh::cluster
