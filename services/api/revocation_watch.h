// RevocationWatch: keeps the process's RevocationList as the store has it: what this process
// revokes is in the list before its answer goes out, what another process (or `whoosh admin`)
// revokes within poll_ms. The store's rows are the truth, so a restart forgets nothing. What is new
// to the list is told to `on_revoked`, which ends live connections and tells the rest of the
// cluster.
//
// Owner: ApiServer. start() and stop() from one thread; hear() from any.
//
// Invariant: until the whole list was read once, is_ready() is false and nobody is believed
// (App::add): a token that was revoked before a restart must not live again because the store is
// slow.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "services/api/ports.h"

namespace whoosh::api {

// How far each poll looks back before the last one: `at` is the clock of whoever revoked, and a
// row is seen when its transaction has ended.
inline constexpr std::int64_t revocation_overlap_ms = 10'000;

class RevocationWatch {
 public:
  RevocationWatch(const Ports& ports, std::int64_t poll_ms);
  ~RevocationWatch();  // stops

  // Polls from now on; waits for the first answer, first_answer_ms_max at most.
  void start();
  void stop();

  [[nodiscard]] bool is_ready() const { return ready_; }
  // Puts these into the list now, and tells on.
  void hear(const std::vector<store::Revocation>& revocations);

 private:
  [[nodiscard]] std::int64_t turn();
  void poll();

  const Ports ports_;
  const std::int64_t poll_ms_;
  std::atomic<bool> ready_{false};
  std::shared_ptr<runtime::LoopThread> thread_;  // kept alive by a poll under way
  // From here on thread_'s.
  bool started_ = false;
  bool asking_ = false;
  bool failing_ = false;
  std::int64_t next_poll_ms_ = 0;
  std::int64_t next_forget_ms_ = 0;
  std::optional<base::UnixMs> polled_at_;
};

}  // namespace whoosh::api
