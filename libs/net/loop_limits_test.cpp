// Goal: at every limit of net/limits.h the loop does what is written there, counts it, and serves
// others on. Method: real sockets, with limits and deadlines small enough to be met within a
// fraction of a second.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "net/loop_test_support.h"

namespace whoosh::net {
namespace {

WHOOSH_ON_BOTH_ENGINES(LoopLimits);

TEST_P(LoopLimits, UnfinishedRequestIsTimedOut) {
  Options options;
  options.head_ms = 60;
  TestServer server(options);
  server.start();
  TestClient silent(server.port());
  TestClient slow(server.port());
  ASSERT_TRUE(slow.send("GET /ws HTTP/1.1\r\nHost: x\r\n"));
  EXPECT_TRUE(silent.all().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_TRUE(slow.all().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_EQ(server.counters().head_timeouts.value(), 2u);
}

TEST_P(LoopLimits, UndecidedRequestIsTimedOut) {
  Options options;
  options.decide_ms = 60;
  TestServer server(options);
  server.handler().answer = [](TestHandler&, ConnId, const Request&,
                               std::unique_ptr<Carried>) -> Decision { return Pending{}; };
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.send(upgrade_request()));
  EXPECT_TRUE(client.all().starts_with("HTTP/1.1 503 "));
  EXPECT_EQ(server.counters().decide_timeouts.value(), 1u);
}

TEST_P(LoopLimits, QuietPeersArePinged) {
  Options options;
  options.ping_ms = 100;
  options.idle_ms = 1'500;
  TestServer server(options);
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  for (int i = 0; i < 8; ++i) {  // 8 pings take longer than idle_ms / 2: answers keep it alive
    ASSERT_EQ(client.frame(), "ping:");
    ASSERT_TRUE(client.send(client_frame(0x8a, "")));
  }
  EXPECT_EQ(server.handler().count("closed 1006"), 0u);
  std::string frame = client.frame();  // now it falls silent
  while (frame == "ping:") frame = client.frame();
  EXPECT_EQ(frame, "end");
  EXPECT_TRUE(server.handler().wait_for("closed 1006"));
  EXPECT_EQ(server.counters().idle_dropped.value(), 1u);
}

TEST_P(LoopLimits, SilenceIsMetBetweenPingsToo) {
  Options options;
  options.ping_ms = 60'000;
  options.idle_ms = 60;
  TestServer server(options);
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  EXPECT_EQ(client.frame(), "end");
  EXPECT_TRUE(server.handler().wait_for("closed 1006"));
}

TEST_P(LoopLimits, SlowReaderOverflowsOnceAndRecovers) {
  Options options;
  options.out_bytes_max = 16 * 1024;
  options.send_buffer_bytes = 4096;
  TestServer server(options);
  const std::string big(4000, 's');
  server.handler().text = [&](TestHandler& self, ConnId id, std::string_view) {
    int refused = 0;
    for (int i = 0; i < 2000; ++i) refused += self.loop->send(id, big) ? 0 : 1;
    EXPECT_GT(refused, 1900);
    EXPECT_FALSE(self.loop->send(id, "x"))
        << "small ones are refused as well: nothing may be left out";
  };
  server.handler().drained = [](TestHandler& self, ConnId id) {
    EXPECT_TRUE(self.loop->send(id, "whole state"));
  };
  server.start();
  TestClient client(server.port(), 4096);
  ASSERT_TRUE(client.upgrade());
  ASSERT_TRUE(client.send(client_frame(0x81, "go")));
  ASSERT_TRUE(server.handler().wait_for("overflow"));
  std::size_t got = 0;
  std::string frame = client.frame();
  while (frame == "text:" + big) {
    ++got;
    frame = client.frame();
  }
  EXPECT_EQ(frame, "text:whole state");
  EXPECT_GE(got, 3u);
  EXPECT_EQ(server.handler().count("overflow"), 1u);
  EXPECT_EQ(server.handler().count("drained"), 1u);
  EXPECT_EQ(server.counters().overflows.value(), 1u);
  ASSERT_TRUE(client.send(client_frame(0x88, "")));
  EXPECT_EQ(client.frame(), "close::");
}

TEST_P(LoopLimits, ReaderThatStaysSlowIsDropped) {
  Options options;
  options.out_bytes_max = 16 * 1024;
  options.send_buffer_bytes = 4096;
  options.slow_ms = 80;
  TestServer server(options);
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view) {
    const std::string big(4000, 's');
    for (int i = 0; i < 8 || self.loop->send(id, big); ++i) self.loop->send(id, big);
  };
  server.start();
  TestClient client(server.port(), 4096);
  ASSERT_TRUE(client.upgrade());
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(client.send(client_frame(0x81, "go")));
  EXPECT_TRUE(server.handler().wait_for("closed 1013"));
  EXPECT_EQ(server.counters().slow_dropped.value(), 1u);
  TestClient other(server.port());
  EXPECT_TRUE(other.upgrade());
}

TEST_P(LoopLimits, FrameLargerThanTheBufferIsRefused) {
  Options options;
  options.out_bytes_max = 1000;
  TestServer server(options);
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view) {
    EXPECT_FALSE(self.loop->send(id, std::string(1001, 'x')));
  };
  server.handler().drained = [](TestHandler& self, ConnId id) { self.loop->send(id, "fits"); };
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  ASSERT_TRUE(client.send(client_frame(0x81, "go")));
  EXPECT_EQ(client.frame(), "text:fits");
}

TEST_P(LoopLimits, CloseReachesAPeerWhoseBufferIsFull) {
  Options options;
  options.out_bytes_max = 1000;
  TestServer server(options);
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view) {
    EXPECT_TRUE(self.loop->send(id, std::string(996, 'x')));
    EXPECT_TRUE(self.loop->close(id, 4004, "room closed"));
  };
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  ASSERT_TRUE(client.send(client_frame(0x81, "go")));
  EXPECT_EQ(client.frame(), "text:" + std::string(996, 'x'));
  EXPECT_EQ(client.frame(), "close:4004:room closed");
}

TEST_P(LoopLimits, NothingSlipsThroughBeforeTheWholeState) {
  // Between the moment the buffer is empty again and on_drained, updates stay refused.
  Options options;
  options.out_bytes_max = 1000;
  TestServer server(options);
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view message) {
    if (message == "overflow") self.loop->send(id, std::string(1001, 'x'));
    self.loop->send(id, "update");
    if (message == "overflow") {
      // This task runs in this turn; the one it posts runs in the next, after the buffer was
      // written and before on_drained.
      self.loop->post([&self, id] {
        self.loop->post([&self, id] { EXPECT_FALSE(self.loop->send(id, "update")); });
      });
    }
  };
  server.handler().drained = [](TestHandler& self, ConnId id) {
    self.loop->send(id, "whole state");
  };
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  ASSERT_TRUE(client.send(client_frame(0x81, "overflow")));
  EXPECT_EQ(client.frame(), "text:whole state");
  ASSERT_TRUE(client.send(client_frame(0x81, "")));
  EXPECT_EQ(client.frame(), "text:update");
}

TEST_P(LoopLimits, FloodsAreCut) {
  Options options;
  options.flood_bytes_max = 100'000;
  TestServer server(options);
  server.start();
  const std::pair<const char*, std::string> rows[] = {
      {"pings", client_frame(0x89, "")},
      {"empty fragments", client_frame(0x00, "")},
  };
  std::size_t number = 0;
  for (const auto& [name, frame] : rows) {
    TestClient client(server.port());
    ASSERT_TRUE(client.upgrade());
    std::string bytes = client_frame(0x01, "");
    while (bytes.size() <= options.flood_bytes_max) bytes += frame;
    ASSERT_TRUE(client.send(bytes));
    std::string got = client.frame();
    while (got == "pong:") got = client.frame();
    EXPECT_EQ(got, "close:1008:") << name;
    EXPECT_TRUE(server.handler().wait_for("closed 1008", ++number));
  }
  EXPECT_EQ(server.counters().floods.value(), number);
}

TEST_P(LoopLimits, ConnectionsAreBounded) {
  Options options;
  options.connections_max = 2;
  options.refusals_max = 1;
  TestServer server(options);
  server.start();
  TestClient one(server.port());
  TestClient two(server.port());
  ASSERT_TRUE(one.upgrade());
  ASSERT_TRUE(two.upgrade());
  for (int i = 0; i < 4; ++i) {  // beyond refusals_max as well
    TestClient more(server.port());
    more.send(upgrade_request());
    const std::string answer = more.all();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n")) << i << answer;
    EXPECT_NE(answer.find("Retry-After: "), std::string::npos);
  }
  EXPECT_EQ(server.counters().refused_full.value(), 4u);
  one.disconnect();
  ASSERT_TRUE(server.handler().wait_for("closed 1006"));
  TestClient next(server.port());
  EXPECT_TRUE(next.upgrade());
}

TEST_P(LoopLimits, PeerThatNeverFinishesClosingIsDropped) {
  Options options;
  options.close_ms = 60;
  TestServer server(options);
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view) {
    self.loop->close(id, 4000);
  };
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  ASSERT_TRUE(client.send(client_frame(0x81, "")));
  EXPECT_EQ(client.frame(), "close:4000:");
  EXPECT_TRUE(client.ended());  // though it never answered
  EXPECT_EQ(server.handler().count("closed 4000"), 1u);
  EXPECT_EQ(server.counters().close_timeouts.value(), 1u);
}

TEST_P(LoopLimits, BuffersAreBounded) {
  Options options;
  options.buffer_bytes_max = 1024;
  TestServer server(options);
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  ASSERT_TRUE(client.send(client_frame(0x01, std::string(2000, 'x'))));  // must be kept: no room
  EXPECT_EQ(client.frame(), "close:1013:");
  EXPECT_TRUE(server.handler().wait_for("closed 1013"));
  EXPECT_EQ(server.counters().out_of_buffers.value(), 1u);
}

TEST_P(LoopLimits, ClosingWithoutBuffersIsReportedOnce) {
  Options options;
  options.buffer_bytes_max = 2 * BufferPool::block_bytes_min;
  TestServer server(options);
  server.start();
  TestClient holders[] = {TestClient(server.port()), TestClient(server.port())};
  TestClient closing(server.port());
  TestClient failing(server.port());
  for (TestClient* client : {&holders[0], &holders[1], &closing, &failing}) {
    ASSERT_TRUE(client->upgrade());
  }
  const std::string half = client_frame(0x81, std::string(100, 'h')).substr(0, 50);
  const std::uint64_t before = server.counters().bytes_in.value();
  for (TestClient& holder : holders) ASSERT_TRUE(holder.send(half));
  while (server.counters().bytes_in.value() < before + 2 * half.size()) std::this_thread::yield();
  ASSERT_TRUE(closing.send(client_frame(0x88, "\x0f\xa1")));
  EXPECT_EQ(closing.frame(), "end");  // no room for the echo
  ASSERT_TRUE(failing.send(client_frame(0x83, "")));
  EXPECT_EQ(failing.frame(), "end");
  server.server().stop();
  EXPECT_EQ(server.handler().count("closed 4001"), 1u);
  EXPECT_EQ(server.handler().count("closed 1002"), 1u);
  EXPECT_EQ(server.counters().closed.value(), 4u);
}

TEST_P(LoopLimits, StopDoesNotWaitForEver) {
  Options options;
  options.stop_ms = 80;
  options.close_ms = 60'000;
  TestServer server(options);
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  server.server().stop();  // the client never answers its Close
  EXPECT_EQ(client.frame(), "close:1001:server is stopping");
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(server.handler().count("closed 1001"), 1u);
}

TEST_P(LoopLimits, WithoutDescriptorsItRefusesAndGoesOn) {
  TestServer server;
  server.start();
  TestClient before(server.port());
  ASSERT_TRUE(before.upgrade());
  // The client's socket first, then the limit, then connect: so that only accept(2) fails.
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
  Descriptor waiting(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const rlimit tight{static_cast<rlim_t>(waiting.get()) + 1, old.rlim_max};
  std::vector<Descriptor> fill;  // holes below the limit
  while (true) {
    Descriptor hole(::dup(waiting.get()));
    if (!hole || hole.get() > waiting.get()) break;
    fill.push_back(std::move(hole));
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(waiting.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  char bytes[512] = {};
  const ssize_t got = ::recv(waiting.get(), bytes, sizeof bytes, 0);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
  ASSERT_GT(got, 0);
  EXPECT_TRUE(std::string_view(bytes).starts_with("HTTP/1.1 503 ")) << bytes;
  EXPECT_GE(server.counters().accept_failures.value(), 1u);
  ASSERT_TRUE(before.send(client_frame(0x81, "still here")));
  EXPECT_EQ(before.frame(), "text:still here");
  TestClient after(server.port());
  EXPECT_TRUE(after.upgrade());
}

TEST_P(LoopLimits, WithoutEvenASpareDescriptorItWaitsQuietly) {
  TestServer server;
  server.start();
  Descriptor waiting(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
  const rlimit none{3, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int connected =
      ::connect(waiting.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  std::this_thread::sleep_for(std::chrono::milliseconds(3 * accept_pause_ms));
  const std::uint64_t turns = server.counters().turns.value();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
  ASSERT_EQ(connected, 0);
  EXPECT_LT(turns, 50u) << "a queue that can't be accepted must not keep the loop spinning";
  const std::string request = "GET /ws HTTP/1.1\r\nHost: x\r\n\r\n";
  ASSERT_EQ(::send(waiting.get(), request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  char bytes[512] = {};
  ASSERT_GT(::recv(waiting.get(), bytes, sizeof bytes, 0), 0);
  EXPECT_TRUE(std::string_view(bytes).starts_with("HTTP/1.1 426 ")) << bytes;
}

}  // namespace
}  // namespace whoosh::net
