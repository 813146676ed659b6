#include "runtime/mailbox.h"

namespace whoosh::runtime {

void QueueMailbox::post(Task task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
}

std::size_t QueueMailbox::run_all() {
  std::vector<Task> due;
  {
    const std::lock_guard lock(mutex_);
    due.swap(tasks_);
  }
  for (Task& task : due) task();
  return due.size();
}

}  // namespace whoosh::runtime
