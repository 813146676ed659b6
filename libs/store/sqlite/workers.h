// The store's threads. A Job is one call of the port: its work on a connection, and its answer.
// Writer runs jobs in groups that commit together, Readers run what waits in small groups, each on
// one snapshot of their own read-only connections.
//
// One sleeping thread is told at a time, and the next by it if jobs are left: while it wakes up, a
// burst gathers, which then costs one snapshot instead of waking everybody for one job each.
//
// Lock ledger: JobQueue::mutex_ protects jobs_, idle_, waking_ and stopped_; taken in push(),
// take() and stop(); nothing is called under it. A connection belongs to its thread.
//
// Stopping: the destructors of Writer and Readers let their thread finish what was accepted, then
// join it.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/function.h"
#include "runtime/reply.h"
#include "store/sqlite/database.h"

namespace whoosh::store::sqlite {

// Any thread; one sentence for the operator.
using Report = base::Function<void(std::string_view)>;

class Job {
 public:
  virtual ~Job() = default;
  // False: refused, nothing that it wrote is to stay. Throws SqliteError.
  virtual bool run(Connection& db) = 0;
  // Replaces whatever answer there was.
  virtual void fail(base::Error error) = 0;
  // Once, after run() or fail().
  virtual void answer() = 0;
};

// Work: T (Connection&) or Result<T> (Connection&). An error that is returned keeps what was
// written, one that is thrown as Refused undoes it.
template <class T, class Work>
class Call final : public Job {
 public:
  Call(Work work, runtime::Reply<T> reply) : work_(std::move(work)), reply_(std::move(reply)) {}

  bool run(Connection& db) override {
    try {
      if constexpr (std::is_void_v<std::invoke_result_t<Work&, Connection&>>) {
        work_(db);
        result_.emplace();
      } else {
        result_.emplace(work_(db));
      }
      return true;
    } catch (const Refused& refused) {
      result_.emplace(refused.error);
      return false;
    }
  }
  void fail(base::Error error) override { result_.emplace(std::move(error)); }
  void answer() override { reply_(std::move(*result_)); }

 private:
  Work work_;
  runtime::Reply<T> reply_;
  std::optional<base::Result<T>> result_;
};

template <class T, class Work>
std::unique_ptr<Job> make_job(runtime::Reply<T> reply, Work work) {
  return std::make_unique<Call<T, Work>>(std::move(work), std::move(reply));
}

using Jobs = std::vector<std::unique_ptr<Job>>;

class JobQueue {
 public:
  explicit JobQueue(std::size_t jobs_max) : jobs_max_(jobs_max) {}
  // Answers `unavailable` at once when the queue is full.
  void push(std::unique_ptr<Job> job);
  // Waits for at least one job; empty: stopped, and everything was taken.
  [[nodiscard]] Jobs take(std::size_t count_max);
  void stop();

 private:
  const std::size_t jobs_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Job>> jobs_;
  int idle_ = 0;         // threads in take() without a job
  bool waking_ = false;  // one of them was told, and has not looked yet
  bool stopped_ = false;
};

class Writer {
 public:
  // One group commits together: a page that many of its jobs touch is written once. Larger ones
  // would only delay their first answer.
  static constexpr std::size_t group_max = 1024;

  Writer(std::unique_ptr<Connection> db, std::size_t queue_max, Report& report);
  ~Writer();
  void push(std::unique_ptr<Job> job) { queue_.push(std::move(job)); }

 private:
  void run_group(Jobs& jobs);
  void run_one(Job& job);

  std::unique_ptr<Connection> db_;
  Report& report_;
  JobQueue queue_;
  std::thread thread_;
};

class Readers {
 public:
  // What one snapshot serves; more would only delay the first answer.
  static constexpr std::size_t group_max = 16;

  Readers(std::vector<std::unique_ptr<Connection>> connections, std::size_t queue_max,
          Report& report);
  ~Readers();
  void push(std::unique_ptr<Job> job) { queue_.push(std::move(job)); }

 private:
  void serve(Connection& db);
  void run_group(Connection& db, Jobs& jobs);
  void run_one(Connection& db, Job& job);
  void stop();

  std::vector<std::unique_ptr<Connection>> connections_;
  Report& report_;
  JobQueue queue_;
  std::vector<std::thread> threads_;
};

}  // namespace whoosh::store::sqlite
