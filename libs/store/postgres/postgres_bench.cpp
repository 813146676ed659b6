// What the store on PostgreSQL takes, by number of parallel callers, on a server of its own in the
// system's folder for temporary files. Unlike the tests' server this one is durable (fsync, full
// pages), has 256 MB of shared buffers, and cleans up (autovacuum):
//   <binary> --benchmark_filter=...   (docs/PERFORMANCE.md, "PostgreSQL", has numbers with their
//   machine)
// Each benchmark checks at its end that everything it counted is in the database.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "store/bench_calls.h"
#include "store/postgres/test_server.h"

namespace whoosh::store::postgres {
namespace {

using bench::Calls;
using bench::Flood;

// Once: a server as one would run it.
void make_durable() {
  static const bool done = [] {
    TestServer& server = TestServer::get();
    {
      Connection db(server.conninfo("postgres"), Timeouts{});
      for (const char* setting : {"fsync = on", "full_page_writes = on", "autovacuum = on",
                                  "shared_buffers = '256MB'", "max_wal_size = '4GB'"}) {
        db.execute(std::string("ALTER SYSTEM SET ") + setting);
      }
    }
    server.restart("fast");
    return true;
  }();
  (void)done;
}

class Bench {
 public:
  Calls& calls() { return calls_; }
  [[nodiscard]] std::int64_t count(const std::string& sql) const {
    Connection db(database_.conninfo(), Timeouts{});
    Rows row = db.query(sql);
    return row.step() ? row.integer(0) : -1;
  }

 private:
  [[nodiscard]] std::unique_ptr<Store> open_store() const {
    make_durable();
    Options options;
    options.conninfo = database_.conninfo();
    return std::move(open(std::move(options)).value());
  }

  const TestDatabase database_{TestDatabase::Content::migrated};
  const std::unique_ptr<Store> store_ = open_store();
  Calls calls_{*store_};
};

constexpr int batch = 256;

void check(benchmark::State& state, std::int64_t failures, bool all_there) {
  if (failures != 0 || !all_there) state.SkipWithError("a call failed or its record is missing");
}

// One ledger transaction each: wallet, inventory, journal, two postings, and the key's answer.
void purchase(benchmark::State& state) {
  constexpr int users = 512;
  const auto parallel = static_cast<int>(state.range(0));
  Bench bench;
  bench.calls().add_users(users);
  bench.calls().make_rich(users);
  int made = 0;
  std::int64_t failures = 0;
  for (auto _ : state) {
    Flood flood(parallel, std::max(batch, 4 * parallel));
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

// Eight rated humans each.
void apply_result(benchmark::State& state) {
  constexpr int users = 512;
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

void read_account(benchmark::State& state) {
  constexpr int users = 512;
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

}  // namespace
}  // namespace whoosh::store::postgres
