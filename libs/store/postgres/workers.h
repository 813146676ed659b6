// The store's threads. A Job is one call of the port: its work on a connection, and its answer.
// Each Worker runs one job at a time on a connection of its own; a Pool has one queue in front.
//
// Why threads that wait, and not one loop with many connections: a transaction is a conversation
// (what is written depends on what was read under the lock), which reads best from top to bottom;
// the number of transactions at a time is bounded by the connections either way; and a thread that
// waits in poll() costs nothing that shows beside a round trip and a commit. What pipelining gives
// is used inside a job: statements travel together wherever no answer is needed in between. Reads
// of one statement that wait behind each other go out together, too: one round trip for up to
// JobQueue::together_max of them.
//
// A server that hangs is noticed by the queue: when the first in it has waited for patience,
// whoever comes is answered `unavailable` at once, instead of waiting behind for nothing.
//
// One sleeping thread is told at a time, and the next by it if jobs are left: while it wakes up, a
// burst of reads gathers, which then travels together instead of waking everybody for one each.
//
// Lock ledger: JobQueue::mutex_ protects jobs_, idle_, waking_ and stopped_; taken in push(),
// push_on(), take() and stop(). Outage::mutex_ protects is_on_; taken in began() and ended().
// Nothing is called under either, and no thread holds both. A connection belongs to its worker.
//
// Stopping: the destructor of Pool lets the threads finish what was accepted, then joins them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/function.h"
#include "runtime/reply.h"
#include "store/postgres/database.h"

namespace whoosh::store::postgres {

// Any thread; one sentence for the operator.
using Report = base::Function<void(std::string_view)>;

enum class Effect : std::uint8_t {
  read,          // one statement, no transaction around it
  write,         // one transaction
  write_repeats  // one transaction that is the same twice as once
};

class Job {
 public:
  virtual ~Job() = default;
  [[nodiscard]] virtual Effect effect() const = 0;
  // False: refused, nothing that it wrote is to stay. Throws PgError. May be called again.
  virtual bool run(Connection& db) = 0;
  // Replaces whatever answer there was.
  virtual void fail(base::Error error) = 0;
  // Once, after run() or fail().
  virtual void answer() = 0;
  // Whether it may ask ahead: sends, so that run() only has to take. Reads of one statement.
  [[nodiscard]] virtual bool asks_ahead() const { return false; }
  virtual void ask(Connection& /*db*/) {}
  // What was asked will not be answered.
  virtual void forget() {}
};

// Work: T (Connection&) or Result<T> (Connection&). An error that is returned keeps what was
// written, one that is thrown as Refused undoes it. REQUIRES: it may run several times.
template <class T, class Work>
class Call final : public Job {
 public:
  Call(Effect effect, Work work, runtime::Reply<T> reply)
      : effect_(effect), work_(std::move(work)), reply_(std::move(reply)) {}

  [[nodiscard]] Effect effect() const override { return effect_; }
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
  const Effect effect_;
  Work work_;
  runtime::Reply<T> reply_;
  std::optional<base::Result<T>> result_;
};

// A read of one statement. Ask: Number (Connection&); Take: T (Connection&, Number). Both may throw
// Refused.
template <class T, class Ask, class Take>
class Read final : public Job {
 public:
  Read(Ask ask, Take take, runtime::Reply<T> reply)
      : ask_(std::move(ask)), take_(std::move(take)), reply_(std::move(reply)) {}

  [[nodiscard]] Effect effect() const override { return Effect::read; }
  bool run(Connection& db) override {
    try {
      const Connection::Number number = asked_ ? *asked_ : ask_(db);
      asked_.reset();
      result_.emplace(take_(db, number));
      return true;
    } catch (const Refused& refused) {
      result_.emplace(refused.error);
      return false;
    }
  }
  void fail(base::Error error) override { result_.emplace(std::move(error)); }
  void answer() override { reply_(std::move(*result_)); }
  [[nodiscard]] bool asks_ahead() const override { return true; }
  void ask(Connection& db) override {
    try {
      asked_ = ask_(db);
    } catch (const Refused&) {  // run() will find the same
    }
  }
  void forget() override { asked_.reset(); }

 private:
  Ask ask_;
  Take take_;
  runtime::Reply<T> reply_;
  std::optional<Connection::Number> asked_;
  std::optional<base::Result<T>> result_;
};

using Jobs = std::vector<std::unique_ptr<Job>>;

class JobQueue {
 public:
  static constexpr std::size_t together_max = 16;

  JobQueue(std::size_t jobs_max, std::chrono::milliseconds patience)
      : jobs_max_(jobs_max), patience_(patience) {}
  // Answers `unavailable` at once when the queue is full, or stands still.
  void push(std::unique_ptr<Job> job);
  // What was accepted before and goes on in another job: also when full, also while stopping.
  // REQUIRES: a worker calls, from a job of its own.
  void push_on(std::unique_ptr<Job> job);
  // Waits for a job; with it come those behind it that ask ahead like it, up to together_max.
  // None: stopped, and everything was taken.
  [[nodiscard]] Jobs take();
  void stop();

 private:
  struct Waiting {
    std::unique_ptr<Job> job;
    std::chrono::steady_clock::time_point since;
  };

  const std::size_t jobs_max_;
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> jobs_;
  int idle_ = 0;         // threads in take() without a job
  bool waking_ = false;  // one of them was told, and has not looked yet
  bool stopped_ = false;
};

// Tells the operator once that the server went away and once that it is back, whatever the number
// of connections and calls that notice.
class Outage {
 public:
  explicit Outage(Report& report) : report_(report) {}
  void began(std::string_view why);
  void ended();

 private:
  [[nodiscard]] bool change(bool is_on);

  Report& report_;
  std::mutex mutex_;
  bool is_on_ = false;
};

// One thread's share: its connection, and when to try for a new one.
class Worker {
 public:
  Worker(std::string conninfo, std::unique_ptr<Connection> db, Outage& outage, Report& report)
      : conninfo_(std::move(conninfo)), db_(std::move(db)), outage_(outage), report_(report) {}
  void run(Jobs& jobs);

 private:
  void run_one(Job& job);
  [[nodiscard]] bool run_together(Jobs& jobs);
  [[nodiscard]] bool connect();
  void attempt(Job& job);
  [[nodiscard]] bool may_repeat(const Job& job, const PgError& error) const;

  static constexpr std::chrono::milliseconds pause_min{50};
  static constexpr std::chrono::milliseconds pause_max{2000};

  const std::string conninfo_;
  std::unique_ptr<Connection> db_;  // none: away
  Outage& outage_;
  Report& report_;
  std::chrono::milliseconds pause_{0};
  std::chrono::steady_clock::time_point not_before_{};
};

class Pool {
 public:
  static constexpr std::chrono::milliseconds patience{3'000};

  // REQUIRES: at least one connection. Throws std::system_error when threads can't be had.
  Pool(const std::string& conninfo, std::vector<std::unique_ptr<Connection>> connections,
       std::size_t queue_max, Report report, std::chrono::milliseconds patient = patience);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { stop(); }

  template <class T, class Work>
  void push(Effect effect, runtime::Reply<T> reply, Work work) {
    queue_.push(std::make_unique<Call<T, Work>>(effect, std::move(work), std::move(reply)));
  }
  void push(std::unique_ptr<Job> job) { queue_.push(std::move(job)); }
  void push_on(std::unique_ptr<Job> job) { queue_.push_on(std::move(job)); }
  template <class T, class Ask, class Take>
  void push_read(runtime::Reply<T> reply, Ask ask, Take take) {
    queue_.push(
        std::make_unique<Read<T, Ask, Take>>(std::move(ask), std::move(take), std::move(reply)));
  }

 private:
  void stop();

  Report report_;
  Outage outage_{report_};
  JobQueue queue_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace whoosh::store::postgres
