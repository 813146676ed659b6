// What the embedded store takes: durable writes with group commit by number of parallel callers,
// and reads. The file lies in the system's folder for temporary files, whose disk decides most of
// the write figures:
//   <binary> --benchmark_filter=...   (docs/PERFORMANCE.md, "Embedded store", has numbers with
//   their machine)
// Each benchmark checks at its end that everything it counted is in the file.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "store/bench_calls.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite.h"

namespace whoosh::store::sqlite {
namespace {

using bench::Calls;
using bench::Flood;

class Bench {
 public:
  ~Bench() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  [[nodiscard]] std::string path() const { return (folder_ / "whoosh.db").string(); }
  [[nodiscard]] std::int64_t count(const std::string& sql) const {
    Connection db(path(), Access::read);
    Statement row = db.query(sql);
    return row.step() ? row.integer(0) : -1;
  }
  [[nodiscard]] Calls& calls() { return calls_; }

 private:
  std::unique_ptr<Store> open_store() {
    std::string name = (std::filesystem::temp_directory_path() / "whoosh_bench_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
    Options options;
    options.path = path();
    options.migrate = true;
    return std::move(open(std::move(options)).value());
  }

  std::filesystem::path folder_;
  std::unique_ptr<Store> store_ = open_store();
  Calls calls_{*store_};
};

constexpr int batch = 256;

void check(benchmark::State& state, std::int64_t failures, bool all_there) {
  if (failures != 0 || !all_there) state.SkipWithError("a call failed or its record is missing");
}

void create_account(benchmark::State& state) {
  Bench bench;
  std::int64_t made = 0;
  std::int64_t failures = 0;
  for (auto _ : state) {
    Flood flood(static_cast<int>(state.range(0)), batch);
    flood.run([&](std::int64_t, auto done) {
      bench.calls().create("user" + std::to_string(made++), done);
    });
    failures += flood.failures();
  }
  state.SetItemsProcessed(made);
  check(state, failures, bench.count("SELECT count(*) FROM users") == made);
}
BENCHMARK(create_account)->ArgName("parallel")->Arg(1)->Arg(8)->Arg(64)->UseRealTime();

// Eight rated humans each: about 60 rows read and 60 written.
void apply_result(benchmark::State& state) {
  constexpr int users = 4096;
  Bench bench;
  bench.calls().add_users(users);
  int made = 0;
  std::int64_t failures = 0;
  for (auto _ : state) {
    Flood flood(static_cast<int>(state.range(0)), batch);
    flood.run([&](std::int64_t, auto done) { bench.calls().apply(made++, users, done); });
    failures += flood.failures();
  }
  state.SetItemsProcessed(made);
  check(state, failures, bench.count("SELECT count(*) FROM matches") == made);
}
BENCHMARK(apply_result)->ArgName("parallel")->Arg(1)->Arg(8)->Arg(64)->UseRealTime();

// One ledger transaction each: wallet, inventory, journal, two postings, and the key's answer.
void purchase(benchmark::State& state) {
  constexpr int users = 4096;
  const auto parallel = static_cast<int>(state.range(0));
  const int count = std::max(batch, 4 * parallel);
  Bench bench;
  bench.calls().add_users(users);
  bench.calls().make_rich(users);
  int made = 0;
  std::int64_t failures = 0;
  for (auto _ : state) {
    Flood flood(parallel, count);
    flood.run([&](std::int64_t, auto done) {
      ++made;
      bench.calls().purchase(1 + std::int64_t{made} * 61 % users, made, done);
    });
    failures += flood.failures();
  }
  state.SetItemsProcessed(made);
  check(state, failures,
        bench.count("SELECT count(*) FROM ledger_journal WHERE reason = 'purchase'") == made);
}
BENCHMARK(purchase)
    ->ArgName("parallel")
    ->Arg(1)
    ->Arg(8)
    ->Arg(64)
    ->Arg(1024)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void read_account(benchmark::State& state) {
  constexpr int users = 4096;
  Bench bench;
  bench.calls().add_users(users);
  std::int64_t failures = 0;
  for (auto _ : state) {
    Flood flood(static_cast<int>(state.range(0)), batch);
    flood.run([&](std::int64_t number, auto done) {
      bench.calls().account(1 + number * 61 % users, done);
    });
    failures += flood.failures();
  }
  state.SetItemsProcessed(state.iterations() * batch);
  check(state, failures, bench.count("SELECT count(*) FROM users") == users);
}
BENCHMARK(read_account)->ArgName("parallel")->Arg(1)->Arg(8)->Arg(64)->UseRealTime();

// The newest 20 of a user with 250 matches.
void read_history(benchmark::State& state) {
  constexpr int users = 8;
  constexpr int matches = 250;
  Bench bench;
  bench.calls().add_users(users);
  Flood fill(64, matches);
  fill.run([&](std::int64_t number, auto done) {
    bench.calls().apply(static_cast<int>(number), users, done);
  });
  std::int64_t failures = fill.failures();
  for (auto _ : state) {
    Flood flood(static_cast<int>(state.range(0)), batch);
    flood.run([&](std::int64_t number, auto done) {
      bench.calls().history(1 + number % users, 20, done);
    });
    failures += flood.failures();
  }
  state.SetItemsProcessed(state.iterations() * batch);
  check(state, failures, bench.count("SELECT count(*) FROM matches") == matches);
}
BENCHMARK(read_history)->ArgName("parallel")->Arg(1)->Arg(8)->Arg(64)->UseRealTime();

}  // namespace
}  // namespace whoosh::store::sqlite
