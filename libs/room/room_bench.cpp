// What a tick of one room costs with eight people, two screens and a changing view, and what an
// input costs. The outbox only counts bytes; each benchmark checks that messages went out.
#include <benchmark/benchmark.h>

#include "room/room.h"
#include "room/test_game.h"

namespace whoosh::room {
namespace {

class Count final : public Outbox {
 public:
  void send(Targets, std::string_view json, Kind) override {
    ++texts;
    bytes += json.size();
  }
  void close(Place, wire::Close, std::string_view) override {}
  void places_open() override {}
  std::uint64_t texts = 0;
  std::uint64_t bytes = 0;
};

struct Bench {
  Bench() {
    wire::SettingsChange settings;
    settings.max_seats = 8;
    RoomSpec spec;
    spec.id = base::RoomId{1};
    spec.game = &test::counter();
    spec.settings = settings;
    RoomOptions options;
    options.log_bytes = 0;
    room = std::move(*Room::make(spec, options, now, 1, Fresh{1, {1, 1}}));
    for (std::int64_t user = 1; user <= 8; ++user) {
      Newcomer who{base::UserId{user}, "Player", "owl", false, {}};
      who.token.fill(static_cast<char>(user));
      room->sit(turn, who);
    }
    room->watch(wire::Role::screen);
    room->watch(wire::Role::screen);
  }
  // A match of this game lasts 30 ticks: the next one starts in time.
  void tick() {
    if (!room->match_is_on()) restart();
    now = now.plus_s(1);
    room->tick(turn, now);
    static_cast<void>(room->take_finished());
  }
  void restart() {
    if (room->needs_fresh()) room->fresh(Fresh{1, {1, 1}});
    while (room->phase() == wire::RoomPhase::playing) room->tick(turn, now);
    static_cast<void>(room->on_message(turn, Place{0}, "START", *parser.parse("{}"), 0));
    room->fresh(Fresh{1, {1, 1}});
  }

  base::UnixMs now{1'000'000};
  Count out;
  Scratch scratch;
  Turn turn{now, out, scratch};
  base::JsonParser parser{4096};
  std::unique_ptr<Room> room;
};

void tick_of_eight(benchmark::State& state) {
  Bench bench;
  for (auto step : state) bench.tick();
  if (bench.out.texts < static_cast<std::uint64_t>(state.iterations()))
    state.SkipWithError("no TICK went out");
  state.counters["bytes_per_tick"] =
      static_cast<double>(bench.out.bytes) / static_cast<double>(state.iterations());
}
BENCHMARK(tick_of_eight);

void input_and_flush(benchmark::State& state) {
  Bench bench;
  bench.restart();
  const auto payload = *bench.parser.parse(R"({"by":1})");
  for (auto step : state) {
    if (!bench.room->on_message(bench.turn, Place{3}, "ADD", payload, 10))
      state.SkipWithError("ADD was refused");
    bench.room->flush(bench.turn);
  }
  state.counters["bytes_per_input"] =
      static_cast<double>(bench.out.bytes) / static_cast<double>(state.iterations());
}
BENCHMARK(input_and_flush);

}  // namespace
}  // namespace whoosh::room
