// AccountReads: the reads of one account each that wait at the same time, as one statement. Every
// request of a signed-in person reads an account, so this is the store's hottest call; what a
// statement costs the server (messages, a snapshot, setting the plan up) is then paid once for
// many. At most under_way_max batches are under way: who comes meanwhile gathers for the next.
//
// Owner: the store; outlives the pool. ask() from any thread; the job it makes runs on a worker's.
// A read sees what was committed before it was asked for: its statement begins later.
//
// Invariant: while somebody waits, there is a job in the pool's queue (is_queued_), or the last of
// under_way_max batches to end will make one.
//
// Lock ledger: mutex_ protects waiting_, is_queued_ and under_way_; taken in ask(), take() and
// ended(); nothing is called under it.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "store/postgres/accounts.h"
#include "store/postgres/workers.h"
#include "store/store.h"

namespace whoosh::store::postgres {

class AccountReads {
 public:
  static constexpr std::size_t batch_max = 64;
  static constexpr int under_way_max = 2;

  // `pool` is not used before the first ask().
  AccountReads(Pool& pool, std::size_t waiting_max) : pool_(pool), waiting_max_(waiting_max) {}

  // `unavailable` at once when too many wait, or the first of them has waited for Pool::patience:
  // then the server hangs.
  void ask(UserId id, Reply<Account> reply);

 private:
  struct Waiting {
    UserId id;
    Reply<Account> reply;
    std::chrono::steady_clock::time_point since;
  };
  using Batch = std::vector<Waiting>;
  class BatchJob;

  [[nodiscard]] Batch take();
  void ended();
  [[nodiscard]] bool needs_job() const;  // REQUIRES: mutex_ is held

  Pool& pool_;
  const std::size_t waiting_max_;
  std::mutex mutex_;
  std::deque<Waiting> waiting_;
  bool is_queued_ = false;  // a job that has not taken its batch
  int under_way_ = 0;
};

}  // namespace whoosh::store::postgres
