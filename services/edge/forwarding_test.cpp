// Goal: players of one room meet in it whichever edge they reach, an owner believes only who may
// speak for a client, and nothing goes round in circles. Method: two edges over real sockets that
// share a directory; the room is on the first.
#include "services/edge/forwarding.h"

#include <gtest/gtest.h>

#include "services/edge/edge_test_support.h"

namespace whoosh::edge {
namespace {

const auth::ClusterKey key =
    *auth::ClusterKey::from_secret("a secret of the tests, thirty-two or more");

class Forwarded : public net::OnBothEngines {
 protected:
  void SetUp() override {
    OnBothEngines::SetUp();
    if (IsSkipped()) return;
    first = start("edge-1", 1);
    second = start("edge-2", 2);
    addresses = {{"edge-1", net::loopback(first->port())},
                 {"edge-2", net::loopback(second->port())}};
    room = make(*first);
  }
  void TearDown() override {
    if (first != nullptr) first->stop();
    if (second != nullptr) second->stop();
    OnBothEngines::TearDown();
  }
  std::unique_ptr<EdgeServer> start(const std::string& name, std::uint16_t number) {
    EdgeConfig config;
    config.node = name;
    config.node_number = number;
    config.listen = "127.0.0.1";
    config.port = 0;
    config.shards = 2;
    config.net.io = net::io_under_test;
    config.upgrades = {upgrades_burst, 0.001};
    const std::vector<std::string> proxies{"127.0.0.1"};
    config.trusted_proxies = *http::Networks::parse(proxies);
    Ports ports{*shared.authority, shared.directory, shared.limits, shared.revocation_list,
                shared.clock};
    ports.key = &key;
    ports.node_address = [this](const std::string& node) -> std::optional<net::Address> {
      const auto at = addresses.find(node);
      if (at == addresses.end()) return std::nullopt;
      return at->second;
    };
    auto edge = std::make_unique<EdgeServer>(config, ports, [](match::MatchRecord) {});
    if (shared.gateway.target == nullptr) shared.gateway.target = edge.get();
    EXPECT_TRUE(edge->start(shared.gateway));
    return edge;
  }
  state::RoomEntry make(EdgeServer& edge) {
    const auto made = ask<state::RoomEntry>(shared.mailbox, [&](auto reply) {
      api::NewRoom suspect;
      suspect.game = "suspect";
      edge.create_room(suspect, std::move(reply));
    });
    EXPECT_TRUE(made);
    return made ? *made : state::RoomEntry{};
  }
  TestPlayer player(EdgeServer& edge, std::int64_t user, const std::string& of,
                    const std::string& fields = {}) {
    return {edge.port(), "/ws?game_id=" + of + "&token=" + shared.access(user), fields};
  }
  static std::string ticket_field(const std::string& ticket) {
    return "Sec-WebSocket-Protocol: whoosh.v1, ticket." + ticket + "\r\n";
  }

  std::int32_t upgrades_burst = 1000;
  TestDeployment shared;
  std::map<std::string, net::Address> addresses;
  std::unique_ptr<EdgeServer> first;
  std::unique_ptr<EdgeServer> second;
  state::RoomEntry room;
};

WHOOSH_ENGINES(Forwarded);

TEST_P(Forwarded, AllWaysIntoARoomWorkThroughAnyEdge) {
  for (EdgeServer* edge : {first.get(), second.get()}) {
    const std::int64_t user = edge == first.get() ? 10 : 20;
    TestPlayer by_id = player(*edge, user, room.room.text());
    const std::string welcome = by_id.message("WELCOME");
    EXPECT_EQ(member(welcome, "room"), room.room.text());
    EXPECT_EQ(player(*edge, user + 1, room.code).status(), 101);
    const std::string ticket = shared.ticket(user + 2, room.room);
    TestPlayer by_ticket(edge->port(), "/ws", ticket_field(ticket));
    EXPECT_EQ(member(by_ticket.message("WELCOME"), "room"), room.room.text());
    by_id.client().disconnect();
    TestPlayer back(edge->port(),
                    "/ws?game_id=" + room.code + "&resume=" + member(welcome, "resume"));
    EXPECT_EQ(member(back.message("WELCOME"), "id"), std::to_string(user));
    TestPlayer again(edge->port(), "/ws", ticket_field(ticket));
    EXPECT_EQ(again.status(), 401);
    EXPECT_EQ(again.code(), "bad_ticket") << "the owner's refusal arrives as it is";
  }
}

TEST_P(Forwarded, ANewRoomIsMadeOnceAndReachedWhereverItIs) {
  TestPlayer host(second->port(), "/ws?game_id=new&token=" + shared.access(1));
  const std::string id = member(host.message("WELCOME"), "room");
  const auto made = base::RoomId::parse(id);
  ASSERT_TRUE(made) << id;
  EXPECT_EQ(made->node(), 1) << "where the gateway put it";
  TestPlayer guest = player(*second, 2, id);
  EXPECT_EQ(member(guest.message("WELCOME"), "room"), id);
}

TEST_P(Forwarded, ADeadOwnerIs503AndAnUnknownRoom404) {
  addresses.erase("edge-1");
  TestPlayer refused = player(*second, 1, room.code);
  EXPECT_EQ(refused.status(), 503);
  EXPECT_NE(refused.head().find("Retry-After: 3"), std::string::npos);
  EXPECT_EQ(refused.code(), "unavailable");
  const std::string unknown = base::RoomId::make(7, base::ShardNo{0}, 99).text();
  TestPlayer lost = player(*second, 1, unknown);
  EXPECT_EQ(lost.status(), 404);
  EXPECT_EQ(lost.code(), "room_not_found");
}

TEST_P(Forwarded, WhatWasForwardedIsNotForwardedAgain) {
  state::RoomEntry astray;  // the directory sends both edges to the other one
  astray.room = base::RoomId::make(7, base::ShardNo{0}, 99);
  astray.node = "edge-2";
  astray.epoch = 1;
  astray.game = "suspect";
  ASSERT_TRUE(ask<state::RoomEntry>(
      shared.mailbox, [&](auto reply) { shared.directory.claim_room(astray, std::move(reply)); }));
  TestPlayer lost = player(*first, 1, astray.room.text());
  EXPECT_EQ(lost.status(), 404);
  EXPECT_EQ(lost.code(), "room_not_found");
}

TEST_P(Forwarded, NobodyElseMaySpeakForAClient) {
  const std::string id = room.room.text();
  const std::string token = shared.access(1);
  const std::string target = "/ws?game_id=" + id + "&token=" + token;
  const auto pass = [&](const std::string& about) {
    return key.make_pass(about, shared.clock.now());
  };
  const std::string good = "forward\n192.0.2.7\n" + id + "\n" + target + "\nedge-1";
  const auto lines = [&](const std::string& with, const std::string& client) {
    return "Whoosh-Forwarded: " + with + "\r\nWhoosh-Client: " + client + "\r\nWhoosh-Room: " + id +
           "\r\n";
  };
  EXPECT_EQ(TestPlayer(first->port(), target, lines(pass(good), "192.0.2.7")).status(), 101);
  const std::vector<std::string> bad = {
      "Whoosh-Client: 192.0.2.7\r\n",
      "Whoosh-Room: " + id + "\r\n",
      "Whoosh-Forwarded: " + pass(good) + "\r\n",
      lines("", "192.0.2.7"),
      lines("1795000000000.AAAA", "192.0.2.7"),
      lines(pass(good), "192.0.2.8"),
      lines(pass(good + "0"), "192.0.2.7"),
      lines(pass(good), "192.0.2.7") + "Whoosh-Client: 192.0.2.8\r\n",
      lines(key.make_pass(good, shared.clock.now().plus_ms(-60'000)), "192.0.2.7"),
  };
  for (const std::string& fields : bad) {
    TestPlayer pretender(first->port(), target, fields);
    EXPECT_EQ(pretender.status(), 400) << fields;
    EXPECT_EQ(pretender.code(), "malformed");
    EXPECT_EQ(TestPlayer(second->port(), target, fields).status(), 400) << "nor is it passed on";
  }
  EXPECT_EQ(TestPlayer(second->port(), target, lines(pass(good), "192.0.2.7")).status(), 400)
      << "a pass is for one node";
}

class FewUpgrades : public Forwarded {
 protected:
  FewUpgrades() { upgrades_burst = 2; }
};

WHOOSH_ENGINES(FewUpgrades);

TEST_P(FewUpgrades, TheOwnerCountsTheClientAndNotTheEdge) {
  const std::string ann = "X-Forwarded-For: 192.0.2.1\r\n";
  const std::string bob = "X-Forwarded-For: 192.0.2.2\r\n";
  EXPECT_EQ(player(*second, 1, room.code, ann).status(), 101);
  EXPECT_EQ(player(*second, 2, room.code, bob).status(), 101);
  EXPECT_EQ(player(*first, 1, room.code, ann).status(), 101);
  TestPlayer third = player(*second, 1, room.code, ann);
  EXPECT_EQ(third.status(), 429) << "of the owner, where it is her third";
  EXPECT_EQ(player(*second, 2, room.code, bob).status(), 101);
}

}  // namespace
}  // namespace whoosh::edge
