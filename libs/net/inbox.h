// Inbox: the queue behind Loop::post.
//
// Owner: one loop. post() from any thread; the rest from the loop's. After close() a posted task is
// destroyed unrun, on the poster's thread.
// Lock ledger: mutex_ protects tasks_ and closed_; taken in every function; nothing is called, and
// no task destroyed, under it.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "runtime/mailbox.h"

namespace whoosh::net {

class Inbox {
 public:
  // True: it was empty, so the loop may be asleep.
  bool post(runtime::Task task) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    tasks_.push_back(std::move(task));
    return tasks_.size() == 1;
  }

  // Runs what was posted before the call, in order; returns how many.
  std::size_t run_all() {
    {
      const std::lock_guard lock(mutex_);
      due_.swap(tasks_);
    }
    const std::size_t count = due_.size();
    for (runtime::Task& task : due_) task();
    due_.clear();
    return count;
  }

  void close() {
    std::vector<runtime::Task> unrun;
    const std::lock_guard lock(mutex_);
    closed_ = true;
    unrun.swap(tasks_);
  }

 private:
  std::mutex mutex_;  // tidy: no-locks: it is the mailbox, the one door
  std::vector<runtime::Task> tasks_;
  std::vector<runtime::Task> due_;  // the loop's own: keeps its capacity
  bool closed_ = false;
};

}  // namespace whoosh::net
