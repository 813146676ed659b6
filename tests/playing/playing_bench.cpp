// What a playing room costs: rules, views of eight people, what changed in them, encoding; all but
// sockets. `ns/player` is the part of one of the eight. Each benchmark checks that everybody was
// told something.
#include <benchmark/benchmark.h>

#include <optional>
#include <utility>

#include "tests/playing/table.h"

namespace whoosh::playing {
namespace {

// A match is over after 300 s: the next table is ready in time.
struct Evening {
  void second() {
    if (++now >= 270) {
      told += table->bytes;
      table.emplace();
      for (now = 0; now < 30; ++now) table->pass_second();
    }
    table->pass_second();
  }
  void check(benchmark::State& state) {
    told += table->bytes;
    if (table->closed != 0) state.SkipWithError("somebody was thrown out");
    const auto each = static_cast<std::uint64_t>(state.iterations()) * seats;
    if (told < each * 100) state.SkipWithError("they were not told what happened");
    state.counters["bytes/player"] = static_cast<double>(told) / static_cast<double>(each);
    state.counters["ns/player"] =
        benchmark::Counter(static_cast<double>(each) * 1e-9,
                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  }
  std::optional<Table> table{std::in_place};
  std::int64_t now = 0;
  std::uint64_t told = 0;
};

// Nobody does anything.
void quiet_tick(benchmark::State& state) {
  Evening evening;
  for (auto step : state) evening.second();
  evening.check(state);
}
BENCHMARK(quiet_tick);

// Everybody changes his mind every two seconds, which changes everybody's view.
void busy_tick(benchmark::State& state) {
  Evening evening;
  for (auto step : state) {
    evening.second();
    for (std::int64_t user = 1 + evening.now % 2; user <= seats; user += 2) {
      evening.table->prepare_suspicion(user, evening.now);
      evening.table->say_prepared(user);
    }
  }
  evening.check(state);
}
BENCHMARK(busy_tick);

}  // namespace
}  // namespace whoosh::playing
