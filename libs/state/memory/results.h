// Results of matches on their way to the store, within one process: append() takes a record in, a
// consumer is called with it until it acknowledges. Kept in memory: what is pending when the
// process dies is lost, which is what solo accepts between two commits of its store. Owner: the
// wiring. append() from any thread; the consumer is called on the own thread, and answers from
// wherever it likes.
//
// Invariants: 1. a record is handed out until its Reply is answered without an error; 2. at most
// in_flight_max are with the consumer at a time, oldest first; 3. at most pending_max wait here,
// counted with these.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "state/state.h"

namespace whoosh::state::memory {

struct ResultsOptions {
  std::size_t pending_max = 10'000;  // above: append answers unavailable, the edge keeps the record
  std::size_t in_flight_max = 16;
  std::int64_t retry_ms_min = 250;  // doubled with every failure of this record …
  std::int64_t retry_ms_max = 30'000;
};

// Lock ledger: mutex_ protects pending_ and its counters; taken in append(), pending(), turn(), for
// every answer and in the destructor; nothing is called under it.
class Results final : public state::Results {
 public:
  // Hands a record over; the Reply acknowledges it, or with an error asks to be called again later.
  using Consumer = std::function<void(match::MatchRecord, Reply<>)>;

  // With a thread of its own.
  Results(const runtime::Clock& clock, Consumer consumer, ResultsOptions options = {});
  // Without: the consumer's answers come through `mailbox`, and its owner calls turn().
  Results(const runtime::Clock& clock, Consumer consumer, runtime::Mailbox& mailbox,
          ResultsOptions options = {});
  // With its own thread: hands out nothing more and waits for the answers that are under way.
  // Without: they must have come before. REQUIRES: what the consumer asks is still there and
  // answers.
  ~Results() override;

  void append(match::MatchRecord record, Reply<> reply) override;

  // Hands over what is due; returns in how many ms something may be due again.
  std::int64_t turn();
  // Records not acknowledged yet.
  [[nodiscard]] std::size_t pending() const;

 private:
  struct Entry {
    match::MatchRecord record;
    std::int64_t due_ms = 0;
    std::int64_t retry_ms = 0;
    bool in_flight = false;
  };

  void answered(std::uint64_t number, bool acknowledged);

  const runtime::Clock& clock_;
  const Consumer consumer_;
  const ResultsOptions options_;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Entry> pending_;  // by order of arrival
  std::size_t in_flight_ = 0;
  std::uint64_t next_number_ = 1;
  bool stopping_ = false;
  std::condition_variable all_answered_;
  std::unique_ptr<runtime::LoopThread> thread_;
  runtime::Mailbox* mailbox_;
};

}  // namespace whoosh::state::memory
