// Goal: in a whole edge a playing room takes nothing from the heap and no system call that could be
// saved, from the player's bytes through rules, views and encoding to the bytes of everybody else.
// Method: real sockets, one shard; operator new of this binary counts per thread, and a hook that
// runs on the loop's thread tells where that thread counts. Eight people play Suspect; the loop
// counts its own system calls. What is compared are counts of the same ticks, never times.
#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "services/edge/edge_test_support.h"

namespace {
thread_local std::atomic<std::uint64_t> allocations{0};
}  // namespace

// Not inlined, or the compiler takes free() for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* const memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace whoosh::edge {
namespace {

constexpr std::int64_t seats = 8;
constexpr int warm_ticks = 50;
constexpr int measured_ticks = 120;
constexpr int ticks_between_suspicions = 8;

struct Counted {
  std::uint64_t allocations, frames, writes, frames_in, turns, syscalls;

  Counted operator-(const Counted& before) const {
    return {allocations - before.allocations, frames - before.frames, writes - before.writes,
            frames_in - before.frames_in,     turns - before.turns,   syscalls - before.syscalls};
  }
};

class SteadyEdge : public net::OnBothEngines {
 protected:
  void SetUp() override {
    OnBothEngines::SetUp();
    if (IsSkipped()) return;
    EdgeConfig config;
    config.listen = "127.0.0.1";
    config.port = 0;
    config.shards = 1;
    config.rate_limits = false;
    config.net.io = GetParam();
    config.shard.tick_ms = 20;
    config.lobby_entered = [this](base::UserId) { counts_here = &allocations; };
    edge = std::make_unique<EdgeServer>(config,
                                        Ports{*shared.authority, shared.directory, shared.limits,
                                              shared.revocation_list, shared.clock},
                                        [](match::MatchRecord) {});
    shared.gateway.target = edge.get();
    ASSERT_TRUE(edge->start(shared.gateway));
    const TestPlayer lobby(edge->port(), "/ws?token=" + shared.access(99));
    ASSERT_TRUE(net::eventually([&] { return counts_here != nullptr; }));
  }
  void TearDown() override {
    players.clear();
    if (edge != nullptr) edge->stop();
    OnBothEngines::TearDown();
  }
  void sit_down_and_start() {
    const auto room = ask<state::RoomEntry>(shared.mailbox, [&](auto reply) {
      api::NewRoom suspect;
      suspect.game = "suspect";
      edge->create_room(suspect, std::move(reply));
    });
    ASSERT_TRUE(room);
    for (std::int64_t user = 1; user <= seats; ++user) {
      players.emplace_back(edge->port(),
                           "/ws?game_id=" + room->room.text() + "&token=" + shared.access(user));
      ASSERT_EQ(players.back().status(), 101);
    }
    say(0, R"({"type":"START","payload":{}})");
  }
  void say(std::size_t seat, const std::string& text) {
    ASSERT_TRUE(players[seat].client().send(net::client_frame(0x81, text)));
  }
  // Everybody has got this tick; some change their mind in it.
  void tick(int number) {
    for (TestPlayer& player : players) {
      const std::string told = player.message("TICK");
      ASSERT_TRUE(told.starts_with("text:")) << told;
    }
    for (std::size_t seat = 0; seat < players.size(); ++seat) {
      if ((number + static_cast<int>(seat)) % ticks_between_suspicions != 0) continue;
      const auto turn = static_cast<std::size_t>(number / ticks_between_suspicions);
      const std::size_t other = 1 + (seat + 1 + turn % (seats - 1)) % seats;
      say(seat, R"({"type":"SUSPECT","payload":{"target":")" + std::to_string(other) + R"("}})");
    }
  }
  // Of one page: all of it is read at one time.
  Counted counted() {
    metrics::Exposition page;
    edge->collect(page);
    const std::string text = page.text();
    return {counts_here.load()->load(), metric(text, "frames_out"), metric(text, "writes"),
            metric(text, "frames_in"),  metric(text, "turns"),      metric(text, "syscalls")};
  }
  static std::uint64_t metric(const std::string& text, const std::string& name) {
    const std::size_t at = text.find("\nwhoosh_net_" + name + "_total{");
    EXPECT_NE(at, std::string::npos) << name;
    return static_cast<std::uint64_t>(std::stod(text.substr(text.find("} ", at) + 2)));
  }

  TestDeployment shared;
  std::atomic<std::atomic<std::uint64_t>*> counts_here{nullptr};
  std::unique_ptr<EdgeServer> edge;
  std::vector<TestPlayer> players;
};
WHOOSH_ENGINES(SteadyEdge);

TEST_P(SteadyEdge, APlayingRoomTakesNoHeapAndNoSystemCallThatCouldBeSaved) {
  sit_down_and_start();
  for (int i = 0; i < warm_ticks; ++i) ASSERT_NO_FATAL_FAILURE(tick(i));
  const Counted before = counted();
  for (int i = 0; i < measured_ticks; ++i) ASSERT_NO_FATAL_FAILURE(tick(i));
  const Counted done = counted() - before;
  EXPECT_GT(before.allocations, 0u) << "the counting works";
  EXPECT_GE(done.frames, static_cast<std::uint64_t>(measured_ticks - 2) * seats);
  const std::uint64_t messages = measured_ticks * seats / ticks_between_suspicions;
  EXPECT_GE(done.frames_in, messages - 2 * seats);
  EXPECT_LE(done.allocations, measured_ticks / 6 + messages / 6)
      << "the packed State and the log grow by a block now and then; one a tick would be 120";
  EXPECT_LE(done.writes, done.frames) << "one write for a player, however many frames a turn has";
  // The loop may have been put off its core within a turn: that one is half counted.
  constexpr std::uint64_t half_counted = 2 * (seats + 2);
  const std::uint64_t waits = done.turns + half_counted;
  if (GetParam() == net::Io::Epoll)
    EXPECT_LE(done.syscalls, waits + done.frames_in + done.writes);
  else
    EXPECT_LE(done.syscalls, waits) << "what is sent and read comes with the wait";
  fmt::print("{} frames and {} messages: {} allocations, {} writes, {} system calls in {} turns\n",
             done.frames, done.frames_in, done.allocations, done.writes, done.syscalls, done.turns);
}

}  // namespace
}  // namespace whoosh::edge
