// The fixture of state/contract.h on a real server: one for each test binary, emptied for each
// test.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <thread>

#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "runtime/mailbox.h"
#include "state/redis/redis.h"
#include "state/redis/test_server.h"

namespace whoosh::state::redis {

class Rig {
 public:
  explicit Rig(const std::string& url) {
    Ports ports;
    ports.connection = *parse_url(url);
    ports.queue.poll_ms = 1;
    ports.results.retake_ms = retake_ms();
    ports.server_time = &clock_;
    redis_ = *Redis::open(std::move(ports), clock_, entropy_);
  }

  state::Directory& directory() { return redis_->directory(); }
  state::Queue& queue() { return redis_->queue(); }
  state::RateLimits& limits() { return redis_->limits(); }
  state::Results& results() { return redis_->results(); }
  state::Nodes& nodes() { return redis_->nodes(); }
  state::Leases& leases() { return redis_->leases(); }
  state::Lobbies& lobbies() { return redis_->lobbies(); }
  state::Revocations& revocations() { return redis_->revocations(); }
  runtime::Mailbox& mailbox() { return mailbox_; }
  runtime::ManualClock& clock() { return clock_; }
  static std::int64_t retake_ms() { return 200; }
  void pass_ms(std::int64_t ms) {
    clock_.advance_ms(ms);
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    settle();
  }

  // Until nothing is under way but waits, and those have been looked at.
  void settle() {
    calm_down();
    if (redis_->waiting().waits() == 0) return;
    for (std::uint64_t polls = redis_->waiting().polls() + 3;
         redis_->waiting().waits() > 0 && redis_->waiting().polls() < polls;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    calm_down();
  }

 private:
  void calm_down() {
    Client& client = redis_->client();
    do {
      std::promise<void> turn;
      client.post([&turn] { turn.set_value(); });
      turn.get_future().wait();
      while (client.pending() > client.pending_blocking()) std::this_thread::yield();
    } while (mailbox_.run_all() > 0);
  }

  runtime::ManualClock clock_;
  runtime::OsEntropy entropy_;
  runtime::QueueMailbox mailbox_;
  std::unique_ptr<Redis> redis_;
};

}  // namespace whoosh::state::redis
