#include "store/postgres/account_reads.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

namespace whoosh::store::postgres {

// Takes its batch when it starts, so that whoever comes until then is in it.
class AccountReads::BatchJob final : public Job {
 public:
  explicit BatchJob(AccountReads& reads) : reads_(reads) {}

  [[nodiscard]] Effect effect() const override { return Effect::read; }
  [[nodiscard]] bool asks_ahead() const override { return true; }
  void ask(Connection& db) override {
    const std::vector<UserId> wanted = ids();
    for (std::size_t at = 0; at < wanted.size(); at += accounts_together_max) {
      const auto count = std::min(accounts_together_max, wanted.size() - at);
      asked_.push_back(ask_accounts(db, std::span(wanted).subspan(at, count)));
    }
  }
  void forget() override { asked_.clear(); }

  bool run(Connection& db) override {
    if (asked_.empty()) ask(db);
    accounts_.clear();
    for (const Connection::Number number : std::exchange(asked_, {})) {
      std::ranges::move(take_accounts(db, number), std::back_inserter(accounts_));
    }
    std::ranges::sort(accounts_, {}, &Account::id);
    error_.reset();
    return true;
  }
  void fail(base::Error error) override { error_ = std::move(error); }

  void answer() override {
    Batch answered = std::move(batch());
    reads_.ended();
    for (Waiting& waiting : answered) {
      if (error_) {
        waiting.reply(*error_);
        continue;
      }
      const auto found = std::ranges::lower_bound(accounts_, waiting.id, {}, &Account::id);
      const bool is_there = found != accounts_.end() && found->id == waiting.id;
      waiting.reply(is_there ? base::Result<Account>(*found)
                             : base::Error{base::ErrorCode::user_not_found});
    }
  }

 private:
  [[nodiscard]] Batch& batch() {
    if (!batch_) batch_ = reads_.take();
    return *batch_;
  }
  [[nodiscard]] std::vector<UserId> ids() {
    std::vector<UserId> ids;
    for (const Waiting& waiting : batch()) ids.push_back(waiting.id);
    return ids;
  }

  AccountReads& reads_;
  std::optional<Batch> batch_;
  std::vector<Connection::Number> asked_;
  std::vector<Account> accounts_;  // by id
  std::optional<base::Error> error_;
};

void AccountReads::ask(UserId id, Reply<Account> reply) {
  bool is_accepted = false;
  bool pushes = false;
  {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    const bool moves = waiting_.empty() || now - waiting_.front().since < Pool::patience;
    is_accepted = moves && waiting_.size() < waiting_max_;
    if (is_accepted) waiting_.push_back({id, std::move(reply), now});
    pushes = needs_job();
    if (pushes) is_queued_ = true;
  }
  if (pushes) pool_.push(std::make_unique<BatchJob>(*this));
  if (!is_accepted) reply(away());
}

bool AccountReads::needs_job() const {
  return !waiting_.empty() && !is_queued_ && under_way_ < under_way_max;
}

AccountReads::Batch AccountReads::take() {
  Batch batch;
  bool pushes = false;
  {
    const std::lock_guard lock(mutex_);
    is_queued_ = false;
    ++under_way_;
    while (!waiting_.empty() && batch.size() < batch_max) {
      batch.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    pushes = needs_job();
    if (pushes) is_queued_ = true;
  }
  if (pushes) pool_.push_on(std::make_unique<BatchJob>(*this));
  return batch;
}

void AccountReads::ended() {
  bool pushes = false;
  {
    const std::lock_guard lock(mutex_);
    --under_way_;
    pushes = needs_job();
    if (pushes) is_queued_ = true;
  }
  if (pushes) pool_.push_on(std::make_unique<BatchJob>(*this));
}

}  // namespace whoosh::store::postgres
