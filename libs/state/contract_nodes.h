// The contract of nodes, leases, lobbies and revocations; see state/contract.h.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "state/contract_base.h"
#include "state/nodes.h"

namespace whoosh::state::contract {

// ---- nodes -------------------------------------------------------------------------------------

template <class Rig>
class NodesContract : public Base<Rig> {
 protected:
  static Node node(const std::string& name, const std::string& incarnation = "a") {
    Node node;
    node.name = name;
    node.incarnation = incarnation;
    node.internal_host = "10.0.0.1";
    node.internal_port = 9100;
    return node;
  }
  Slot<Node> join(const Node& node) {
    return this->template ask<Node>(
        [&](auto reply) { this->rig_.nodes().join(node, std::move(reply)); });
  }
  Slot<void> beat(const std::string& name, const std::string& incarnation, NodeLoad load = {}) {
    return this->template ask<void>(
        [&](auto reply) { this->rig_.nodes().beat(name, incarnation, load, std::move(reply)); });
  }
  Slot<void> leave(const std::string& name, const std::string& incarnation) {
    return this->template ask<void>(
        [&](auto reply) { this->rig_.nodes().leave(name, incarnation, std::move(reply)); });
  }
  std::vector<Node> living() {
    const auto read = this->template ask<std::vector<Node>>(
        [&](auto reply) { this->rig_.nodes().living(std::move(reply)); });
    EXPECT_TRUE(read.ok());
    return read.ok() ? **read.answer : std::vector<Node>{};
  }
  std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const Node& one : living()) names.push_back(one.name);
    return names;
  }
  void later(std::int64_t ms) { this->rig_.clock().advance_ms(ms); }
};
TYPED_TEST_SUITE_P(NodesContract);

using Names = std::vector<std::string>;

TYPED_TEST_P(NodesContract, LivingNodesHaveDifferentNumbers) {
  std::set<std::uint16_t> numbers;
  for (int i = 0; i < 20; ++i) {
    const auto joined = this->join(this->node("edge-" + std::to_string(10 + i)));
    ASSERT_TRUE(joined.ok());
    const std::uint16_t number = (**joined.answer).number;
    EXPECT_GE(number, 1);
    EXPECT_LE(number, node_numbers_max);
    EXPECT_TRUE(numbers.insert(number).second);
  }
  const Names names = this->names();
  EXPECT_EQ(names.size(), 20U);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TYPED_TEST_P(NodesContract, WhatANodeSaysOfItselfIsRead) {
  Node node = this->node("edge-1", "x y\"z");
  node.ws_url = "wss://edge-1.example.org/ws";
  node.internal_host = "fd00::1";
  node.edge_port = 65'535;
  node.version = "0.1.0";
  node.started_at = {1'699'999'999'123};
  node.load = {7, 40, 1000, 3, false};
  ASSERT_TRUE(this->join(node).ok());
  this->later(500);
  ASSERT_TRUE(this->beat("edge-1", "x y\"z", {8, 41, 999, 12, true, true}).ok());
  const auto living = this->living();
  ASSERT_EQ(living.size(), 1U);
  const Node& read = living[0];
  EXPECT_EQ(read.name, node.name);
  EXPECT_EQ(read.incarnation, node.incarnation);
  EXPECT_EQ(read.ws_url, node.ws_url);
  EXPECT_EQ(read.internal_host, node.internal_host);
  EXPECT_EQ(read.internal_port, node.internal_port);
  EXPECT_EQ(read.edge_port, node.edge_port);
  EXPECT_EQ(read.version, node.version);
  EXPECT_EQ(read.started_at, node.started_at);
  EXPECT_EQ(read.seen_at, this->now());
  EXPECT_EQ(read.load.rooms, 8);
  EXPECT_EQ(read.load.players, 41);
  EXPECT_EQ(read.load.players_max, 999);
  EXPECT_EQ(read.load.lateness_ms, 12);
  EXPECT_TRUE(read.load.draining);
  EXPECT_TRUE(read.load.full);
}

TYPED_TEST_P(NodesContract, ASecondNodeOfTheSameNameIsRefusedUntilTheFirstIsDead) {
  const std::uint16_t first = (**this->join(this->node("edge-1", "a")).answer).number;
  EXPECT_EQ(this->join(this->node("edge-1", "b")).error(), ErrorCode::conflict);
  EXPECT_EQ((**this->join(this->node("edge-1", "a")).answer).number, first);  // itself, again
  this->later(node_dead_ms - 1);
  EXPECT_EQ(this->join(this->node("edge-1", "b")).error(), ErrorCode::conflict);
  this->later(2);
  const auto second = this->join(this->node("edge-1", "b"));
  ASSERT_TRUE(second.ok());
  EXPECT_NE((**second.answer).number, first);  // what the first left can be told apart
  EXPECT_EQ(this->beat("edge-1", "a").error(), ErrorCode::conflict);
  EXPECT_TRUE(this->beat("edge-1", "b").ok());
}

TYPED_TEST_P(NodesContract, ANodeLivesAsLongAsItBeats) {
  ASSERT_TRUE(this->join(this->node("edge-1")).ok());
  ASSERT_TRUE(this->join(this->node("edge-2")).ok());
  for (int i = 0; i < 5; ++i) {
    this->later(heartbeat_ms);
    ASSERT_TRUE(this->beat("edge-1", "a").ok());
  }
  EXPECT_EQ(this->names(), Names{"edge-1"});
  EXPECT_EQ(this->beat("edge-2", "a").error(), ErrorCode::conflict);
  EXPECT_EQ(this->beat("edge-3", "a").error(), ErrorCode::conflict);
}

TYPED_TEST_P(NodesContract, WhoLeavesIsGoneAtOnce) {
  ASSERT_TRUE(this->join(this->node("edge-1", "a")).ok());
  EXPECT_TRUE(this->leave("edge-1", "b").ok());
  EXPECT_EQ(this->names(), Names{"edge-1"});
  EXPECT_TRUE(this->leave("edge-1", "a").ok());
  EXPECT_TRUE(this->leave("edge-1", "a").ok());
  EXPECT_TRUE(this->names().empty());
  EXPECT_TRUE(this->join(this->node("edge-1", "b")).ok());
}

TYPED_TEST_P(NodesContract, AnIncarnationThatComesBackHasItsNumberAgain) {
  Node first = **this->join(this->node("edge-1", "a")).answer;
  this->later(node_dead_ms + 1);
  EXPECT_TRUE(this->names().empty());
  const Node other = **this->join(this->node("edge-2", "b")).answer;
  EXPECT_NE(other.number, first.number);
  Node thief = this->node("edge-3", "c");
  thief.number = first.number;  // not its own
  EXPECT_NE((**this->join(thief).answer).number, first.number);
  const std::uint16_t number = first.number;
  const auto back = this->join(first);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ((**back.answer).number, number);
  EXPECT_TRUE(this->beat("edge-1", "a").ok());
}

// As after state has lost all it knew: whoever says that he had a number has it.
TYPED_TEST_P(NodesContract, ANumberThatNobodyHadIsGivenToWhoNamesIt) {
  Node node = this->node("edge-1", "a");
  node.number = 4'000;
  EXPECT_EQ((**this->join(node).answer).number, 4'000);
  Node same = this->node("edge-2", "b");
  same.number = 4'000;
  const std::uint16_t other = (**this->join(same).answer).number;
  EXPECT_NE(other, 4'000);
  for (const std::uint16_t beyond : {node_numbers_max + 1, 65'535}) {
    Node wrong = this->node("edge-" + std::to_string(beyond), "c");
    wrong.number = beyond;
    const std::uint16_t given = (**this->join(wrong).answer).number;
    EXPECT_GE(given, 1);
    EXPECT_LE(given, node_numbers_max);
  }
}

// Its number was another's meanwhile, who died, too: what that one left must not become its.
TYPED_TEST_P(NodesContract, ANumberThatAnotherHadSinceIsNotGivenBack) {
  const int anchor = (**this->join(this->node("anchor", "x")).answer).number;
  Node first = this->node("edge-1", "a");
  first.number = static_cast<std::uint16_t>((anchor + 1) % node_numbers_max + 1);
  ASSERT_EQ((**this->join(first).answer).number, first.number);
  this->later(node_dead_ms + 1);
  std::uint16_t number = 0;
  for (const char* name : {"edge-2", "edge-3"}) {  // numbers go round from the anchor's
    number = (**this->join(this->node(name, name)).answer).number;
    ASSERT_TRUE(this->leave(name, name).ok());
  }
  ASSERT_EQ(number, first.number);
  EXPECT_NE((**this->join(first).answer).number, first.number);
}

REGISTER_TYPED_TEST_SUITE_P(NodesContract, LivingNodesHaveDifferentNumbers,
                            WhatANodeSaysOfItselfIsRead,
                            ASecondNodeOfTheSameNameIsRefusedUntilTheFirstIsDead,
                            ANodeLivesAsLongAsItBeats, WhoLeavesIsGoneAtOnce,
                            AnIncarnationThatComesBackHasItsNumberAgain,
                            ANumberThatNobodyHadIsGivenToWhoNamesIt,
                            ANumberThatAnotherHadSinceIsNotGivenBack);

// ---- leases ------------------------------------------------------------------------------------

template <class Rig>
class LeasesContract : public Base<Rig> {
 protected:
  Lease hold(const std::string& name, const std::string& holder, std::int64_t ttl_ms = 3'000) {
    const auto held = this->template ask<Lease>(
        [&](auto reply) { this->rig_.leases().hold(name, holder, ttl_ms, std::move(reply)); });
    EXPECT_TRUE(held.ok());
    return held.ok() ? **held.answer : Lease{};
  }
  bool release(const std::string& name, const std::string& holder) {
    return this
        ->template ask<void>(
            [&](auto reply) { this->rig_.leases().release(name, holder, std::move(reply)); })
        .ok();
  }
  void later(std::int64_t ms) { this->rig_.clock().advance_ms(ms); }
};
TYPED_TEST_SUITE_P(LeasesContract);

TYPED_TEST_P(LeasesContract, OneHolderAtATime) {
  const Lease one = this->hold("queue", "one");
  EXPECT_TRUE(one.held);
  EXPECT_EQ(one.holder, "one");
  EXPECT_GE(one.epoch, 1U);
  const Lease two = this->hold("queue", "two");
  EXPECT_FALSE(two.held);
  EXPECT_EQ(two.holder, "one");
  EXPECT_EQ(two.epoch, one.epoch);
  EXPECT_TRUE(this->hold("another", "two").held);
}

TYPED_TEST_P(LeasesContract, WhoProlongsKeepsItAndItsEpoch) {
  const std::uint64_t epoch = this->hold("queue", "one").epoch;
  for (int i = 0; i < 5; ++i) {
    this->later(2'000);
    const Lease again = this->hold("queue", "one");
    EXPECT_TRUE(again.held);
    EXPECT_EQ(again.epoch, epoch);
  }
  this->later(2'999);
  EXPECT_FALSE(this->hold("queue", "two").held);
}

TYPED_TEST_P(LeasesContract, OneThatRanOutGoesToTheNextWithANewEpoch) {
  const std::uint64_t epoch = this->hold("queue", "one").epoch;
  this->later(3'000);
  const Lease two = this->hold("queue", "two");
  EXPECT_TRUE(two.held);
  EXPECT_GT(two.epoch, epoch);
  EXPECT_FALSE(this->hold("queue", "one").held);
  this->later(3'000);
  const Lease back = this->hold("queue", "one");
  EXPECT_TRUE(back.held);
  EXPECT_GT(back.epoch, two.epoch);
  this->later(3'000);
  EXPECT_GT(this->hold("queue", "one").epoch, back.epoch);  // it was anybody's for a moment
}

TYPED_TEST_P(LeasesContract, AReleasedOneIsFreeAtOnce) {
  const std::uint64_t epoch = this->hold("queue", "one").epoch;
  EXPECT_TRUE(this->release("queue", "two"));
  EXPECT_FALSE(this->hold("queue", "two").held);
  EXPECT_TRUE(this->release("queue", "one"));
  EXPECT_TRUE(this->release("queue", "one"));
  const Lease two = this->hold("queue", "two");
  EXPECT_TRUE(two.held);
  EXPECT_GT(two.epoch, epoch);
}

REGISTER_TYPED_TEST_SUITE_P(LeasesContract, OneHolderAtATime, WhoProlongsKeepsItAndItsEpoch,
                            OneThatRanOutGoesToTheNextWithANewEpoch, AReleasedOneIsFreeAtOnce);

// ---- lobby connections -------------------------------------------------------------------------

template <class Rig>
class LobbiesContract : public Base<Rig> {
 protected:
  std::string enter(std::int64_t user, const std::string& node) {
    const auto entered = this->template ask<std::string>(
        [&](auto reply) { this->rig_.lobbies().enter(UserId{user}, node, std::move(reply)); });
    EXPECT_TRUE(entered.ok());
    return entered.ok() ? **entered.answer : "error";
  }
  bool leave(std::int64_t user, const std::string& node) {
    return this
        ->template ask<void>(
            [&](auto reply) { this->rig_.lobbies().leave(UserId{user}, node, std::move(reply)); })
        .ok();
  }
  std::string find(std::int64_t user) {
    const auto found = this->template ask<std::string>(
        [&](auto reply) { this->rig_.lobbies().find(UserId{user}, std::move(reply)); });
    EXPECT_TRUE(found.ok());
    return found.ok() ? **found.answer : "error";
  }
  void later(std::int64_t ms) { this->rig_.clock().advance_ms(ms); }
};
TYPED_TEST_SUITE_P(LobbiesContract);

TYPED_TEST_P(LobbiesContract, TheLatestConnectionCounts) {
  EXPECT_EQ(this->find(1), "");
  EXPECT_EQ(this->enter(1, "edge-1"), "");
  EXPECT_EQ(this->enter(1, "edge-1"), "");
  EXPECT_EQ(this->enter(1, "edge-2"), "edge-1");
  EXPECT_EQ(this->find(1), "edge-2");
  EXPECT_EQ(this->find(2), "");
}

TYPED_TEST_P(LobbiesContract, LeavingForgetsOnlyWhatIsStillThere) {
  this->enter(1, "edge-1");
  this->enter(1, "edge-2");
  EXPECT_TRUE(this->leave(1, "edge-1"));
  EXPECT_EQ(this->find(1), "edge-2");
  EXPECT_TRUE(this->leave(1, "edge-2"));
  EXPECT_TRUE(this->leave(1, "edge-2"));
  EXPECT_EQ(this->find(1), "");
}

TYPED_TEST_P(LobbiesContract, TheyAreForgottenUnlessProlonged) {
  this->enter(1, "edge-1");
  this->enter(2, "edge-1");
  this->later(lobby_lifetime_ms - 1);
  this->enter(2, "edge-1");
  EXPECT_EQ(this->find(1), "edge-1");
  this->later(1);
  EXPECT_EQ(this->find(1), "");
  EXPECT_EQ(this->find(2), "edge-1");
  EXPECT_EQ(this->enter(1, "edge-2"), "");
}

REGISTER_TYPED_TEST_SUITE_P(LobbiesContract, TheLatestConnectionCounts,
                            LeavingForgetsOnlyWhatIsStillThere, TheyAreForgottenUnlessProlonged);

// ---- revocations -------------------------------------------------------------------------------

template <class Rig>
class RevocationsContract : public Base<Rig> {
 protected:
  Revoked revoked(std::int64_t user, std::int64_t seconds = 900) {
    return {UserId{user}, "family {" + std::to_string(user) + "}", user % 2 == 0, this->now(),
            this->now().plus_s(seconds)};
  }
  void publish(std::vector<Revoked> revoked) {
    EXPECT_TRUE(this->template ask<void>([&](auto reply) {
                      this->rig_.revocations().publish(std::move(revoked), std::move(reply));
                    })
                    .ok());
  }
  // In the order of users: nobody promises another.
  Revocations::News since(const std::string& cursor) {
    const auto read = this->template ask<Revocations::News>(
        [&](auto reply) { this->rig_.revocations().since(cursor, std::move(reply)); });
    EXPECT_TRUE(read.ok());
    Revocations::News news = read.ok() ? **read.answer : Revocations::News{};
    std::sort(news.revoked.begin(), news.revoked.end(),
              [](const Revoked& a, const Revoked& b) { return a.user < b.user; });
    return news;
  }
};
TYPED_TEST_SUITE_P(RevocationsContract);

TYPED_TEST_P(RevocationsContract, ArriveOnceWithACursor) {
  const auto nothing = this->since("");
  EXPECT_TRUE(nothing.revoked.empty());
  const Revoked one = this->revoked(1);
  Revoked all_of_two = this->revoked(2);
  all_of_two.family.clear();
  this->publish({one, all_of_two});
  const auto news = this->since(nothing.cursor);
  EXPECT_EQ(news.revoked, (std::vector<Revoked>{one, all_of_two}));
  EXPECT_TRUE(this->since(news.cursor).revoked.empty());
  const Revoked three = this->revoked(3);
  this->publish({three});
  this->publish({});
  const auto later = this->since(news.cursor);
  EXPECT_EQ(later.revoked, std::vector<Revoked>{three});
  EXPECT_TRUE(this->since(later.cursor).revoked.empty());
  EXPECT_EQ(this->since("").revoked.size(), 3U);
}

TYPED_TEST_P(RevocationsContract, TheSameOneAgainDoesNoHarm) {
  const Revoked one = this->revoked(1);
  this->publish({one, one});
  this->publish({one});
  const auto news = this->since("");
  ASSERT_FALSE(news.revoked.empty());
  for (const Revoked& each : news.revoked) EXPECT_EQ(each, one);
}

TYPED_TEST_P(RevocationsContract, WhatIsOverIsForgotten) {
  const Revoked brief = this->revoked(1, 60);
  const Revoked longer = this->revoked(2, 900);
  this->publish({longer, brief});
  this->rig_.clock().advance_ms(60'001);
  EXPECT_EQ(this->since("").revoked, std::vector<Revoked>{longer});
  this->publish({this->revoked(3, 900)});
  EXPECT_EQ(this->since("").revoked.size(), 2U);
}

TYPED_TEST_P(RevocationsContract, AForeignCursorGetsEverything) {
  const Revoked one = this->revoked(1);
  this->publish({one});
  for (const char* cursor : {"x", "99999999", "17-", "-1", "0123456789abcdef-99999999"}) {
    EXPECT_EQ(this->since(cursor).revoked, std::vector<Revoked>{one}) << cursor;
  }
}

TYPED_TEST_P(RevocationsContract, ManyAtOnce) {
  std::vector<Revoked> many;
  for (std::int64_t user = 1; user <= 2'500; ++user) many.push_back(this->revoked(user));
  this->publish(many);
  EXPECT_EQ(this->since("").revoked, many);
}

REGISTER_TYPED_TEST_SUITE_P(RevocationsContract, ArriveOnceWithACursor, TheSameOneAgainDoesNoHarm,
                            WhatIsOverIsForgotten, AForeignCursorGetsEverything, ManyAtOnce);

}  // namespace whoosh::state::contract
