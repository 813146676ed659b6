// RevocationPublisher: passes what the store has revoked on to every process of the cluster, by
// state::Revocations. What can't be published now is kept and published when state is back, in
// order; at most waiting_max, beyond that the oldest goes (every API process reads the store's rows
// itself, and each publishes what is new to it, so it is told again).
//
// Owner: the API's wiring. publish() from any thread; the rest on an own one.
#pragma once

#include <deque>
#include <vector>

#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "state/nodes.h"

namespace whoosh::cluster {

class RevocationPublisher {
 public:
  static constexpr std::size_t waiting_max = 10'000;
  static constexpr std::size_t batch_max = 500;
  static constexpr std::int64_t retry_ms = 250;

  // The port outlives it and every answer.
  RevocationPublisher(state::Revocations& revocations, const runtime::Clock& clock);
  ~RevocationPublisher() { stop(); }
  void stop() { thread_.stop(); }

  void publish(std::vector<state::Revoked> revoked);

 private:
  std::int64_t turn();
  void answered(std::size_t count, const base::Result<>& done);

  state::Revocations& revocations_;
  const runtime::Clock& clock_;
  // Of the own thread.
  std::deque<state::Revoked> waiting_;
  bool asking_ = false;
  bool failing_ = false;
  std::int64_t due_ms_ = 0;
  runtime::LoopThread thread_;  // last: it calls turn()
};

}  // namespace whoosh::cluster
