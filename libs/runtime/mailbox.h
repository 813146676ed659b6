// Mailbox: the only door between threads. post() from anywhere; the task runs on the mailbox's own
// thread, in order of posting, never inside post(). Its owner outlives every poster, or drains it
// while stopping. QueueMailbox is the plain one: its owner calls run_all(). net and http have their
// own on top of their loops.
#pragma once

#include <mutex>
#include <vector>

#include "base/function.h"

namespace whoosh::runtime {

using Task = base::Function<void()>;

class Mailbox {
 public:
  virtual ~Mailbox() = default;
  virtual void post(Task task) = 0;
};

// Lock ledger: mutex_ protects tasks_; taken in post() and run_all(); nothing is called under it.
class QueueMailbox final : public Mailbox {
 public:
  void post(Task task) override;
  // Runs what was posted before the call, in order; returns how many.
  std::size_t run_all();

 private:
  std::mutex mutex_;
  std::vector<Task> tasks_;
};

}  // namespace whoosh::runtime
