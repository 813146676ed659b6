// Goal: the book follows who lives, and keeps what it knows while state is away. Method: pretended
// nodes, real time in small pieces.
#include "state/node_book.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace whoosh::state {
namespace {

class PretendedNodes final : public Nodes {
 public:
  void join(Node, Reply<Node> reply) override { reply(base::ErrorCode::unavailable); }
  void beat(std::string, std::string, NodeLoad, Reply<> reply) override { reply({}); }
  void leave(std::string, std::string, Reply<> reply) override { reply({}); }
  void living(Reply<std::vector<Node>> reply) override {
    const std::lock_guard lock(mutex_);
    if (away_) return reply(base::ErrorCode::unavailable);
    reply(nodes_);
  }

  void set(std::vector<Node> nodes) {
    const std::lock_guard lock(mutex_);
    nodes_ = std::move(nodes);
  }
  void go_away(bool away) {
    const std::lock_guard lock(mutex_);
    away_ = away;
  }

 private:
  std::mutex mutex_;
  std::vector<Node> nodes_;
  bool away_ = false;
};

Node node(const std::string& name, std::uint16_t number) {
  Node out;
  out.name = name;
  out.number = number;
  return out;
}

template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 2'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return false;
}

TEST(NodeBook, FollowsWhoLives) {
  PretendedNodes nodes;
  runtime::OsClock clock;
  nodes.set({node("edge-2", 2), node("edge-1", 1)});
  NodeBook book(nodes, clock, 2);
  ASSERT_TRUE(eventually([&] { return book.living()->size() == 2; }));
  EXPECT_EQ(book.living()->front().name, "edge-1");
  EXPECT_EQ(book.by_name("edge-2")->number, 2);
  EXPECT_EQ(book.by_number(1)->name, "edge-1");
  EXPECT_FALSE(book.by_name("edge-3"));
  EXPECT_FALSE(book.by_number(3));
  nodes.set({node("edge-3", 3)});
  EXPECT_TRUE(eventually([&] { return book.by_number(3) && !book.by_number(1); }));
}

TEST(NodeBook, KeepsWhatItKnowsWhileStateIsAway) {
  PretendedNodes nodes;
  runtime::OsClock clock;
  nodes.go_away(true);
  NodeBook book(nodes, clock, 2);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(book.age_ms());
  EXPECT_TRUE(book.living()->empty());
  nodes.set({node("edge-1", 1)});
  nodes.go_away(false);
  ASSERT_TRUE(eventually([&] { return book.by_number(1).has_value(); }));
  nodes.go_away(true);
  ASSERT_TRUE(eventually([&] { return *book.age_ms() > 20; }));
  EXPECT_TRUE(book.by_number(1));
  nodes.go_away(false);
  EXPECT_TRUE(eventually([&] { return *book.age_ms() < 20; }));
}

}  // namespace
}  // namespace whoosh::state
