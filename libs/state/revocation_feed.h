// RevocationFeed: keeps a process's RevocationList up to date: asks state::Revocations every
// poll_ms what is new, enters it, and then tells whoever has to act on it (the edge, which closes
// connections). An error changes nothing but the time: the same question is asked again.
//
// Owner: the wiring; what it is given lives longer. It has a thread of its own, on which `fresh` is
// called; stop() ends it. failures() and silence_ms() from any thread.
// Invariants: 1. whatever `fresh` hears is in the list already, so that a door which asks the list
// after it was told misses nothing; 2. one question is under way at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>

#include "base/function.h"
#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "state/nodes.h"
#include "state/revocation_list.h"

namespace whoosh::state {

class RevocationFeed {
 public:
  using Fresh = base::Function<void(std::span<const Revoked>)>;

  struct Options {
    std::int64_t poll_ms = 250;       // a revocation reaches live connections within 1 s
    std::int64_t forget_ms = 60'000;  // between two clearings of the list
  };

  // Begins at once, with everything that is not over yet.
  RevocationFeed(Revocations& revocations, RevocationList& list, const runtime::Clock& clock,
                 Fresh fresh, Options options);
  RevocationFeed(Revocations& revocations, RevocationList& list, const runtime::Clock& clock,
                 Fresh fresh)
      : RevocationFeed(revocations, list, clock, std::move(fresh), Options{}) {}
  ~RevocationFeed() { stop(); }

  // No call of `fresh` afterwards. Idempotent.
  void stop() { thread_.stop(); }

  [[nodiscard]] std::uint64_t failures() const { return failures_; }
  // Since the last answer (at first: since the start): for readiness and metrics.
  [[nodiscard]] std::int64_t silence_ms() const { return clock_.monotonic_ms() - heard_ms_; }

 private:
  std::int64_t turn();
  void ask();
  void heard(base::Result<Revocations::News> news);

  Revocations& revocations_;
  RevocationList& list_;
  const runtime::Clock& clock_;
  Fresh fresh_;
  const Options options_;
  std::string cursor_;
  bool asking_ = false;
  std::int64_t ask_ms_ = 0;  // when to ask next
  std::int64_t forget_ms_ = 0;
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<std::int64_t> heard_ms_;
  runtime::LoopThread thread_;  // last: runs over all of the above
};

}  // namespace whoosh::state
