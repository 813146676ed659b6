#include "http/loop_mailbox.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace whoosh::http {

void LoopMailbox::post(runtime::Task task) {
  const auto self = shared_from_this();  // the task may hold the last other reference
  const std::lock_guard lock(mutex_);
  if (loop_ == nullptr) return;
  posted_.push_back(std::move(task));
  if (posted_.size() == 1) boost::asio::post(*loop_, [self] { self->run_posted(); });
}

void LoopMailbox::run_posted() {
  {
    const std::lock_guard lock(mutex_);
    std::swap(posted_, running_);
  }
  for (runtime::Task& task : running_) task();
  running_.clear();
}

void LoopMailbox::at_turn_end(runtime::Task task) {
  turn_end_.push_back(std::move(task));
  if (turn_end_.size() > 1) return;
  boost::asio::post(own_loop_, [self = shared_from_this()] { self->run_turn_end(); });
}

// A task may ask for the end of the next turn.
void LoopMailbox::run_turn_end() {
  std::vector<runtime::Task> tasks = std::exchange(turn_end_, {});
  for (runtime::Task& task : tasks) task();
}

void LoopMailbox::close() {
  turn_end_.clear();  // its tasks keep this alive
  std::vector<runtime::Task> dropped;
  const std::lock_guard lock(mutex_);
  loop_ = nullptr;
  std::swap(dropped, posted_);
}

}  // namespace whoosh::http
