// LoopThread: a mailbox with a thread of its own, for what needs neither sockets nor a shard: it
// runs what is posted, in order, and between tasks a `turn` that says when it wants to run again.
// Owner: whoever made it; post() from anywhere until stop() has returned.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/mailbox.h"

namespace whoosh::runtime {

// Lock ledger: mutex_ protects tasks_ and stopping_; taken in post(), stop() and between tasks;
// nothing is called under it.
class LoopThread final : public Mailbox {
 public:
  // Runs on the thread after each batch of tasks; answers in how many ms it runs again at the
  // latest.
  using Turn = base::Function<std::int64_t()>;

  explicit LoopThread(Turn turn = nullptr);
  ~LoopThread() override { stop(); }

  void post(Task task) override;
  // Runs what was posted before, then joins. Later posts are dropped. Twice does no harm; never
  // from the thread itself.
  void stop();

 private:
  void run();

  Turn turn_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Task> tasks_;
  bool stopping_ = false;
  std::thread thread_;  // last: runs over all of the above
};

}  // namespace whoosh::runtime
