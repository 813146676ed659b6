#include "store/sqlite/workers.h"

#include <algorithm>
#include <exception>
#include <string>
#include <system_error>

namespace whoosh::store::sqlite {
namespace {

base::Error away() {
  base::Error error{base::ErrorCode::unavailable};
  error.retry_after_s = 1;
  return error;
}

void tell(Report& report, const SqliteError& error) {
  report("the database failed: " + std::string(error.what()) + " (SQLite code " +
         std::to_string(error.code()) + ")");
}

}  // namespace

// ---- JobQueue ----------------------------------------------------------------------------------

void JobQueue::push(std::unique_ptr<Job> job) {
  bool wakes = false;
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() < jobs_max_ && !stopped_) {
      jobs_.push_back(std::move(job));
      wakes = idle_ > 0 && !std::exchange(waking_, true);
    }
  }
  if (wakes) wake_.notify_one();
  if (job == nullptr) return;
  job->fail(away());
  job->answer();
}

Jobs JobQueue::take(std::size_t count_max) {
  Jobs taken;
  bool wakes = false;
  {
    std::unique_lock lock(mutex_);
    ++idle_;
    wake_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
    --idle_;
    const std::size_t count = std::min(count_max, jobs_.size());
    for (std::size_t at = 0; at < count; ++at) {
      taken.push_back(std::move(jobs_.front()));
      jobs_.pop_front();
    }
    wakes = !jobs_.empty() && idle_ > 0;
    waking_ = wakes;
  }
  if (wakes) wake_.notify_one();
  return taken;
}

void JobQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
}

// ---- Writer ------------------------------------------------------------------------------------

Writer::Writer(std::unique_ptr<Connection> db, std::size_t queue_max, Report& report)
    : db_(std::move(db)), report_(report), queue_(queue_max), thread_([this] {
        for (Jobs jobs = queue_.take(group_max); !jobs.empty(); jobs = queue_.take(group_max)) {
          run_group(jobs);
          for (const std::unique_ptr<Job>& job : jobs) job->answer();
        }
      }) {}

Writer::~Writer() {
  queue_.stop();
  thread_.join();
}

void Writer::run_group(Jobs& jobs) {
  try {
    Transaction transaction(*db_, Transaction::Kind::write);
    for (const std::unique_ptr<Job>& job : jobs) run_one(*job);
    transaction.commit();
  } catch (const SqliteError& error) {
    tell(report_, error);
    for (const std::unique_ptr<Job>& job : jobs) job->fail(away());
  }
}

// Throws SqliteError when the whole group is lost.
void Writer::run_one(Job& job) {
  try {
    Savepoint savepoint(*db_);
    if (job.run(*db_)) savepoint.release();
  } catch (const SqliteError& error) {
    if (!db_->in_transaction()) throw;
    tell(report_, error);
    job.fail(error.error());
  } catch (const std::exception& error) {
    report_("a job of the store failed: " + std::string(error.what()));
    job.fail(base::ErrorCode::internal);
  }
  if (!db_->in_transaction()) throw SqliteError(0, "the transaction was undone");
}

// ---- Readers -----------------------------------------------------------------------------------

Readers::Readers(std::vector<std::unique_ptr<Connection>> connections, std::size_t queue_max,
                 Report& report)
    : connections_(std::move(connections)), report_(report), queue_(queue_max) {
  try {
    for (const std::unique_ptr<Connection>& db : connections_) {
      threads_.emplace_back([this, &db] { serve(*db); });
    }
  } catch (const std::system_error&) {
    stop();
    throw;
  }
}

Readers::~Readers() {
  stop();
}

void Readers::stop() {
  queue_.stop();
  for (std::thread& thread : threads_) thread.join();
}

void Readers::serve(Connection& db) {
  for (Jobs jobs = queue_.take(group_max); !jobs.empty(); jobs = queue_.take(group_max)) {
    run_group(db, jobs);
    for (const std::unique_ptr<Job>& job : jobs) job->answer();
  }
}

void Readers::run_group(Connection& db, Jobs& jobs) {
  try {
    Transaction snapshot(db, Transaction::Kind::read);
    for (const std::unique_ptr<Job>& job : jobs) run_one(db, *job);
    snapshot.commit();
  } catch (const SqliteError& error) {
    tell(report_, error);
    for (const std::unique_ptr<Job>& job : jobs) job->fail(error.error());
  }
}

// Throws SqliteError when the whole group is lost.
void Readers::run_one(Connection& db, Job& job) {
  try {
    job.run(db);
  } catch (const SqliteError& error) {
    if (!db.in_transaction()) throw;
    tell(report_, error);
    job.fail(error.error());
  } catch (const std::exception& error) {
    report_("a job of the store failed: " + std::string(error.what()));
    job.fail(base::ErrorCode::internal);
  }
}

}  // namespace whoosh::store::sqlite
