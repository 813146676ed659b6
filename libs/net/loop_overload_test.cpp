// Goal: many at once, or peers that vanish, don't stand in the way of those who are there. Method:
// real sockets; a loop that is held up by the test while the crowd gathers.
#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include <future>

#include "net/relay_test_support.h"
#include "net/rfc6455_test_support.h"

namespace whoosh::net {
namespace {

WHOOSH_ON_BOTH_ENGINES(LoopOverload);

TEST_P(LoopOverload, AcceptHasABudgetOfItsOwn) {
  Options options;
  options.accepts_per_turn_max = 4;
  TestServer server(options);
  server.start();
  TestClient inside(server.port());
  ASSERT_TRUE(inside.upgrade());
  std::promise<void> gathered;
  server.server().loop(0).post([&] { gathered.get_future().wait(); });
  constexpr std::size_t crowd = 40;
  std::vector<std::unique_ptr<TestClient>> clients;
  for (std::size_t i = 0; i < crowd; ++i) {
    clients.push_back(std::make_unique<TestClient>(server.port()));
    ASSERT_TRUE(clients.back()->connected());
    ASSERT_TRUE(clients.back()->send(upgrade_request()));
  }
  const std::uint64_t before = server.counters().accept_budgets.value();
  ASSERT_TRUE(inside.send(client_frame(0x81, "me too")));
  gathered.set_value();
  EXPECT_EQ(inside.frame(), "text:me too");
  for (auto& client : clients) EXPECT_TRUE(client->head().starts_with("HTTP/1.1 101 "));
  const std::uint64_t budgets = server.counters().accept_budgets.value() - before;
  EXPECT_GE(budgets, crowd / options.accepts_per_turn_max - 1)
      << "no turn took more than its budget";
  EXPECT_EQ(server.counters().accepted.value(), crowd + 1);
}

// As when a phone loses its network: the kernel forgets the peer without a FIN or a reset.
TEST_P(LoopOverload, PeersThatVanishWithoutAWordAreNoticed) {
  Options options;
  options.ping_ms = 100;
  options.idle_ms = 1'500;
  TestServer server(options);
  server.start();
  auto vanishing = std::make_unique<TestClient>(server.port());
  ASSERT_TRUE(vanishing->upgrade());
  const int on = 1;
  if (::setsockopt(vanishing->fd(), IPPROTO_TCP, TCP_REPAIR, &on, sizeof on) != 0)
    GTEST_SKIP() << "TCP_REPAIR is not permitted here";
  vanishing.reset();
  EXPECT_EQ(server.handler().count("closed 1006"), 0u) << "nothing was said";
  EXPECT_TRUE(server.handler().wait_for("closed 1006"));
  EXPECT_TRUE(eventually([&] { return server.counters().connections.value() == 0; }));
}

// All of a loop's connections go and come back in one moment, several times.
TEST_P(LoopOverload, StormsLeaveNothingBehind) {
  TestServer server;
  server.start();
  constexpr std::size_t crowd = 200;
  std::size_t seen = 0;
  for (int wave = 0; wave < 4; ++wave) {
    std::vector<std::unique_ptr<TestClient>> clients;
    for (std::size_t i = 0; i < crowd; ++i) {
      clients.push_back(std::make_unique<TestClient>(server.port()));
      ASSERT_TRUE(clients.back()->send(upgrade_request()));
    }
    for (auto& client : clients) ASSERT_TRUE(client->head().starts_with("HTTP/1.1 101 "));
    ASSERT_TRUE(clients.back()->send(client_frame(0x81, "hello")));
    EXPECT_EQ(clients.back()->frame(), "text:hello");
    for (std::size_t i = 0; i < crowd; ++i)
      i % 2 == 0 ? clients[i]->reset() : clients[i]->disconnect();
    ASSERT_TRUE(server.handler().wait_for("closed 1006", seen += crowd));
  }
  EXPECT_TRUE(eventually([&] { return server.counters().connections.value() == 0; }));
  EXPECT_EQ(server.counters().upgraded.value(), 4 * crowd);
  EXPECT_EQ(server.counters().closed.value(), 4 * crowd);
  EXPECT_EQ(server.counters().buffer_bytes.value(), 0u);
}

}  // namespace
}  // namespace whoosh::net
