// Goal: the steady message path takes nothing from the heap. Method: operator new of this binary
// counts per thread; a loop echoes, or forwards, until its pools are warm, then hundreds of
// messages more must not allocate.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "net/relay_test_support.h"

namespace {
thread_local std::uint64_t allocations = 0;
}  // namespace

// Not inlined, or the compiler takes free() for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* const memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace whoosh::net {
namespace {

WHOOSH_ON_BOTH_ENGINES(Steady);

TEST_P(Steady, MessagesTakeNothingFromTheHeap) {
  TestServer server;
  std::uint64_t warm = 0;
  std::uint64_t end = 0;
  int messages = 0;
  server.handler().text = [&](TestHandler& self, ConnId id, std::string_view message) {
    if (++messages == 100) warm = allocations;
    if (messages == 1100) {
      end = allocations;
      self.note("measured");
    }
    self.loop->send(id, message);
  };
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  const std::string text(160, 'm');
  const std::string bytes = client_frame(0x81, text);
  for (int i = 0; i < 1100;
       ++i) {  // every third one in two pieces: the partial buffer is warm as well
    if (i % 3 == 0) {
      const std::uint64_t before = server.counters().bytes_in.value();
      ASSERT_TRUE(client.send(bytes.substr(0, 100)));
      while (server.counters().bytes_in.value() == before) std::this_thread::yield();
      ASSERT_TRUE(client.send(bytes.substr(100)));
    } else {
      ASSERT_TRUE(client.send(bytes));
    }
    ASSERT_EQ(client.frame(), "text:" + text);
  }
  ASSERT_TRUE(server.handler().wait_for("measured"));
  EXPECT_GT(warm, 0u) << "the counting works";
  EXPECT_EQ(end, warm);
}

TEST_P(Steady, ForwardedBytesTakeNothingFromTheHeap) {
  Relayed relayed;
  relayed.start();
  TestClient client(relayed.edge.port());
  ASSERT_TRUE(client.upgrade());
  std::uint64_t counted[2] = {0, 0};
  const std::string text(160, 'm');
  for (std::uint64_t& now : counted) {
    for (int i = 0; i < 500; ++i) {
      ASSERT_TRUE(client.send(client_frame(0x81, text)));
      ASSERT_EQ(client.frame(), "text:" + text);
    }
    relayed.edge.handler().loop->post([&now, &relayed] {
      now = allocations;
      relayed.edge.handler().note("counted");
    });
    const std::size_t times = &now == counted ? 1 : 2;
    ASSERT_TRUE(relayed.edge.handler().wait_for("counted", times));
  }
  EXPECT_GT(counted[0], 0u) << "the counting works";
  EXPECT_LE(counted[1] - counted[0], 2u) << "the first note only";
}

}  // namespace
}  // namespace whoosh::net
