#include "services/cluster/revocation_publisher.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace whoosh::cluster {

RevocationPublisher::RevocationPublisher(state::Revocations& revocations,
                                         const runtime::Clock& clock)
    : revocations_(revocations), clock_(clock), thread_([this] { return turn(); }) {}

void RevocationPublisher::publish(std::vector<state::Revoked> revoked) {
  thread_.post([this, revoked = std::move(revoked)]() mutable {
    for (state::Revoked& one : revoked) waiting_.push_back(std::move(one));
    while (waiting_.size() > waiting_max && !asking_) waiting_.pop_front();
  });
}

std::int64_t RevocationPublisher::turn() {
  if (asking_ || waiting_.empty()) return 60'000;
  const std::int64_t now_ms = clock_.monotonic_ms();
  if (now_ms < due_ms_) return due_ms_ - now_ms;
  asking_ = true;
  const auto count = std::min(waiting_.size(), batch_max);
  std::vector<state::Revoked> batch(waiting_.begin(),
                                    waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  revocations_.publish(std::move(batch), {thread_, [this, count](const base::Result<>& done) {
                                            answered(count, done);
                                          }});
  return 60'000;
}

void RevocationPublisher::answered(std::size_t count, const base::Result<>& done) {
  asking_ = false;
  if (done) {
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
    if (failing_) spdlog::info("revocations reach the other processes again");
    failing_ = false;
    return;
  }
  due_ms_ = clock_.monotonic_ms() + retry_ms;
  if (!std::exchange(failing_, true))
    spdlog::error("revocations do not reach the other processes: {}", done.error().sentence());
}

}  // namespace whoosh::cluster
