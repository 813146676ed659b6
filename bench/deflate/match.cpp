#include "bench/deflate/match.h"

#include <fmt/format.h>

#include "base/rng.h"
#include "games/registry.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "shard/shard.h"

namespace whoosh::bench {
namespace {

constexpr std::int64_t seats = 8;
constexpr std::int64_t step_ms = 10;
constexpr std::uint32_t input_every = 400;  // steps, on average, for each player

class Listeners final : public shard::FrameSink, public shard::Owner {
 public:
  explicit Listeners(const runtime::Clock& clock) : heard(seats), clock_(clock) {}

  HeardMatch heard;
  std::string phase;

  void send(base::ConnId conn, std::string_view text) override {
    ++group_;
    hear(conn, text);
  }
  void broadcast(std::span<const base::ConnId> conns, std::string_view text) override {
    ++group_;
    for (const base::ConnId conn : conns) hear(conn, text);
  }
  void close(base::ConnId, wire::Close, std::string_view) override {}
  void match_finished(match::MatchRecord) override {}
  void room_closed(base::RoomId, std::uint32_t, std::string_view) override {}
  void room_broken(base::RoomId, std::string_view, std::string_view) override {}

 private:
  void hear(base::ConnId conn, std::string_view text) {
    if (text.starts_with(R"({"type":"ERROR")")) return;  // an input that came too late
    if (text.starts_with(R"({"type":"TICK")")) {
      const std::size_t at = text.find(R"("phase":")") + 9;
      phase = text.substr(at, text.find('"', at) - at);
    }
    heard.at(conn.value - 1).push_back({clock_.monotonic_ms(), group_, std::string(text)});
  }

  const runtime::Clock& clock_;
  std::uint32_t group_ = 0;
};

void say(shard::Shard& shard, std::int64_t seat, const std::string& type,
         const std::string& payload) {
  std::string text = fmt::format(R"({{"type":"{}","payload":{}}})", type, payload);
  shard.on_text(base::ConnId{static_cast<std::uint64_t>(seat) + 1}, text);
}

// Suspicions in the one phase, votes in the other, at moments and at people drawn at random.
void play_seat(shard::Shard& shard, std::int64_t seat, const std::string& phase, base::Rng& rng) {
  if (rng.below(input_every) != 0) return;
  const std::string target = fmt::format(R"({{"target":"{}"}})", 1 + rng.below(seats));
  if (phase == "INTERROGATION") say(shard, seat, "SUSPECT", target);
  if (phase == "VOTING") say(shard, seat, "VOTE", target);
}

}  // namespace

HeardMatch play_match(std::uint64_t seed) {
  runtime::ManualClock clock;
  runtime::SeededEntropy entropy(seed);
  base::Rng rng(seed);
  Listeners listeners(clock);
  shard::Shard shard(base::ShardNo{0}, {}, clock, entropy, listeners, listeners);
  room::RoomSpec spec;
  spec.id = base::RoomId::make(1, base::ShardNo{0}, 1);
  spec.epoch = 1;
  spec.game = games::find("suspect");
  spec.code = "BRTK";
  if (!shard.create_room(std::move(spec))) return {};
  for (std::int64_t seat = 0; seat < seats; ++seat) {
    shard::Admission who;
    who.conn = base::ConnId{static_cast<std::uint64_t>(seat) + 1};
    who.room = base::RoomId::make(1, base::ShardNo{0}, 1);
    who.who.user = base::UserId{seat + 1};
    who.who.name = fmt::format("player {}", seat + 1);
    if (!shard.admit(who)) return {};
  }
  say(shard, 0, "START", "{}");
  for (std::int64_t ms = 0; ms < match_s * 1'000; ms += step_ms) {
    clock.advance_ms(step_ms);
    for (std::int64_t seat = 0; seat < seats; ++seat) play_seat(shard, seat, listeners.phase, rng);
    shard.flush();
    shard.run_due();
  }
  return std::move(listeners.heard);
}

}  // namespace whoosh::bench
