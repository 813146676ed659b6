#include "store/postgres/workers.h"

#include <algorithm>
#include <exception>
#include <string>
#include <system_error>

namespace whoosh::store::postgres {
namespace {

using std::chrono::steady_clock;

constexpr int attempts_max = 8;  // of one job

}  // namespace

// ---- JobQueue ----------------------------------------------------------------------------------

void JobQueue::push(std::unique_ptr<Job> job) {
  bool wakes = false;
  {
    const auto now = steady_clock::now();
    const std::lock_guard lock(mutex_);
    const bool moves = jobs_.empty() || now - jobs_.front().since < patience_;
    if (moves && jobs_.size() < jobs_max_ && !stopped_) {
      jobs_.push_back({std::move(job), now});
      wakes = idle_ > 0 && !std::exchange(waking_, true);
    }
  }
  if (wakes) wake_.notify_one();
  if (job == nullptr) return;
  job->fail(away());
  job->answer();
}

void JobQueue::push_on(std::unique_ptr<Job> job) {
  bool wakes = false;
  {
    const auto now = steady_clock::now();
    const std::lock_guard lock(mutex_);
    jobs_.push_back({std::move(job), now});
    wakes = idle_ > 0 && !std::exchange(waking_, true);
  }
  if (wakes) wake_.notify_one();
}

Jobs JobQueue::take() {
  Jobs taken;
  bool wakes = false;
  {
    std::unique_lock lock(mutex_);
    ++idle_;
    wake_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
    --idle_;
    while (!jobs_.empty() && taken.size() < together_max) {
      const bool fits =
          taken.empty() || (taken.back()->asks_ahead() && jobs_.front().job->asks_ahead());
      if (!fits) break;
      taken.push_back(std::move(jobs_.front().job));
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

// ---- Outage ------------------------------------------------------------------------------------

bool Outage::change(bool is_on) {
  const std::lock_guard lock(mutex_);
  return std::exchange(is_on_, is_on) != is_on;
}

void Outage::began(std::string_view why) {
  if (change(true)) report_("the database is away: " + std::string(why));
}

void Outage::ended() {
  if (change(false)) report_("the database is back");
}

// ---- Worker ------------------------------------------------------------------------------------

void Worker::run(Jobs& jobs) {
  if (jobs.size() > 1 && run_together(jobs)) return;
  for (const std::unique_ptr<Job>& job : jobs) run_one(*job);
}

// False: something failed, and nothing counts; each alone has all the patience of run_one().
bool Worker::run_together(Jobs& jobs) {
  if (!connect()) return false;
  try {
    for (const std::unique_ptr<Job>& job : jobs) job->ask(*db_);
    for (const std::unique_ptr<Job>& job : jobs) job->run(*db_);
    return true;
  } catch (const PgError& error) {
    if (db_->is_lost() || error.is_farewell()) db_.reset();
  } catch (const std::exception&) {
    db_.reset();  // who knows what is still under way on it
  }
  for (const std::unique_ptr<Job>& job : jobs) job->forget();
  return false;
}

void Worker::run_one(Job& job) {
  for (int number = 1;; ++number) {
    if (!connect()) {
      job.fail(away());
      return;
    }
    try {
      attempt(job);
      return;
    } catch (const PgError& error) {
      const bool repeats = number < attempts_max && may_repeat(job, error);
      if (db_->is_lost() || error.is_farewell()) {
        db_.reset();
      } else if (repeats) {
        std::this_thread::sleep_for(std::chrono::milliseconds(number));
      }
      if (repeats) continue;
      report_("the database failed: " + std::string(error.what()) + " (SQLSTATE " +
              (error.sqlstate().empty() ? "none" : error.sqlstate()) + ")");
      job.fail(db_ == nullptr ? away() : error.error());
      return;
    } catch (const std::exception& error) {
      db_.reset();  // who knows what is still under way on it
      report_("a job of the store failed: " + std::string(error.what()));
      job.fail(base::ErrorCode::internal);
      return;
    }
  }
}

void Worker::attempt(Job& job) {
  if (job.effect() == Effect::read) {
    job.run(*db_);
    return;
  }
  Transaction transaction(*db_, Transaction::Kind::write);
  if (job.run(*db_)) transaction.commit();
}

// Nothing has happened when the server undid it, or when the connection broke before the COMMIT.
bool Worker::may_repeat(const Job& job, const PgError& error) const {
  if (error.is_collision()) return true;
  if (!db_->is_lost() && !error.is_farewell()) return false;
  return job.effect() != Effect::write || !db_->is_commit_open();
}

// The first attempt comes at once, the following ones after growing pauses. In a pause the answer
// is no, so that nobody waits for a server that is away.
bool Worker::connect() {
  // The rollback of a refused job may have been the one to notice.
  if (db_ != nullptr && db_->is_lost()) db_.reset();
  if (db_ != nullptr) return true;
  if (steady_clock::now() < not_before_) return false;
  try {
    db_ = std::make_unique<Connection>(conninfo_, Timeouts{});
    pause_ = std::chrono::milliseconds(0);
    outage_.ended();
    return true;
  } catch (const PgError& error) {
    outage_.began(error.what());
    pause_ = std::clamp(pause_ * 2, pause_min, pause_max);
    not_before_ = steady_clock::now() + pause_;
    return false;
  }
}

// ---- Pool --------------------------------------------------------------------------------------

Pool::Pool(const std::string& conninfo, std::vector<std::unique_ptr<Connection>> connections,
           std::size_t queue_max, Report report, std::chrono::milliseconds patient)
    : report_(std::move(report)), queue_(queue_max, patient) {
  try {
    for (std::unique_ptr<Connection>& db : connections) {
      workers_.push_back(std::make_unique<Worker>(conninfo, std::move(db), outage_, report_));
      threads_.emplace_back([this, worker = workers_.back().get()] {
        for (Jobs jobs = queue_.take(); !jobs.empty(); jobs = queue_.take()) {
          worker->run(jobs);
          for (const std::unique_ptr<Job>& job : jobs) job->answer();
        }
      });
    }
  } catch (const std::system_error&) {
    stop();
    throw;
  }
}

void Pool::stop() {
  queue_.stop();
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace whoosh::store::postgres
