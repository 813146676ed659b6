// LoopMailbox: runtime::Mailbox of one event loop of the Server. Replies that are under way keep it
// alive, so a store may answer after the server has stopped: such an answer is dropped.
//
// Both directions are gathered. Answers that arrive while the loop is busy or still waking up are
// one task of it. What its requests ask of ports goes out at the end of the turn, one behind the
// other, so that a store's thread which the first one wakes finds all of them.
//
// Lock ledger: mutex_ protects loop_ and posted_; taken in post(), close() and by the loop; under
// it a task is handed to the loop's own queue, nothing of ours is called.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "runtime/mailbox.h"

namespace boost::asio {
class io_context;
}

namespace whoosh::http {

class LoopMailbox final : public runtime::Mailbox,
                          public std::enable_shared_from_this<LoopMailbox> {
 public:
  explicit LoopMailbox(boost::asio::io_context& loop) : loop_(&loop), own_loop_(loop) {}
  void post(runtime::Task task) override;
  // Runs the task once what this turn found ready has been served, behind those given before.
  // The loop's thread only.
  void at_turn_end(runtime::Task task);
  // From now on tasks are dropped. Called once the loop's thread has ended.
  void close();

 private:
  void run_posted();
  void run_turn_end();

  std::mutex mutex_;
  boost::asio::io_context* loop_;
  std::vector<runtime::Task> posted_;
  // From here on the loop's.
  boost::asio::io_context& own_loop_;
  std::vector<runtime::Task> running_;  // keeps its memory from turn to turn
  std::vector<runtime::Task> turn_end_;
};

}  // namespace whoosh::http
