// What the embedded store takes: durable writes with group commit by number of parallel callers,
// and reads. The file lies in the system's folder for temporary files, whose disk decides most of
// the write figures:
//   <binary> --benchmark_filter=...   (docs/PERFORMANCE.md, "Embedded store", has numbers with
//   their machine)
// Each benchmark checks at its end that everything it counted is in the file.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "runtime/mailbox.h"
#include "store/contract_values.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite.h"

namespace whoosh::store::sqlite {
namespace {

using contract::noon;

class InlineMailbox final : public runtime::Mailbox {
 public:
  void post(runtime::Task task) override { task(); }
};

// Keeps `parallel` calls in flight until `count` have been answered.
class Flood {
 public:
  Flood(int parallel, std::int64_t count) : parallel_(parallel), count_(count) {}

  // call(number, done): starts a call that runs `done` with its success.
  template <class Call>
  void run(Call call) {
    std::unique_lock lock(mutex_);
    for (std::int64_t number = 0; number < count_; ++number) {
      room_.wait(lock, [this] { return in_flight_ < parallel_; });
      ++in_flight_;
      lock.unlock();
      call(number, [this](bool succeeded) { finish(succeeded); });
      lock.lock();
    }
    room_.wait(lock, [this] { return in_flight_ == 0; });
  }
  [[nodiscard]] std::int64_t failures() const { return failures_; }

 private:
  void finish(bool succeeded) {
    const std::lock_guard lock(mutex_);
    --in_flight_;
    if (!succeeded) ++failures_;
    room_.notify_one();
  }

  const int parallel_;
  const std::int64_t count_;
  std::mutex mutex_;
  std::condition_variable room_;
  int in_flight_ = 0;
  std::int64_t failures_ = 0;
};

class Bench {
 public:
  Bench() {
    std::string name = (std::filesystem::temp_directory_path() / "whoosh_bench_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
    Options options;
    options.path = path();
    options.migrate = true;
    store_ = std::move(open(std::move(options)).value());
  }
  ~Bench() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  [[nodiscard]] std::string path() const { return (folder_ / "whoosh.db").string(); }
  Store& store() { return *store_; }
  [[nodiscard]] std::int64_t count(const std::string& sql) const {
    Connection db(path(), Access::read);
    Statement row = db.query(sql);
    return row.step() ? row.integer(0) : -1;
  }
  void add_users(int users) {
    Flood flood(64, users);
    flood.run(
        [&](std::int64_t number, auto done) { create("user" + std::to_string(number), done); });
  }
  template <class Done>
  void create(const std::string& name, Done done) {
    store_->create_account(contract::registered(name),
                           Reply<Account>(mailbox_, [done](base::Result<Account> account) {
                             done(account.has_value());
                           }));
  }
  template <class Done>
  void apply(int number, int users, Done done) {
    std::vector<UserId> seats;
    for (int seat = 0; seat < 8; ++seat) {
      seats.emplace_back(1 + (std::int64_t{number} * 8 + seat) % users);
    }
    const UnixMs ended_at = noon.plus_ms(std::int64_t{number} * 1000);
    store_->apply_result(
        contract::record_of(number, seats, ended_at),
        Reply<AppliedResult>(mailbox_, [done](base::Result<AppliedResult> applied) {
          done(applied.has_value() && !applied.value().repeated);
        }));
  }
  InlineMailbox& mailbox() { return mailbox_; }

 private:
  std::filesystem::path folder_;
  InlineMailbox mailbox_;
  std::unique_ptr<Store> store_;
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
    flood.run(
        [&](std::int64_t, auto done) { bench.create("user" + std::to_string(made++), done); });
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
  bench.add_users(users);
  int made = 0;
  std::int64_t failures = 0;
  for (auto _ : state) {
    Flood flood(static_cast<int>(state.range(0)), batch);
    flood.run([&](std::int64_t, auto done) { bench.apply(made++, users, done); });
    failures += flood.failures();
  }
  state.SetItemsProcessed(made);
  check(state, failures, bench.count("SELECT count(*) FROM matches") == made);
}
BENCHMARK(apply_result)->ArgName("parallel")->Arg(1)->Arg(8)->Arg(64)->UseRealTime();

void read_account(benchmark::State& state) {
  constexpr int users = 4096;
  Bench bench;
  bench.add_users(users);
  std::int64_t failures = 0;
  for (auto _ : state) {
    Flood flood(static_cast<int>(state.range(0)), batch);
    flood.run([&](std::int64_t number, auto done) {
      bench.store().account(UserId{1 + number * 61 % users},
                            Reply<Account>(bench.mailbox(), [done](base::Result<Account> account) {
                              done(account.has_value());
                            }));
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
  bench.add_users(users);
  Flood fill(64, matches);
  fill.run(
      [&](std::int64_t number, auto done) { bench.apply(static_cast<int>(number), users, done); });
  std::int64_t failures = fill.failures();
  for (auto _ : state) {
    Flood flood(static_cast<int>(state.range(0)), batch);
    flood.run([&](std::int64_t number, auto done) {
      bench.store().history(
          UserId{1 + number % users}, std::nullopt, 20,
          Reply<HistoryPage>(bench.mailbox(), [done](base::Result<HistoryPage> page) {
            done(page.has_value() && page.value().rows.size() == 20);
          }));
    });
    failures += flood.failures();
  }
  state.SetItemsProcessed(state.iterations() * batch);
  check(state, failures, bench.count("SELECT count(*) FROM matches") == matches);
}
BENCHMARK(read_history)->ArgName("parallel")->Arg(1)->Arg(8)->Arg(64)->UseRealTime();

}  // namespace
}  // namespace whoosh::store::sqlite
