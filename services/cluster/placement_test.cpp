// Goal: rooms spread evenly over the nodes, whoever is draining, late or full gets none or fewer.
// Method: a simulation in which several choosers see loads that are a heartbeat old.
#include "services/cluster/placement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <numeric>

namespace whoosh::cluster {
namespace {

std::vector<state::Node> nodes(std::size_t count) {
  std::vector<state::Node> out;
  for (std::size_t i = 0; i < count; ++i) {
    state::Node node;
    node.name = "edge-" + std::to_string(i + 1);
    node.load.players_max = 10'000;
    out.push_back(node);
  }
  return out;
}

TEST(Burden, GrowsWithPlayersLatenessAndRoomsOnTheirWay) {
  const state::NodeLoad idle{.players_max = 1'000};
  EXPECT_EQ(burden(idle, 0), 0);
  EXPECT_LT(burden(idle, 0), burden(idle, 1));
  EXPECT_LT(burden({.players = 10, .players_max = 1'000}, 0),
            burden({.players = 11, .players_max = 1'000}, 0));
  EXPECT_LT(burden({.players = 100, .players_max = 1'000}, 0),
            burden({.players = 100, .players_max = 500}, 0));
  EXPECT_GE(burden({.players_max = 1'000, .lateness_ms = lateness_full_ms}, 0), 1);
  EXPECT_GE(burden({.players_max = 0}, 1), 1);  // a node that says nothing of its size
}

TEST(Placement, OnlyNodesThatTakeRooms) {
  Placement placement;
  base::Rng rng(1);
  EXPECT_EQ(placement.choose({}, {}, rng), nullptr);
  auto living = nodes(3);
  living[0].load.draining = true;
  const std::vector<std::string> without{"edge-2"};
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(placement.choose(living, without, rng), &living[2]);
  }
  living[2].load.draining = true;
  EXPECT_EQ(placement.choose(living, without, rng), nullptr);
}

TEST(Placement, AFullNodeGetsNothing) {
  Placement placement;
  base::Rng rng(1);
  auto living = nodes(2);
  living[1].load.full = true;
  for (int i = 0; i < 100; ++i) ASSERT_EQ(placement.choose(living, {}, rng), &living[0]);
  living[0].load.full = true;
  EXPECT_EQ(placement.choose(living, {}, rng), nullptr);
}

TEST(Placement, ALateNodeGetsNothingWhileAnotherIsThere) {
  Placement placement;
  base::Rng rng(1);
  auto living = nodes(2);
  living[0].load.lateness_ms = 500;
  for (int i = 0; i < 100; ++i) {
    const state::Node* chosen = placement.choose(living, {}, rng);
    ASSERT_EQ(chosen, &living[1]);
    placement.placed(*chosen);
  }
}

// Three API processes place 40 rooms a second each; a room lasts 300 s and has 8 players; loads are
// told once a second.
TEST(Placement, BalancesOnNumbersThatAreASecondOld) {
  constexpr std::size_t count = 10;
  auto living = nodes(count);
  std::vector<Placement> choosers(3);
  base::Rng rng(7);
  std::vector<std::int32_t> rooms(count, 0);
  std::deque<std::pair<int, std::size_t>> ends;
  for (int second = 0; second < 900; ++second) {
    while (!ends.empty() && ends.front().first <= second) {
      --rooms[ends.front().second];
      ends.pop_front();
    }
    for (std::size_t i = 0; i < count; ++i) {
      living[i].load.players = rooms[i] * players_expected;
      living[i].seen_at = {second * 1000};
    }
    for (int room = 0; room < 40; ++room) {
      for (Placement& chooser : choosers) {
        const state::Node* chosen = chooser.choose(living, {}, rng);
        ASSERT_NE(chosen, nullptr);
        chooser.placed(*chosen);
        const auto index = static_cast<std::size_t>(chosen - living.data());
        ++rooms[index];
        ends.emplace_back(second + 300, index);
      }
    }
  }
  const auto [least, most] = std::minmax_element(rooms.begin(), rooms.end());
  const double mean = std::accumulate(rooms.begin(), rooms.end(), 0) / double{count};
  EXPECT_LT(*most, 1.02 * mean) << *least << " … " << *most;
  EXPECT_GT(*least, 0.98 * mean) << *least << " … " << *most;
}

// A node that joins late fills up, without being given everything at once.
TEST(Placement, ANewNodeIsNotFlooded) {
  auto living = nodes(4);
  for (std::size_t i = 0; i < 3; ++i) living[i].load.players = 5'000;
  Placement placement;
  base::Rng rng(3);
  int fresh = 0;
  for (int i = 0; i < 1'000; ++i) {
    const state::Node* chosen = placement.choose(living, {}, rng);
    placement.placed(*chosen);
    if (chosen == &living[3]) ++fresh;
  }
  EXPECT_GT(fresh, 400);  // half of all draws meet it
  EXPECT_LT(fresh, 600);
}

}  // namespace
}  // namespace whoosh::cluster
