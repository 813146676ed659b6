// Results of matches on their way to the store, within one process. Kept in memory: what is pending
// when the process dies is lost, which is what solo accepts between two commits of its store.
// Owner: the wiring; outlives nobody who takes from it. Any thread.
//
// Invariants: 1. an entry is ready, or with a consumer until `again`; done() and set_aside() end it
// in both states; 2. at most pending_max entries; 3. whoever waits in take() waits because nothing
// is ready.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "state/state.h"

namespace whoosh::state::memory {

struct ResultsOptions {
  std::size_t pending_max = 10'000;  // above: append answers unavailable, the edge keeps the record
  std::size_t waits_max = 1'000;     // above: take answers at once, with nothing
  std::size_t epochs_max = 100'000;  // above: the oldest epoch is forgotten early
  std::int64_t wait_ms_max = 60'000;  // longer waits are cut to this
  // A thread of its own answers waits that are over and hands out again what was not done. Without,
  // somebody calls answer_due(): tests, which move a ManualClock.
  bool own_thread = true;
};

// Lock ledger: mutex_ protects everything below it; taken in every call and by the own thread. No
// Reply is answered under it.
class Results final : public state::Results {
 public:
  explicit Results(const runtime::Clock& clock, ResultsOptions options = {});
  ~Results() override;

  void append(match::MatchRecord record, Reply<> reply) override;
  void take(std::string consumer, std::int32_t count, std::int64_t wait_ms,
            Reply<std::vector<Entry>> reply) override;
  void done(std::vector<std::string> ids, Reply<> reply) override;
  void set_aside(std::string id, std::string reason, Reply<> reply) override;
  void pending(Reply<std::int64_t> reply) override;

  // What pending() answers, without waiting for a mailbox.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::size_t aside_size() const;

  // Answers the waits that are over or find something; returns in how many ms the next may.
  std::int64_t answer_due();

 private:
  using Number = std::uint64_t;
  using Played = std::pair<base::RoomId, base::MatchId>;
  using WaitKey = std::pair<std::int64_t, Number>;  // deadline on the monotonic clock, number
  struct Kept {
    match::MatchRecord record;
    std::int32_t deliveries = 0;
    std::int64_t again_ms = 0;  // with a consumer: when it is ready again
    bool is_ready = true;
  };
  struct Epoch {
    std::uint32_t epoch = 0;
    std::int64_t forget_ms = 0;
  };
  struct Wait {
    std::int32_t count = 1;
    Reply<std::vector<Entry>> reply;
  };
  struct Answer {
    Reply<std::vector<Entry>> reply;
    std::vector<Entry> entries;
  };
  using Answers = std::vector<Answer>;  // collected under the lock, given after it

  static void give(Answers& answers);
  base::Result<> keep(match::MatchRecord record);
  void note_epoch(const Played& played, std::uint32_t epoch, std::int64_t now_ms);
  std::vector<Entry> hand_out(std::int32_t count, std::int64_t now_ms);
  void take_back(std::int64_t now_ms);
  void serve_waits(std::int64_t now_ms, Answers& answers);
  void end(Number number);

  const runtime::Clock& clock_;
  const ResultsOptions options_;
  mutable std::mutex mutex_;
  std::map<Number, Kept> pending_;  // by order of arrival
  std::set<Number> ready_;
  std::set<std::pair<std::int64_t, Number>> taken_;  // by the time of coming again
  std::map<Played, Epoch> epochs_;
  std::deque<std::pair<std::int64_t, Played>> epochs_by_age_;
  std::deque<std::pair<match::MatchRecord, std::string>> aside_;
  std::map<WaitKey, Wait> waits_;
  Number next_number_ = 1;
  std::unique_ptr<runtime::LoopThread> thread_;  // last: it calls answer_due()
};

}  // namespace whoosh::state::memory
