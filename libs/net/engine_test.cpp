// Goal: both engines ask the kernel for no more than they must, fall back when they must, and leave
// nothing behind. Method: whole loops over real sockets; the loops' own counters of system calls,
// read on the loop's thread; a seccomp filter on one thread of this test plays the kernel that
// forbids io_uring.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cstddef>
#include <future>
#include <thread>

#include "net/loop_test_support.h"
#include "net/uring_probe.h"

namespace whoosh::net {
namespace {

WHOOSH_ON_BOTH_ENGINES(EngineTest);

Options quick_stop() {
  Options options;
  options.stop_ms = 20;
  return options;
}

// What the loop asks of the kernel besides one wait a turn.
std::uint64_t calls_beside_waiting(const Counters& counters) {
  return counters.syscalls.value() - counters.turns.value();
}

TEST_P(EngineTest, ABroadcastTakesNoSystemCallThatCouldBeSaved) {
  constexpr std::size_t readers = 200;
  constexpr std::size_t ticks = 20;
  TestServer server(quick_stop());
  std::vector<ConnId> open;
  std::vector<std::uint64_t> counted;
  server.handler().opened = [&](TestHandler&, ConnId id) { open.push_back(id); };
  server.handler().text = [&](TestHandler& self, ConnId, std::string_view text) {
    counted.push_back(calls_beside_waiting(self.loop->counters()));
    std::string frame;
    append_frame(frame, Opcode::Text, text);
    for (const ConnId id : open) self.loop->send_frame(id, frame);
  };
  server.start();
  std::vector<TestClient> clients;
  for (std::size_t i = 0; i < readers; ++i) {
    clients.emplace_back(server.port());
    ASSERT_TRUE(clients.back().upgrade());
  }
  const std::string text(160, 'm');
  for (std::size_t i = 0; i < ticks; ++i) {
    ASSERT_TRUE(clients.front().send(client_frame(0x81, text)));
    for (TestClient& client : clients) ASSERT_EQ(client.frame(), "text:" + text);
  }
  server.server().stop();
  ASSERT_EQ(counted.size(), ticks);
  // epoll: one read and a send for each. io_uring: three full submissions of 64, and the last eight
  // go with the wait; what was read came with it too.
  const std::uint64_t a_tick = GetParam() == Io::Epoll ? 1 + readers : 3;
  for (std::size_t i = 1; i < ticks; ++i) EXPECT_EQ(counted[i] - counted[i - 1], a_tick) << i;
}

TEST_P(EngineTest, AnEchoTakesNoSystemCallThatCouldBeSaved) {
  TestServer server(quick_stop());
  std::vector<std::uint64_t> counted;
  server.handler().text = [&](TestHandler& self, ConnId id, std::string_view text) {
    counted.push_back(calls_beside_waiting(self.loop->counters()));
    self.loop->send(id, text);
  };
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(client.send(client_frame(0x81, "hello")));
    ASSERT_EQ(client.frame(), "text:hello");
  }
  server.server().stop();
  const std::uint64_t an_echo = GetParam() == Io::Epoll ? 2 : 0;
  for (std::size_t i = 1; i < counted.size(); ++i) {
    EXPECT_EQ(counted[i] - counted[i - 1], an_echo) << i;
  }
}

TEST_P(EngineTest, AcceptingHasItsOwnBudget) {
  Options options;
  options.accepts_per_turn_max = 2;
  TestServer server(options);
  server.start();
  std::promise<void> all_wait;
  server.handler().loop->post([done = all_wait.get_future().share()] { done.wait(); });
  std::vector<TestClient> clients;
  for (int i = 0; i < 10; ++i) clients.emplace_back(server.port());
  const std::uint64_t before = server.counters().turns.value();
  all_wait.set_value();
  for (TestClient& client : clients) ASSERT_TRUE(client.upgrade());
  EXPECT_EQ(server.counters().accepted.value(), 10u);
  EXPECT_GE(server.counters().accept_budgets.value(), 4u);
  EXPECT_GE(server.counters().turns.value() - before, 4u) << "others had their turns in between";
}

// More at once than there are buffers, and messages longer than one.
TEST_P(EngineTest, NothingIsLostWhenAllSpeakAtOnce) {
  TestServer server;
  server.start();
  std::vector<TestClient> clients;
  for (std::size_t i = 0; i < 150; ++i) {
    clients.emplace_back(server.port());
    ASSERT_TRUE(clients.back().upgrade());
  }
  std::promise<void> all_spoke;
  server.handler().loop->post([done = all_spoke.get_future().share()] { done.wait(); });
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const std::string text(7'000, static_cast<char>('a' + i % 26));
    ASSERT_TRUE(clients[i].send(client_frame(0x81, text) + client_frame(0x81, text)));
  }
  all_spoke.set_value();
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const std::string text(7'000, static_cast<char>('a' + i % 26));
    ASSERT_EQ(clients[i].frame(), "text:" + text);
    ASSERT_EQ(clients[i].frame(), "text:" + text);
  }
}

// Every way to go while bytes wait for a reader and more are on their way in: the server closes,
// the peer resets, the peer says Close. Others come at once and get the slots and descriptors anew.
TEST_P(EngineTest, WhoGoesWithSendsInFlightLeavesNothing) {
  Options options;
  options.send_buffer_bytes = 4096;
  options.close_ms = 100;
  TestServer server(options);
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view text) {
    for (int i = 0; i < 40; ++i) self.loop->send(id, std::string(1'000, 'm'));
    if (text == "close me") self.loop->close(id, 1000);
  };
  server.start();
  const std::string much = client_frame(0x81, std::string(4'000, 'x'));
  for (int wave = 0; wave < 5; ++wave) {
    std::vector<TestClient> going;
    for (int i = 0; i < 30; ++i) {
      going.emplace_back(server.port(), 4096);
      ASSERT_TRUE(going.back().upgrade());
      ASSERT_TRUE(going.back().send(much));
    }
    for (std::size_t i = 0; i < going.size(); ++i) {
      if (i % 3 == 0) going[i].send(client_frame(0x81, "close me"));
      if (i % 3 == 1) going[i].reset();
      if (i % 3 == 2) going[i].send(client_frame(0x88, std::string("\x03\xe8", 2)));
    }
    TestClient next(server.port());
    ASSERT_TRUE(next.upgrade());
    ASSERT_TRUE(next.send(client_frame(0x89, "mine")));
    ASSERT_EQ(next.frame(), "pong:mine");
  }
  const auto none_left = [&] {
    return server.counters().connections.value() == 0 &&
           server.counters().buffer_bytes.value() == 0;
  };
  const auto end = std::chrono::steady_clock::now() + 3 * patience;
  while (!none_left() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(none_left());
  EXPECT_EQ(server.counters().closed.value(), server.counters().upgraded.value());
}

TEST_P(EngineTest, ThePortIsFreeWhenTheServerHasStopped) {
  runtime::OsClock clock;
  std::uint16_t port = 0;
  for (int i = 0; i < 10; ++i) {
    TestHandler handler;
    Handler* const handlers[] = {&handler};
    Options options;
    options.io = GetParam();
    options.stop_ms = 20;
    auto server = Server::listen({.host = "127.0.0.1", .port = port, .descriptors_for_others = 64},
                                 options, clock, handlers);
    ASSERT_TRUE(server) << server.error().message;
    port = (*server)->port();
    (*server)->start();
    TestClient client(port);
    ASSERT_TRUE(client.upgrade());
    (*server)->stop();
    EXPECT_EQ(client.frame(), "close:1001:server is stopping");
  }
}

// Everything that this thread and its children ask of io_uring is refused with `error`.
void forbid_io_uring(long call, unsigned error) {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{.len = std::size(program), .filter = program};
  ASSERT_EQ(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0), 0);
}

TEST(EngineChoice, WhereIoUringIsForbiddenEpollServesAndSaysWhy) {
  struct Row {
    Io asked;
    long call;
    unsigned error;
    const char* said;
  };
  const Row rows[] = {
      {Io::Auto, SYS_io_uring_setup, EPERM, "io_uring_setup: Operation not permitted"},
      {Io::Uring, SYS_io_uring_setup, EPERM, "kernel.io_uring_disabled"},
      {Io::Auto, SYS_io_uring_setup, ENOSYS, "io_uring_setup: Function not implemented"},
      {Io::Auto, SYS_io_uring_setup, EINVAL, "it needs Linux 6.1 or newer"},
      {Io::Auto, SYS_io_uring_register, EPERM, "io_uring_register: Operation not permitted"},
      {Io::Auto, SYS_io_uring_enter, EACCES, "io_uring_enter: Permission denied"},
  };
  // A machine that forbids it itself has its own reason; that epoll serves is tried all the same.
  const bool permitted = static_cast<bool>(try_a_ring());
  for (const Row& row : rows) {
    std::thread([&row, permitted] {
      forbid_io_uring(row.call, row.error);
      Options options;
      options.io = row.asked;
      TestServer server(options);
      server.start();
      const std::string text = server.server().io_text();
      EXPECT_TRUE(text.starts_with("epoll, because ")) << text;
      EXPECT_TRUE(!permitted || text.find(row.said) != std::string::npos) << text;
      TestClient client(server.port());
      ASSERT_TRUE(client.upgrade());
      ASSERT_TRUE(client.send(client_frame(0x81, "hello")));
      EXPECT_EQ(client.frame(), "text:hello");
    }).join();
  }
}

TEST(EngineChoice, EpollIsTakenWithoutAWordWhenItIsAskedFor) {
  Options options;
  options.io = Io::Epoll;
  TestServer server(options);
  EXPECT_EQ(server.server().io_text(), "epoll");
}

TEST(EngineChoice, NamesOfTheKnob) {
  EXPECT_EQ(parse_io("auto"), Io::Auto);
  EXPECT_EQ(parse_io("epoll"), Io::Epoll);
  EXPECT_EQ(parse_io("io_uring"), Io::Uring);
  EXPECT_EQ(parse_io("uring"), std::nullopt);
}

}  // namespace
}  // namespace whoosh::net
