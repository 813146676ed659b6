#include "http/loop_mailbox.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace whoosh::http {

void LoopMailbox::post(runtime::Task task) {
  const auto self = shared_from_this();  // the task may hold the last other reference
  const std::lock_guard lock(mutex_);
  if (loop_ != nullptr) boost::asio::post(*loop_, std::move(task));
}

void LoopMailbox::close() {
  const std::lock_guard lock(mutex_);
  loop_ = nullptr;
}

}  // namespace whoosh::http
