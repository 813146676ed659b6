// Goal: a connection that is forwarded behaves as if it had been made to the other server: every
// byte both ways in any cut, both kinds of end, and at every limit what limits.h says. Method: an
// edge that forwards everything, before an echoing server or before a socket that the test plays by
// hand. loop_relay_limits_test.cpp has the limits.
#include <gtest/gtest.h>

#include <thread>

#include "base/rng.h"
#include "net/relay_test_support.h"

namespace whoosh::net {
namespace {

WHOOSH_ON_BOTH_ENGINES(Relay);

TEST_P(Relay, MessagesPassBothWays) {
  Relayed relayed;
  relayed.owner.handler().opened = [](TestHandler& self, ConnId id) {
    self.loop->send(id, "welcome");
  };
  relayed.start();
  TestClient client(relayed.edge.port());
  ASSERT_TRUE(client.upgrade());
  EXPECT_EQ(client.frame(), "text:welcome");
  for (const std::size_t size : {0, 1, 125, 126, 4096, 8192}) {
    const std::string text(size, 'x');
    ASSERT_TRUE(client.send(client_frame(0x81, text)));
    EXPECT_EQ(client.frame(), "text:" + text);
  }
  ASSERT_TRUE(client.send(client_frame(0x01, "in ") + client_frame(0x89, "p") +
                          client_frame(0x80, "pieces")));
  EXPECT_EQ(client.frame(), "pong:p");
  EXPECT_EQ(client.frame(), "text:in pieces");
  const Counters& counters = relayed.edge.counters();
  EXPECT_EQ(counters.forwarded.value(), 1u);
  EXPECT_EQ(counters.forwards.value(), 1u);
  EXPECT_EQ(counters.upgraded.value(), 0u) << "the WebSocket is the owner's";
  EXPECT_TRUE(eventually([&] {
    return relayed.owner.counters().bytes_out.value() == counters.forward_bytes_out.value();
  }));
  ASSERT_TRUE(client.send(client_frame(0x88, "\x03\xe8")));
  EXPECT_EQ(client.frame(), "close:1000:");
  EXPECT_TRUE(client.ended());
  client.disconnect();
  EXPECT_TRUE(relayed.owner.handler().wait_for("closed 1000"));
  EXPECT_TRUE(relayed.quiet());
}

TEST_P(Relay, TheOwnerGetsTheRequestAsItCameAndWhatWasAdded) {
  Relayed relayed;
  std::string target;
  std::string cookie;
  std::string added;
  std::size_t fields = 0;
  relayed.owner.handler().answer = [&](TestHandler&, ConnId, const Request& request,
                                       std::unique_ptr<Carried>) -> Decision {
    target = request.head.target();
    cookie = request.head.header("Cookie").value_or("");
    added = request.head.header("Whoosh-Client").value_or("");
    fields = request.head.fields().size();
    return Accept{};
  };
  relayed.headers = {{"Whoosh-Forwarded", "pass"}, {"Whoosh-Client", "192.0.2.7"}};
  relayed.start();
  TestClient client(relayed.edge.port());
  ASSERT_TRUE(client.send(upgrade_request("/ws?game_id=BRTK&tick=0", "Cookie: a=b\r\n")));
  ASSERT_TRUE(client.head().starts_with("HTTP/1.1 101 "));
  EXPECT_EQ(target, "/ws?game_id=BRTK&tick=0");
  EXPECT_EQ(cookie, "a=b");
  EXPECT_EQ(added, "192.0.2.7");
  EXPECT_EQ(fields, 8u);
}

TEST_P(Relay, BytesMayComeAloneOrWithTheRequest) {
  Relayed relayed;
  relayed.start();
  TestClient alone(relayed.edge.port());
  ASSERT_TRUE(alone.send_byte_by_byte(upgrade_request()));
  EXPECT_TRUE(alone.head().starts_with("HTTP/1.1 101 "));
  ASSERT_TRUE(alone.send_byte_by_byte(client_frame(0x81, "hello")));
  EXPECT_EQ(alone.frame(), "text:hello");

  const std::string together =
      upgrade_request() + client_frame(0x81, "one") + client_frame(0x81, "two");
  for (const std::size_t cut : {std::size_t{0}, std::size_t{3}}) {
    TestClient client(relayed.edge.port());
    ASSERT_TRUE(client.send(together.substr(0, together.size() - cut)));
    EXPECT_TRUE(client.head().starts_with("HTTP/1.1 101 "));
    EXPECT_EQ(client.frame(), "text:one");
    ASSERT_TRUE(client.send(together.substr(together.size() - cut)));
    EXPECT_EQ(client.frame(), "text:two");
  }
}

TEST_P(Relay, MayBeDecidedLater) {
  Relayed relayed;
  relayed.edge.handler().answer = [&](TestHandler& self, ConnId id, const Request&,
                                      std::unique_ptr<Carried>) -> Decision {
    self.loop->post([&relayed, &self, id] {
      EXPECT_TRUE(self.loop->decide(id, relayed.decision()));
      EXPECT_FALSE(self.loop->decide(id, Accept{})) << "decided once";
      EXPECT_FALSE(self.loop->send(id, "not ours")) << "it is the owner's";
    });
    return Pending{};
  };
  relayed.start();
  TestClient client(relayed.edge.port());
  ASSERT_TRUE(client.send(upgrade_request() + client_frame(0x81, "early")));
  EXPECT_TRUE(client.head().starts_with("HTTP/1.1 101 "));
  EXPECT_EQ(client.frame(), "text:early");
}

TEST_P(Relay, RefusalsReachTheClientUnchanged) {
  Relayed relayed;
  relayed.owner.handler().answer = [](TestHandler&, ConnId, const Request&,
                                      std::unique_ptr<Carried>) -> Decision {
    return Respond{{409, R"({"code":"room_full"})", "application/json", {{"X-Request-Id", "r1"}}}};
  };
  relayed.start();
  TestClient direct(relayed.owner.port());
  TestClient forwarded(relayed.edge.port());
  ASSERT_TRUE(direct.send(upgrade_request()));
  ASSERT_TRUE(forwarded.send(upgrade_request()));
  const auto without_date = [](std::string answer) {
    const std::size_t at = answer.find("Date: ");
    return answer.erase(at, answer.find("\r\n", at) - at);
  };
  const std::string answer = forwarded.all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 409 ")) << answer;
  EXPECT_EQ(without_date(answer), without_date(direct.all()));
  EXPECT_EQ(relayed.edge.counters().forward_failures.value(), 0u);
  forwarded.disconnect();
  EXPECT_TRUE(relayed.quiet());
}

// ---- ends --------------------------------------------------------------------------------------

TEST_P(Relay, ClientThatVanishesEndsTheOwnersConnection) {
  Relayed relayed;
  relayed.start();
  TestClient gone(relayed.edge.port());
  ASSERT_TRUE(gone.upgrade());
  gone.disconnect();
  EXPECT_TRUE(relayed.owner.handler().wait_for("closed 1006", 1));
  TestClient broken(relayed.edge.port());
  ASSERT_TRUE(broken.upgrade());
  broken.reset();
  EXPECT_TRUE(relayed.owner.handler().wait_for("closed 1006", 2));
  EXPECT_TRUE(relayed.quiet());
}

TEST_P(Relay, WhatAnOwnerSaidBeforeItDiedArrives) {
  for (const bool broken : {false, true}) {
    HandMade relayed;
    relayed.start();
    auto [client, owner] = relayed.pair();
    ASSERT_TRUE(client.send("unread"));  // so that closing is a reset in both cases
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const std::string last(200'000, 'l');
    std::thread reader([&client = client, &last] { EXPECT_EQ(client.bytes(last.size()), last); });
    EXPECT_EQ(owner.bytes(6), "unread");
    EXPECT_TRUE(owner.send(last));
    if (broken) {
      reader.join();  // a reset may overtake what is not taken yet
      owner.reset();
    } else {
      owner.disconnect();
      reader.join();
    }
    EXPECT_TRUE(client.ended());
    client.disconnect();
    EXPECT_TRUE(relayed.quiet());
  }
}

TEST_P(Relay, CloseFrameSurvivesTheResetBehindIt) {
  HandMade relayed;
  relayed.start();
  auto [client, owner] = relayed.pair();
  // The edge is kept busy, so that it finds bytes and reset at once.
  relayed.edge.handler().loop->post(
      [] { std::this_thread::sleep_for(std::chrono::milliseconds(50)); });
  ASSERT_TRUE(client.send("too much"));  // unread by the owner: its close is a reset
  ASSERT_TRUE(owner.send("\x88\x02\x03\xf0"));
  owner.disconnect();
  EXPECT_EQ(client.frame(), "close:1008:");
  client.disconnect();
  EXPECT_TRUE(relayed.quiet());
}

TEST_P(Relay, HalfClosedSidesStillGetTheirAnswer) {
  HandMade relayed;
  relayed.start();
  {
    auto [client, owner] = relayed.pair();
    ASSERT_TRUE(client.send("question"));
    client.half_close();
    EXPECT_EQ(owner.all(), "question");
    ASSERT_TRUE(owner.send("answer"));
    owner.disconnect();
    EXPECT_EQ(client.all(), "answer");
    EXPECT_TRUE(relayed.quiet());
  }
  auto [client, owner] = relayed.pair();
  ASSERT_TRUE(owner.send("last word"));
  owner.half_close();
  EXPECT_EQ(client.all(), "last word");
  ASSERT_TRUE(client.send("thanks"));
  client.disconnect();
  EXPECT_EQ(owner.all(), "thanks");
  EXPECT_TRUE(relayed.quiet());
}

TEST_P(Relay, OwnerThatEndsWithoutAWordIs503) {
  HandMade relayed;
  relayed.start();
  TestClient client(relayed.edge.port());
  ASSERT_TRUE(client.send(upgrade_request()));
  TestClient owner = relayed.listener.accept();
  EXPECT_FALSE(owner.head().empty());
  owner.disconnect();
  const std::string answer = client.all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  EXPECT_NE(answer.find("\r\nRetry-After: "), std::string::npos);
  EXPECT_EQ(relayed.edge.counters().forward_failures.value(), 1u);
  client.disconnect();
  EXPECT_TRUE(relayed.quiet());
}

TEST_P(Relay, StopEndsForwardedConnections) {
  Options options;
  options.close_ms = 50;
  HandMade relayed(options);
  relayed.start();
  auto [client, owner] = relayed.pair();
  TestClient unanswered(relayed.edge.port());
  ASSERT_TRUE(unanswered.send(upgrade_request()));
  TestClient silent = relayed.listener.accept();
  ASSERT_FALSE(silent.head().empty());
  relayed.edge.server().stop();
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(owner.ended());
  EXPECT_TRUE(unanswered.all().starts_with("HTTP/1.1 503 "));
}

// ---- many and random ---------------------------------------------------------------------------

TEST_P(Relay, ThousandsOfShortOnesLeaveNothing) {
  Relayed relayed;
  relayed.start();
  TestClient warm(relayed.edge.port());
  ASSERT_TRUE(warm.upgrade());
  const std::size_t before = open_descriptors();
  constexpr int rounds = 500;
  for (int i = 0; i < rounds; ++i) {
    TestClient polite(relayed.edge.port());
    TestClient hasty(relayed.edge.port());
    TestClient broken(relayed.edge.port());
    TestClient half(relayed.edge.port());
    ASSERT_TRUE(polite.upgrade());
    ASSERT_TRUE(hasty.send(upgrade_request() + client_frame(0x81, "and away")));
    ASSERT_TRUE(broken.upgrade());
    ASSERT_TRUE(half.upgrade());
    ASSERT_TRUE(polite.send(client_frame(0x88, "\x03\xe8")));
    ASSERT_EQ(polite.frame(), "close:1000:");
    broken.reset();
    half.half_close();
    ASSERT_TRUE(half.ended());
  }
  const auto closed = [&] { return relayed.owner.counters().closed.value(); };
  ASSERT_TRUE(eventually([&] { return relayed.edge.counters().forwards.value() == 1; }));
  ASSERT_TRUE(eventually([&] { return relayed.edge.counters().connections.value() == 2; }));
  ASSERT_TRUE(eventually([&] { return relayed.owner.counters().connections.value() == 1; }));
  EXPECT_GE(closed(), 3u * rounds);
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(relayed.edge.counters().buffer_bytes.value(), 0u);
  EXPECT_EQ(relayed.edge.counters().forward_failures.value(), 0u);
  ASSERT_TRUE(warm.send(client_frame(0x81, "still here")));
  EXPECT_EQ(warm.frame(), "text:still here");
}

// Everything that can be cut is cut at random: requests and frames on their way in, reads and
// writes of the edge, the client's reading.
TEST_P(Relay, AnyCutGivesTheSameBytes) {
  Options options;
  options.relay_bytes_max = 700;
  options.send_buffer_bytes = 4096;
  Options owner_options;
  owner_options.send_buffer_bytes = 4096;
  Relayed relayed(options, owner_options);
  relayed.start();
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    base::Rng rng(seed);
    TestClient client(relayed.edge.port(), seed % 3 == 0 ? 2048 : 0);
    std::vector<std::string> texts;
    std::string bytes = upgrade_request();
    for (int i = 0; i < 40; ++i) {
      texts.emplace_back(rng.below(rng.below(4) == 0 ? 8000 : 200),
                         static_cast<char>('a' + i % 26));
      bytes += client_frame(0x81, texts.back());
    }
    std::thread writer([&client, &bytes, cuts = rng]() mutable {
      for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t piece = 1 + cuts.below(cuts.below(3) == 0 ? 9000 : 60);
        ASSERT_TRUE(client.send(std::string_view(bytes).substr(at, piece)));
        at += piece;
        if (cuts.below(16) == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
      }
    });
    EXPECT_TRUE(client.head().starts_with("HTTP/1.1 101 ")) << "seed " << seed;
    for (const std::string& text : texts) {
      ASSERT_EQ(client.frame(), "text:" + text) << "seed " << seed;
    }
    writer.join();
  }
  EXPECT_TRUE(relayed.quiet());
}

}  // namespace
}  // namespace whoosh::net
