// Goal: what happens at the limits of a ring (its buffers, its completions, its submissions) and
// when a connection goes while requests of it are in the kernel costs system calls, never a byte.
// Method: the engine alone, over socket pairs, on this thread and with rings of a few entries; a
// sink that writes down what it is told. No time passes: every wait finds what is there.
#include "net/engine_uring.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <map>

#include "net/loop_test_support.h"
#include "net/uring_probe.h"

namespace whoosh::net {
namespace {

constexpr UringSizes few{.submissions = 8, .completions = 8, .buffers = 4, .buffer_bytes = 256};

class Heard final : public Engine::Sink {
 public:
  void on_woken() override { ++woken; }
  void on_arrivals() override {}
  void on_ready(Connection& connection, Readiness readiness) override {
    readable[connection.slot] += readiness.readable ? 1 : 0;
    writable[connection.slot] += readiness.writable ? 1 : 0;
  }
  void on_bytes(Connection& connection, std::span<char> bytes) override {
    text[connection.slot].append(bytes.data(), bytes.size());
    longest = std::max(longest, bytes.size());
  }
  void on_no_bytes(Connection& connection, int error) override {
    ends[connection.slot].push_back(error);
  }
  void on_sent_later() override { ++sent_later; }

  std::map<std::uint32_t, std::string> text;
  std::map<std::uint32_t, std::vector<int>> ends;
  std::map<std::uint32_t, int> readable;
  std::map<std::uint32_t, int> writable;
  std::size_t longest = 0;
  int woken = 0;
  int sent_later = 0;
};

class UringTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto tried = try_a_ring();
    if (!tried) GTEST_SKIP() << "no io_uring here: " << tried.error().message;
  }
  void TearDown() override {
    if (engine == nullptr) return;
    for (const auto& [slot, peer] : peers) {
      Connection& connection = table.at(slot);
      if (connection.state != ConnectionState::Free) engine->close(connection);
    }
    engine->stop();
  }
  void start(const UringSizes& sizes = few) {
    auto made = UringEngine::make({wake.get(), listener.get(), table, counters}, sizes);
    ASSERT_TRUE(made) << made.error().message;
    engine = std::move(*made);
    ASSERT_TRUE(engine->start());
  }
  // One end is a connection that the engine watches, the other one is the test's.
  Connection& add(Reading reading) {
    int pair[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
    Connection& connection = *table.take();
    connection.fd = pair[0];
    connection.state = ConnectionState::Open;
    peers[connection.slot].reset(pair[1]);
    EXPECT_TRUE(engine->watch(connection, reading, false));
    return connection;
  }
  void close(Connection& connection) {
    engine->close(connection);
    table.give_back(connection);
  }
  void say(const Connection& connection, std::string_view text) {
    ASSERT_EQ(::send(peers[connection.slot].get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  std::string got(const Connection& connection) {
    char bytes[65'536];
    const ssize_t size = ::recv(peers[connection.slot].get(), bytes, sizeof bytes, 0);
    return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
  }
  void turn() {
    engine->wait(0);
    engine->deliver(heard);
  }
  // A kernel may take several turns to tell everything; more than these it does not need.
  template <class Condition>
  bool turns_until(Condition&& condition) {
    for (int i = 0; i < 1000 && !condition(); ++i) turn();
    return condition();
  }
  std::size_t bytes_heard() const {
    std::size_t all = 0;
    for (const auto& [slot, text] : heard.text) all += text.size();
    return all;
  }

  Descriptor wake{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  Descriptor listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  ConnectionTable table{10'000};
  Counters counters;
  std::map<std::uint32_t, Descriptor> peers;
  Heard heard;
  std::unique_ptr<Engine> engine;
};

std::string text_of(const Connection& connection, std::size_t size, int round = 0) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text.push_back(static_cast<char>('a' + (connection.slot * 7 + i + round) % 26));
  }
  return text;
}

// Twelve that say five buffers' worth each, for four buffers: again and again, so that a buffer
// that did not come back would be missed.
TEST_F(UringTest, WithoutABufferNothingIsLostAndEveryBufferComesBack) {
  start();
  std::vector<Connection*> all;
  for (int i = 0; i < 12; ++i) all.push_back(&add(Reading::Stream));
  turn();
  constexpr std::size_t bytes = 5 * 256 + 17;
  for (int round = 0; round < 20; ++round) {
    heard = {};
    for (Connection* const one : all) say(*one, text_of(*one, bytes, round));
    ASSERT_TRUE(turns_until([&] { return bytes_heard() == all.size() * bytes; })) << round;
    for (Connection* const one : all)
      ASSERT_EQ(heard.text[one->slot], text_of(*one, bytes, round)) << round;
  }
  EXPECT_GT(counters.receive_buffers_empty.value(), 0u) << "the buffers were short";
  EXPECT_LE(heard.longest, 256u);
  EXPECT_TRUE(heard.ends.empty()) << "an empty ring of buffers is not an end";
}

// Eight completions fit. Twenty polls that the kernel holds and twenty that are true at once come
// in one wait, and nobody is told twice or not at all.
TEST_F(UringTest, MoreCompletionsThanTheRingHoldsAreAllTold) {
  start();
  std::vector<Connection*> all;
  for (int i = 0; i < 20; ++i) all.push_back(&add(Reading::Ready));
  turn();
  EXPECT_TRUE(heard.readable.empty());
  for (Connection* const one : all) say(*one, "x");
  for (int i = 0; i < 20; ++i) {
    all.push_back(&add(Reading::Ready));
    say(*all.back(), "x");
  }
  ASSERT_TRUE(turns_until([&] { return heard.readable.size() == all.size(); }));
  // Level-triggered: as long as nobody reads, every turn tells it again, of every one.
  heard = {};
  ASSERT_TRUE(turns_until([&] { return heard.readable.size() == all.size(); }));
  for (Connection* const one : all) ASSERT_TRUE(engine->watch(*one, Reading::Off, false));
  turn();
  heard = {};
  for (int i = 0; i < 5; ++i) turn();
  EXPECT_TRUE(heard.readable.empty()) << "what is not watched any more is not told";
}

// The kernel ends a multishot receive whenever it has no room for one more completion.
TEST_F(UringTest, AReceiveThatTheKernelEndedIsAskedAgainAndKeepsTheOrder) {
  start({.submissions = 8, .completions = 8, .buffers = 64, .buffer_bytes = 64});
  std::vector<Connection*> all;
  for (int i = 0; i < 16; ++i) all.push_back(&add(Reading::Stream));
  turn();
  constexpr std::size_t bytes = 40 * 64;
  for (int round = 0; round < 10; ++round) {
    heard = {};
    for (Connection* const one : all) say(*one, text_of(*one, bytes, round));
    ASSERT_TRUE(turns_until([&] { return bytes_heard() == all.size() * bytes; })) << round;
    for (Connection* const one : all)
      ASSERT_EQ(heard.text[one->slot], text_of(*one, bytes, round)) << round;
  }
  EXPECT_GT(counters.completion_overflows.value(), 0u) << "the ring was full";
  EXPECT_TRUE(heard.ends.empty());
}

TEST_F(UringTest, AnEndIsToldOnceAfterTheLastBytes) {
  start();
  Connection& ended = add(Reading::Stream);
  Connection& reset = add(Reading::Stream);
  Connection& half = add(Reading::Stream);
  turn();
  say(ended, "last words");
  peers[ended.slot].reset();
  Engine::Send unread{reset.slot, reset.fd, "unread", 6, 0};
  ASSERT_TRUE(engine->send({&unread, 1}, false));
  peers[reset.slot].reset();  // a UNIX socket closed with bytes unread resets the other end
  say(half, "half");
  ::shutdown(peers[half.slot].get(), SHUT_WR);
  ASSERT_TRUE(turns_until([&] { return heard.ends.size() == 3; }));
  EXPECT_EQ(heard.text[ended.slot], "last words");
  EXPECT_EQ(heard.ends[ended.slot].front(), 0);
  EXPECT_EQ(heard.ends[reset.slot].front(), ECONNRESET);
  EXPECT_EQ(heard.text[half.slot], "half");
  EXPECT_EQ(heard.ends[half.slot].front(), 0);
}

// What a call can take at most: 64 sends. They are with the peers when it returns; the rest of a
// broadcast waits in user space, not in the kernel before somebody's tick.
TEST_F(UringTest, ASubmissionIsCappedAndDoneWhenItReturns) {
  start(UringSizes{});
  ASSERT_EQ(engine->batch_max(), 64u);
  std::vector<Connection*> all;
  for (int i = 0; i < 200; ++i) all.push_back(&add(Reading::Stream));
  turn();
  const std::uint64_t before = counters.syscalls.value();
  std::vector<Engine::Send> batch;
  for (std::size_t i = 0; i < all.size(); ++i) {
    batch.push_back({all[i]->slot, all[i]->fd, "tick", 4, 0});
    if (batch.size() < engine->batch_max() && i + 1 < all.size()) continue;
    ASSERT_TRUE(engine->send(batch, false));
    for (const Engine::Send& one : batch) ASSERT_EQ(one.result, 4);
    ASSERT_EQ(got(*all[i]), "tick");
    if (i + 1 < all.size()) {
      ASSERT_EQ(got(*all[i + 1]), "") << "not yet its turn";
    }
    batch.clear();
  }
  EXPECT_EQ(counters.syscalls.value() - before, 4u);
}

// Watching more than a submission holds takes one call each time that it is full, not more.
TEST_F(UringTest, WatchingManyTakesACallForEveryFullSubmission) {
  start({.submissions = 64, .completions = 1024, .buffers = 4, .buffer_bytes = 256});
  turn();
  for (int i = 0; i < 200; ++i) add(Reading::Ready);
  const std::uint64_t before = counters.syscalls.value();
  engine->wait(0);
  EXPECT_EQ(counters.syscalls.value() - before, 4u);  // 3 x 64, and 8 with the wait
}

TEST_F(UringTest, WhatAFullSocketTookIsToldAndTheRestAsksForRoom) {
  start();
  Connection& slow = add(Reading::Stream);
  Connection& quick = add(Reading::Stream);
  turn();
  const std::string much(4u << 20, 'm');
  Engine::Send batch[] = {
      {slow.slot, slow.fd, much.data(), static_cast<std::uint32_t>(much.size()), 0},
      {quick.slot, quick.fd, "quick", 5, 0},
      {slow.slot, slow.fd, much.data(), static_cast<std::uint32_t>(much.size()), 0}};
  ASSERT_FALSE(engine->send(batch, true)) << "goes with the next wait";
  EXPECT_EQ(got(quick), "");
  turn();
  EXPECT_EQ(heard.sent_later, 1);
  ASSERT_GT(batch[0].result, 0);
  ASSERT_LT(batch[0].result, static_cast<std::int32_t>(much.size()));
  EXPECT_EQ(batch[1].result, 5) << "nobody waits for a slow one";
  EXPECT_EQ(batch[2].result, -EAGAIN);
  EXPECT_EQ(got(quick), "quick");
  ASSERT_TRUE(engine->watch(slow, Reading::Stream, true));
  turn();
  EXPECT_EQ(heard.writable[slow.slot], 0);
  std::size_t taken = 0;
  while (true) {
    const std::string bytes = got(slow);
    if (bytes.empty()) break;
    taken += bytes.size();
  }
  EXPECT_EQ(taken, static_cast<std::size_t>(batch[0].result));
  ASSERT_TRUE(turns_until([&] { return heard.writable[slow.slot] > 0; }));
}

// A receive, a poll for room and a later batch are in the kernel when the connection goes. Its peer
// learns of it with the next wait, and the next life of the slot hears only what is its own.
TEST_F(UringTest, ACloseWithRequestsInFlightEndsThemAllAndTheSlotBeginsAnew) {
  start();
  for (int life = 0; life < 50; ++life) {
    Connection& leaving = add(Reading::Stream);
    Connection& staying = add(Reading::Stream);
    ASSERT_EQ(leaving.slot, 0u);
    turn();
    const std::string much(4u << 20, 'm');
    Engine::Send full{leaving.slot, leaving.fd, much.data(),
                      static_cast<std::uint32_t>(much.size()), 0};
    ASSERT_TRUE(engine->send({&full, 1}, false));
    ASSERT_LT(full.result, static_cast<std::int32_t>(much.size()));
    ASSERT_TRUE(engine->watch(leaving, Reading::Stream, true));
    turn();
    say(leaving, "too late");  // its completion may be on its way
    Engine::Send later{staying.slot, staying.fd, "later", 5, 0};
    ASSERT_FALSE(engine->send({&later, 1}, true));
    close(leaving);
    Descriptor left = std::move(peers[0]);
    heard = {};
    Connection& next = add(Reading::Stream);
    ASSERT_EQ(next.slot, 0u) << "the same slot, another life";
    say(next, "mine");
    ASSERT_TRUE(turns_until([&] { return heard.text[0].size() >= 4; }));
    EXPECT_EQ(heard.text[0], "mine");
    EXPECT_EQ(heard.writable[0], 0);
    EXPECT_EQ(got(staying), "later");
    char bytes[65'536];
    ssize_t size = 0;
    while ((size = ::recv(left.get(), bytes, sizeof bytes, 0)) > 0) continue;
    EXPECT_TRUE(size == 0 || errno == ECONNRESET) << "the socket is closed, not held by the ring";
    close(staying);
    close(next);  // last, so that the next life is in slot 0 again
    turn();
  }
}

// forget() without closing: somebody else has the descriptor from then on, and all its bytes.
TEST_F(UringTest, WhatIsForgottenIsReadByNobodyHere) {
  start();
  Connection& given = add(Reading::Stream);
  turn();
  engine->forget(given);
  const int fd = given.fd;
  given.state = ConnectionState::Dead;
  turn();
  say(given, "for another loop");
  for (int i = 0; i < 5; ++i) turn();
  EXPECT_TRUE(heard.text.empty());
  char bytes[64];
  ASSERT_EQ(::recv(fd, bytes, sizeof bytes, 0), 16);
  given.state = ConnectionState::Open;
}

TEST_F(UringTest, AWakeIsToldWhileARingIsFull) {
  start();
  for (int i = 0; i < 40; ++i) say(add(Reading::Ready), "x");
  const std::uint64_t one = 1;
  ASSERT_EQ(::write(wake.get(), &one, sizeof one), 8);
  ASSERT_TRUE(turns_until([&] { return heard.woken > 0 && heard.readable.size() == 40; }));
}

}  // namespace
}  // namespace whoosh::net
