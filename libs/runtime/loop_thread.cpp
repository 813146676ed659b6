#include "runtime/loop_thread.h"

#include <algorithm>
#include <chrono>

namespace whoosh::runtime {

namespace {
constexpr std::int64_t sleep_ms_max = 60'000;
}

LoopThread::LoopThread(Turn turn) : turn_(std::move(turn)), thread_([this] { run(); }) {}

// Notifies under the lock: once the task has run, the loop may be stopped and gone before a late
// notify_one() would have touched it.
void LoopThread::post(Task task) {
  const std::scoped_lock lock(mutex_);
  if (stopping_) return;
  tasks_.push_back(std::move(task));
  wake_.notify_one();
}

void LoopThread::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void LoopThread::run() {
  std::vector<Task> batch;
  std::int64_t sleep_ms = 0;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, std::chrono::milliseconds(sleep_ms),
                     [this] { return stopping_ || !tasks_.empty(); });
      batch.swap(tasks_);
      if (batch.empty() && stopping_) return;
    }
    for (Task& task : batch) task();
    batch.clear();
    sleep_ms = turn_ ? std::clamp<std::int64_t>(turn_(), 0, sleep_ms_max) : sleep_ms_max;
  }
}

}  // namespace whoosh::runtime
