#include "state/memory/results.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/assert.h"

namespace whoosh::state::memory {

namespace {
constexpr std::int64_t idle_ms = 60'000;
}

Results::Results(const runtime::Clock& clock, Consumer consumer, runtime::Mailbox& mailbox,
                 ResultsOptions options)
    : clock_(clock), consumer_(std::move(consumer)), options_(options), mailbox_(&mailbox) {}

Results::Results(const runtime::Clock& clock, Consumer consumer, ResultsOptions options)
    : clock_(clock), consumer_(std::move(consumer)), options_(options), mailbox_(nullptr) {
  // Its first turn may come before mailbox_ is set; then nothing is pending yet.
  thread_ = std::make_unique<runtime::LoopThread>([this] { return turn(); });
  mailbox_ = thread_.get();
}

Results::~Results() {
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    if (thread_) all_answered_.wait(lock, [this] { return in_flight_ == 0; });
  }
  if (thread_) thread_->stop();
}

void Results::append(match::MatchRecord record, Reply<> reply) {
  const bool taken = [&] {
    const std::scoped_lock lock(mutex_);
    if (pending_.size() >= options_.pending_max) return false;
    Entry entry;
    entry.record = std::move(record);
    entry.due_ms = clock_.monotonic_ms();
    entry.retry_ms = options_.retry_ms_min;
    pending_.emplace(next_number_++, std::move(entry));
    return true;
  }();
  if (!taken) {
    reply(base::Error{base::ErrorCode::unavailable});
    return;
  }
  reply(base::Result<>{});
  if (thread_) thread_->post([] {});
}

std::int64_t Results::turn() {
  std::vector<std::pair<std::uint64_t, match::MatchRecord>> due;
  std::int64_t next_ms = idle_ms;
  {
    const std::scoped_lock lock(mutex_);
    const std::int64_t now_ms = clock_.monotonic_ms();
    for (auto& [number, entry] : pending_) {
      if (stopping_ || in_flight_ >= options_.in_flight_max) break;  // an answer wakes us
      if (entry.in_flight) continue;
      if (entry.due_ms > now_ms) {
        next_ms = std::min(next_ms, entry.due_ms - now_ms);
        continue;
      }
      entry.in_flight = true;
      ++in_flight_;
      due.emplace_back(number, entry.record);
    }
  }
  for (auto& [number, record] : due) {
    consumer_(std::move(record),
              Reply<>(*mailbox_, [this, number = number](const base::Result<>& result) {
                answered(number, result.has_value());
              }));
  }
  return next_ms;
}

void Results::answered(std::uint64_t number, bool acknowledged) {
  const std::scoped_lock lock(mutex_);
  const auto found = pending_.find(number);
  ASSERT(found != pending_.end());
  if (--in_flight_ == 0) all_answered_.notify_all();
  if (acknowledged) {
    pending_.erase(found);
    return;
  }
  Entry& entry = found->second;
  entry.in_flight = false;
  entry.due_ms = clock_.monotonic_ms() + entry.retry_ms;
  entry.retry_ms = std::min(2 * entry.retry_ms, options_.retry_ms_max);
}

std::size_t Results::pending() const {
  const std::scoped_lock lock(mutex_);
  return pending_.size();
}

}  // namespace whoosh::state::memory
