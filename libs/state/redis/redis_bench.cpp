// What one process gets out of one Redis on the same machine: calls through the ports, 256 at a
// time under way, each answered and checked. The server is a child on the same cores: the figures
// are of both together (docs/PERFORMANCE.md).
#include <benchmark/benchmark.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "base/assert.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "runtime/loop_thread.h"
#include "state/redis/redis.h"
#include "state/redis/test_server.h"

namespace whoosh::state::redis {
namespace {

constexpr int under_way_max = 256;

// A server with an empty database, its client, and a bound on what is under way.
class Bench {
 public:
  Bench() {
    server_.ask({"FLUSHALL"});
    Ports ports;
    ports.connection = *parse_url(server_.url());
    redis_ = *Redis::open(std::move(ports), clock_, entropy_);
  }
  ~Bench() {
    redis_.reset();
    answers_.stop();
  }

  Redis& redis() { return *redis_; }
  UnixMs now() { return clock_.now(); }
  // A reply that must be good; waits while too many are under way.
  template <class T>
  Reply<T> reply() {
    std::unique_lock lock(mutex_);
    free_.wait(lock, [this] { return under_way_ < under_way_max; });
    ++under_way_;
    return Reply<T>(answers_, [this](base::Result<T> result) {
      ASSERT(result.has_value());
      const std::scoped_lock answered(mutex_);
      --under_way_;
      free_.notify_all();
    });
  }
  void finish() {
    std::unique_lock lock(mutex_);
    free_.wait(lock, [this] { return under_way_ == 0; });
  }

 private:
  runtime::OsClock clock_;
  runtime::OsEntropy entropy_;
  runtime::LoopThread answers_;
  TestServer server_;
  std::mutex mutex_;
  std::condition_variable free_;
  int under_way_ = 0;
  std::unique_ptr<Redis> redis_;
};

void rate_limit_takes(benchmark::State& state) {
  Bench bench;
  const RateRule rule{1'000'000, 1e9};
  std::int64_t number = 0;
  for (auto _ : state) {
    bench.redis().limits().take("address:" + std::to_string(++number % 10'000), rule, bench.now(),
                                bench.reply<std::int32_t>());
  }
  bench.finish();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(rate_limit_takes)->UseRealTime();

void room_claims(benchmark::State& state) {
  Bench bench;
  std::uint64_t number = 0;
  for (auto _ : state) {
    RoomEntry entry;
    entry.room = RoomId{++number};
    entry.node = "edge-" + std::to_string(number % 8);
    entry.epoch = 1;
    entry.game = "suspect";
    entry.is_public = number % 4 == 0;
    entry.created_at = bench.now();
    bench.redis().directory().claim_room(entry, bench.reply<RoomEntry>());
  }
  bench.finish();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(room_claims)->UseRealTime();

void ticket_joins(benchmark::State& state) {
  Bench bench;
  std::int64_t number = 0;
  for (auto _ : state) {
    Ticket ticket;
    ticket.user = UserId{++number};
    ticket.id = "t" + std::to_string(number);
    ticket.name = "somebody";
    ticket.queue = "standard";
    ticket.game = "suspect";
    ticket.created_at = bench.now();
    ticket.expires_at = bench.now().plus_s(600);
    bench.redis().queue().join(ticket, bench.reply<Ticket>());
    if (number % 50'000 == 0) {  // searching_max is not what is measured
      state.PauseTiming();
      bench.finish();
      bench.redis().client().call({{"FLUSHALL"}, "", true, nullptr, 0},
                                  [](const base::Result<Value>&) {});
      state.ResumeTiming();
    }
  }
  bench.finish();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ticket_joins)->UseRealTime();

// What the matcher does twice a second, with 10,000 tickets of which the process knows all.
void searching_10000(benchmark::State& state) {
  Bench bench;
  for (std::int64_t number = 1; number <= 10'000; ++number) {
    Ticket ticket;
    ticket.user = UserId{number};
    ticket.id = "t" + std::to_string(number);
    ticket.queue = "standard";
    ticket.game = "suspect";
    ticket.created_at = bench.now();
    ticket.expires_at = bench.now().plus_s(600);
    bench.redis().queue().join(ticket, bench.reply<Ticket>());
  }
  bench.finish();
  for (auto _ : state) {
    bench.redis().queue().searching(bench.now(), bench.reply<std::vector<Ticket>>());
    bench.finish();
  }
}
BENCHMARK(searching_10000)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace whoosh::state::redis
