// LoopMailbox: runtime::Mailbox of one event loop of the Server. Replies that are under way keep it
// alive, so a store may answer after the server has stopped: such an answer is dropped.
//
// Lock ledger: mutex_ protects loop_; taken in post() and close(); under it a task is handed to the
// loop's own queue, nothing of ours is called.
#pragma once

#include <memory>
#include <mutex>

#include "runtime/mailbox.h"

namespace boost::asio {
class io_context;
}

namespace whoosh::http {

class LoopMailbox final : public runtime::Mailbox,
                          public std::enable_shared_from_this<LoopMailbox> {
 public:
  explicit LoopMailbox(boost::asio::io_context& loop) : loop_(&loop) {}
  void post(runtime::Task task) override;
  // From now on tasks are dropped. Called once the loop's thread has ended.
  void close();

 private:
  std::mutex mutex_;
  boost::asio::io_context* loop_;
};

}  // namespace whoosh::http
