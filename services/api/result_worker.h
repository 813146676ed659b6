// ResultWorker: takes the results of matches from state::Results to the store. Each API process has
// one (solo, too); any number may run at a time, and any of them may be killed at any moment.
//
//   take → store.apply_result → settled → done        one record's way, in this order
//             | unavailable: again, after a pause that doubles up to retry_ms_max
//             | malformed: set aside at once; another error: after attempts_max tries
//
// Owner: the wiring. stop() before the ports go. With a thread of its own, on which `settled` is
// called; or, for tests, on its owner's: whoever runs the mailbox calls turn(), too.
//
// Invariants: 1. at most in_flight_max records are in hand, waiting ones counted, so a store that
// is away is not flooded when it is back; 2. a record is in hand once, however often the stream
// hands it out; 3. a record is named done only after the store has it: the store is idempotent on
// the match id, so a match counts exactly once, but `settled` may be called again for it when
// done() was lost or a worker died before (AppliedResult::repeated says so); 4. nothing is dropped:
// what can never be applied is logged and set aside.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "metrics/exposition.h"
#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "state/state.h"
#include "store/store.h"

namespace whoosh::api {

struct ResultWorkerConfig {
  std::string consumer;  // unique among the living: host, process and something random
  std::int32_t in_flight_max = 16;
  std::int64_t wait_ms = 250;       // of one take(); also about what stop() takes when idle
  std::int64_t retry_ms_min = 250;  // doubled with every failure of this record …
  std::int64_t retry_ms_max = 30'000;
  std::int32_t attempts_max = 8;  // of a record that the store refuses though it is not away
};

struct ResultWorkerPorts {
  state::Results& results;
  // store::Store::apply_result
  std::function<void(match::MatchRecord, runtime::Reply<store::AppliedResult>)> apply;
  const runtime::Clock& clock;
};

// Since start; any thread reads.
struct ResultWorkerCounts {
  std::int64_t applied = 0;         // by us, for the first time
  std::int64_t repeated = 0;        // had been applied before
  std::int64_t retried = 0;         // attempts that failed
  std::int64_t aside = 0;           // records set aside
  std::int64_t coins_match = 0;     // given for those applied for the first time …
  std::int64_t coins_level_up = 0;  // … and for the levels that they brought
};

void write_results(metrics::Exposition& out, const ResultWorkerCounts& counts);

class ResultWorker {
 public:
  // The store has it; not called for what is set aside.
  using Settled = std::function<void(const match::MatchRecord&, store::AppliedResult)>;

  // With a thread of its own.
  ResultWorker(ResultWorkerConfig config, ResultWorkerPorts ports, Settled settled);
  // Without: see above.
  ResultWorker(ResultWorkerConfig config, ResultWorkerPorts ports, Settled settled,
               runtime::Mailbox& mailbox);
  ~ResultWorker();

  // Takes nothing more; with an own thread, waits until what the store is doing has been answered
  // and named done. What waits for another try comes again from the stream, to another worker.
  // Twice does no harm. REQUIRES: the ports are there and answer.
  void stop();

  // Takes and tries what is due; returns in how many ms something may be due again.
  std::int64_t turn();
  [[nodiscard]] ResultWorkerCounts counts() const;
  // Nothing is under way with the store or the stream. Without an own thread this must be so when
  // the worker goes.
  [[nodiscard]] bool is_idle() const { return calls_ == 0; }  // the thread of turn() only

 private:
  struct InHand {
    match::MatchRecord record;
    std::int32_t attempts = 0;
    std::int64_t due_ms = 0;
    bool is_under_way = false;
  };
  using Id = std::string;  // of the entry in the stream

  [[nodiscard]] runtime::Mailbox& mailbox() { return thread_ ? *thread_ : *mailbox_; }
  void take();
  void taken(base::Result<std::vector<state::Results::Entry>> entries);
  void apply(const Id& id, InHand& held);
  void applied(const Id& id, base::Result<store::AppliedResult> result);
  void set_aside(const Id& id, const match::MatchRecord& record, const base::Error& why);
  void call_began() { ++calls_; }
  void call_ended();
  [[nodiscard]] std::int64_t pause_ms(std::int32_t failures) const;

  const ResultWorkerConfig config_;
  const ResultWorkerPorts ports_;
  const Settled settled_;
  // Touched by the own thread, or the owner's, alone.
  std::map<Id, InHand> in_hand_;
  std::int32_t calls_ = 0;  // replies that will still come to us
  bool is_started_ = false;
  bool is_taking_ = false;
  bool is_stopping_ = false;
  std::int32_t take_failures_ = 0;
  std::int64_t take_due_ms_ = 0;
  base::Function<void()> on_drained_;

  std::atomic<std::int64_t> applied_ = 0;
  std::atomic<std::int64_t> repeated_ = 0;
  std::atomic<std::int64_t> retried_ = 0;
  std::atomic<std::int64_t> aside_ = 0;
  std::atomic<std::int64_t> coins_match_ = 0;
  std::atomic<std::int64_t> coins_level_up_ = 0;
  bool is_stopped_ = false;  // whoever calls stop()
  runtime::Mailbox* mailbox_ = nullptr;
  std::unique_ptr<runtime::LoopThread> thread_;  // last: it calls turn()
};

}  // namespace whoosh::api
