// Goal: at every limit of a forwarded connection the loop does what net/limits.h says, counts it,
// and holds a bounded number of bytes. Method: as loop_relay_test.cpp, with small limits and peers
// that don't read, don't answer or aren't there.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "net/relay_test_support.h"

namespace whoosh::net {
namespace {

using std::chrono::milliseconds;

std::string refused_with(const std::string& answer) {
  EXPECT_NE(answer.find("\r\nRetry-After: "), std::string::npos) << answer;
  return answer.substr(0, 12);
}

WHOOSH_ON_BOTH_ENGINES(RelayLimits);

TEST_P(RelayLimits, NobodyThereIs503) {
  HandMade relayed;
  relayed.listener.stop();
  relayed.start();
  for (std::uint64_t i = 1; i <= 3; ++i) {
    TestClient client(relayed.edge.port());
    ASSERT_TRUE(client.send(upgrade_request() + client_frame(0x81, "early")));
    EXPECT_EQ(refused_with(client.all()), "HTTP/1.1 503");
    EXPECT_EQ(relayed.edge.counters().forward_failures.value(), i);
  }
  EXPECT_EQ(relayed.edge.counters().forwarded.value(), 0u);
  EXPECT_TRUE(relayed.quiet());
}

TEST_P(RelayLimits, AddressWithoutARouteIs503) {
  HandMade relayed;
  relayed.to = *Address::parse("255.255.255.255", 9);  // TCP goes to one machine only
  relayed.start();
  TestClient client(relayed.edge.port());
  ASSERT_TRUE(client.send(upgrade_request()));
  EXPECT_EQ(refused_with(client.all()), "HTTP/1.1 503");
  EXPECT_EQ(relayed.edge.counters().forward_failures.value(), 1u);
}

// A full accept queue drops what knocks, as a dead machine does.
TEST_P(RelayLimits, SilenceWhileConnectingIs503) {
  Options options;
  options.connect_ms = 80;
  HandMade relayed(options, 0);
  relayed.start();
  std::vector<std::unique_ptr<TestClient>> clients;
  const auto timeouts = [&] { return relayed.edge.counters().forward_timeouts.value(); };
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<TestClient>(relayed.edge.port()));
    ASSERT_TRUE(clients.back()->send(upgrade_request()));
  }
  ASSERT_TRUE(eventually([&] { return timeouts() >= 3; }));
  EXPECT_EQ(refused_with(clients.back()->all()), "HTTP/1.1 503");
  EXPECT_GE(relayed.edge.counters().forward_failures.value(), 3u);
  for (auto& client : clients) client->disconnect();
}

TEST_P(RelayLimits, OwnerThatDoesNotAnswerIs503) {
  Options options;
  options.slow_ms = 80;
  HandMade relayed(options);
  relayed.start();
  TestClient client(relayed.edge.port());
  ASSERT_TRUE(client.send(upgrade_request()));
  TestClient owner = relayed.listener.accept();
  ASSERT_FALSE(owner.head().empty());
  EXPECT_EQ(refused_with(client.all()), "HTTP/1.1 503");
  EXPECT_TRUE(owner.ended());
  client.disconnect();
  EXPECT_EQ(relayed.edge.counters().forward_timeouts.value(), 1u);
  EXPECT_TRUE(relayed.quiet());
}

TEST_P(RelayLimits, OwnerThatFallsSilentIsTakenForDead) {
  Options options;
  options.idle_ms = 700;
  HandMade relayed(options);
  relayed.start();
  auto [client, owner] = relayed.pair();
  for (int i = 0; i < 6; ++i) {  // as long as it says something, nothing ends
    std::this_thread::sleep_for(milliseconds(150));
    ASSERT_TRUE(owner.send("x"));
  }
  EXPECT_EQ(client.bytes(6), "xxxxxx");
  EXPECT_EQ(relayed.edge.counters().idle_dropped.value(), 0u);
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(relayed.edge.counters().idle_dropped.value(), 1u);
  EXPECT_TRUE(relayed.quiet());
}

// Sends until told to stop, or until nothing more is taken; returns how much was taken.
std::size_t flood(TestClient& from, const std::atomic<bool>& stop) {
  const std::string piece(50'000, 'f');
  std::size_t sent = 0;
  while (!stop && from.send(piece)) sent += piece.size();
  return sent;
}

TEST_P(RelayLimits, SlowClientStopsTheOwnerAndLosesNothing) {
  Options options;
  options.send_buffer_bytes = 8192;
  HandMade relayed(options);
  relayed.start();
  auto [client, owner] = relayed.pair(8192);
  std::atomic<bool> stop{false};
  std::size_t sent = 0;
  std::thread sender([&, &owner = owner] {
    sent = flood(owner, stop);
    owner.disconnect();
  });
  const auto relayed_bytes = [&] { return relayed.edge.counters().forward_bytes_out.value(); };
  std::uint64_t seen = 0;
  EXPECT_TRUE(eventually([&] {  // it stands still
    std::this_thread::sleep_for(milliseconds(40));
    return std::exchange(seen, relayed_bytes()) == relayed_bytes() && seen > 0;
  }));
  EXPECT_LE(relayed.edge.counters().buffer_bytes.value(), options.relay_bytes_max);
  EXPECT_LE(relayed_bytes(), 4u * options.relay_bytes_max) << "the rest is with the sender";
  stop = true;
  const std::size_t got = client.all().size();
  sender.join();
  EXPECT_EQ(got, sent);
  client.disconnect();
  EXPECT_TRUE(relayed.quiet());
}

TEST_P(RelayLimits, SlowOwnerStopsTheClientAndLosesNothing) {
  Options options;
  options.send_buffer_bytes = 8192;
  HandMade relayed(options, 64, 8192);
  relayed.start();
  auto [client, owner] = relayed.pair();
  std::atomic<bool> stop{false};
  std::size_t sent = 0;
  std::thread sender([&, &client = client] {
    sent = flood(client, stop);
    client.half_close();
  });
  const auto relayed_bytes = [&] { return relayed.edge.counters().forward_bytes_in.value(); };
  std::uint64_t seen = 0;
  EXPECT_TRUE(eventually([&] {
    std::this_thread::sleep_for(milliseconds(40));
    return std::exchange(seen, relayed_bytes()) == relayed_bytes() && seen > 0;
  }));
  EXPECT_LE(relayed.edge.counters().buffer_bytes.value(), options.relay_bytes_max);
  stop = true;
  const std::size_t got = owner.all().size();
  sender.join();
  EXPECT_EQ(got, sent);
  owner.disconnect();
  EXPECT_TRUE(relayed.quiet());
}

TEST_P(RelayLimits, WhoTakesNothingForTooLongIsDropped) {
  Options options;
  options.send_buffer_bytes = 8192;
  options.slow_ms = 120;
  for (const bool slow_client : {true, false}) {
    HandMade relayed(options, 64, slow_client ? 0 : 8192);
    relayed.start();
    auto [client, owner] = relayed.pair(slow_client ? 8192 : 0);
    TestClient& fast = slow_client ? owner : client;
    const std::atomic<bool> never{false};
    EXPECT_GT(flood(fast, never), 0u) << "ends because the edge ends it";
    EXPECT_EQ(relayed.edge.counters().slow_dropped.value(), 1u);
    EXPECT_TRUE(relayed.quiet());
  }
}

TEST_P(RelayLimits, HalfClosedPairsEnd) {
  Options options;
  options.slow_ms = 120;
  options.close_ms = 60;
  HandMade relayed(options);
  relayed.start();
  auto [client, owner] = relayed.pair();
  client.half_close();
  EXPECT_TRUE(owner.ended());
  EXPECT_TRUE(client.ended()) << "the owner does not end, so the edge does";
  EXPECT_EQ(relayed.edge.counters().close_timeouts.value(), 1u);
  EXPECT_TRUE(relayed.quiet());
}

TEST_P(RelayLimits, ClientThatStaysAfterTheOwnersEndIsDropped) {
  Options options;
  options.close_ms = 60;
  HandMade relayed(options);
  relayed.start();
  auto [client, owner] = relayed.pair();
  ASSERT_TRUE(owner.send("bye"));
  owner.half_close();
  EXPECT_EQ(client.all(), "bye");
  EXPECT_TRUE(owner.ended());
  EXPECT_EQ(relayed.edge.counters().close_timeouts.value(), 1u);
  EXPECT_TRUE(relayed.quiet());
}

// While it can't hand on, the edge must sleep, even when the one who waits has gone.
TEST_P(RelayLimits, ClientThatGoesWhileTheOwnerIsSlowCostsNoTurns) {
  Options options;
  options.send_buffer_bytes = 8192;
  options.slow_ms = 600;
  HandMade relayed(options, 64, 8192);
  relayed.start();
  auto [client, owner] = relayed.pair();
  std::atomic<bool> stop{false};
  std::thread sender([&, &client = client] { flood(client, stop); });
  std::this_thread::sleep_for(milliseconds(100));
  stop = true;
  std::thread closer([&, &client = client] {
    sender.join();
    client.reset();
  });
  std::this_thread::sleep_for(milliseconds(100));
  const std::uint64_t before = relayed.edge.counters().turns.value();
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_LT(relayed.edge.counters().turns.value() - before, 40u);
  closer.join();
  EXPECT_TRUE(relayed.quiet());
}

TEST_P(RelayLimits, BothEndsCountAsConnections) {
  Options options;
  options.connections_max = 3;
  Relayed relayed(options);
  relayed.start();
  TestClient first(relayed.edge.port());
  ASSERT_TRUE(first.upgrade());
  EXPECT_EQ(relayed.edge.counters().connections.value(), 2u);
  TestClient second(relayed.edge.port());  // the third connection; a fourth is not to be had
  ASSERT_TRUE(second.send(upgrade_request()));
  EXPECT_EQ(refused_with(second.all()), "HTTP/1.1 503");
  EXPECT_EQ(relayed.edge.counters().forward_failures.value(), 1u);
  ASSERT_TRUE(first.send(client_frame(0x81, "unharmed")));
  EXPECT_EQ(first.frame(), "text:unharmed");
}

TEST_P(RelayLimits, UsedUpBuffersEndThePair) {
  Options options;
  options.buffer_bytes_max = 4096;
  HandMade relayed(options);
  relayed.start();
  auto [client, owner] = relayed.pair();
  ASSERT_TRUE(owner.send(std::string(20'000, 'b')));
  client.all();
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(owner.ended());
  EXPECT_GE(relayed.edge.counters().out_of_buffers.value(), 1u);
  EXPECT_TRUE(relayed.quiet());
}

}  // namespace
}  // namespace whoosh::net
