// WorkerPool: a few threads for work that would hold up a loop (password hashes). The queue is
// bounded: what doesn't fit is refused at once with `unavailable` and Retry-After, so that a flood
// of logins costs the players nothing but logins.
//
// Owned by the service; submit() from any thread. The destructor finishes what runs, drops what
// waits (its Replies answer `unavailable`) and joins.
//
// Lock ledger: mutex_ protects tasks_ and stopping_; taken in submit() and by the workers; nothing
// is called under it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "http/ask.h"
#include "runtime/reply.h"

namespace whoosh::http {

class WorkerPool {
 public:
  struct Options {
    std::size_t threads = 2;
    std::size_t waiting_max = 64;
  };
  explicit WorkerPool(Options options);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False: the queue is full; the task is destroyed.
  [[nodiscard]] bool submit(runtime::Task task);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<runtime::Task> tasks_;
  bool stopping_ = false;
  const std::size_t waiting_max_;
  std::vector<std::thread> threads_;
};

// Runs `work` on the pool and waits for its T or Result<T>. Error: unavailable. `work` owns what it
// needs: it may still run when the waiting coroutine is gone. Name it and move it in: g++ 12
// destroys a closure that is written into the co_await expression itself twice when it owns
// something (GCC bug 99576 and its kin).
template <class T, class Work>
Awaitable<base::Result<T>> run_on(WorkerPool& pool, RequestContext& context, Work work) {
  const auto submit = [&](runtime::Reply<T> reply) {
    const bool taken = pool.submit([work = std::move(work), reply = std::move(reply)]() mutable {
      reply(base::Result<T>(work()));
    });
    static_cast<void>(taken);  // refused: the dropped Reply has answered `unavailable`
  };
  co_return co_await ask<T>(context, submit);
}

}  // namespace whoosh::http
