// Benchmarks: what a match of Suspect costs. Ticks a second of whole bot matches, one input, and
// the views that a room builds after each event.
#include <benchmark/benchmark.h>

#include "games/contract/driver.h"
#include "games/suspect/game.h"

namespace whoosh::games::suspect {
namespace {

using contract::Driver;

void bot_match(benchmark::State& bench) {
  const auto seats = static_cast<std::size_t>(bench.range(0));
  std::uint64_t seed = 0;
  std::int64_t ticks = 0;
  for (auto _ : bench) {
    Driver driver(game(), contract::make_table(0, seats), {}, seed++);
    driver.tick_until(match_s);
    if (!driver.outcome()) bench.SkipWithError("the match has not ended");
    ticks += driver.now();
  }
  bench.counters["ticks/s"] =
      benchmark::Counter(static_cast<double>(ticks), benchmark::Counter::kIsRate);
}
BENCHMARK(bot_match)->Arg(4)->Arg(8)->Arg(10);

void suspect_input(benchmark::State& bench) {
  Driver driver(game(), contract::make_table(8, 0), {}, 1);
  driver.tick_until(50);
  base::JsonParser parser(4096);
  const auto one = parser.parse(R"({"target":"2"})");
  base::JsonParser second_parser(4096);
  const auto two = second_parser.parse(R"({"target":"3"})");
  std::int32_t ms = 0;
  bool flip = false;
  for (auto _ : bench) {
    ms += 2000;
    if (ms > 1'000'000'000) ms = 0;
    flip = !flip;
    const auto done = driver.apply(rules::Input{Seat{0}, "SUSPECT", flip ? *one : *two, ms});
    benchmark::DoNotOptimize(done);
  }
}
BENCHMARK(suspect_input);

// The public view and eight private ones, late in a match.
void all_views(benchmark::State& bench) {
  Driver driver(game(), contract::make_table(0, 8), {}, 1);
  driver.tick_until(200);
  rules::ViewWriter out;
  const auto& state = *reinterpret_cast<const State*>(driver.raw_state());
  std::size_t members = 0;
  for (auto _ : bench) {
    for (int seat = -1; seat < 8; ++seat) {
      out.clear(false);
      const rules::Viewer viewer{seat < 0 ? no_seat : Seat{static_cast<std::uint8_t>(seat)}};
      Rules::view(state, driver.table(), viewer, out);
      members += out.list().size();
    }
  }
  benchmark::DoNotOptimize(members);
  if (members == 0) bench.SkipWithError("no members");
}
BENCHMARK(all_views);

}  // namespace
}  // namespace whoosh::games::suspect
