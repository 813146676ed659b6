// Support for benchmarks of stores: many calls in flight, and the calls themselves with values of
// their own (store/contract_values.h). Flood: its owner waits in run(); answers come on any thread.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/mailbox.h"
#include "store/contract_values.h"
#include "store/store.h"

namespace whoosh::store::bench {

class InlineMailbox final : public runtime::Mailbox {
 public:
  void post(runtime::Task task) override { task(); }
};

// Keeps `parallel` calls in flight until `count` have been answered.
//
// Lock ledger: mutex_ protects in_flight_ and failures_; taken in run() and by each answer; nothing
// is called under it.
class Flood {
 public:
  Flood(int parallel, std::int64_t count) : parallel_(parallel), count_(count) {}

  // call(number, done): starts a call that runs `done` with its success.
  template <class Call>
  void run(Call call) {
    std::unique_lock lock(mutex_);
    for (std::int64_t number = 0; number < count_; ++number) {
      room_.wait(lock, [this] { return in_flight_ < parallel_; });
      ++in_flight_;
      lock.unlock();
      call(number, [this](bool succeeded) { finish(succeeded); });
      lock.lock();
    }
    room_.wait(lock, [this] { return in_flight_ == 0; });
  }
  [[nodiscard]] std::int64_t failures() const { return failures_; }

 private:
  void finish(bool succeeded) {
    const std::lock_guard lock(mutex_);
    --in_flight_;
    if (!succeeded) ++failures_;
    room_.notify_one();
  }

  const int parallel_;
  const std::int64_t count_;
  std::mutex mutex_;
  std::condition_variable room_;
  int in_flight_ = 0;
  std::int64_t failures_ = 0;
};

// Each starts a call that runs `done` with its success. Owner: the benchmark; outlives the calls.
class Calls {
 public:
  explicit Calls(Store& store) : store_(store) {}

  template <class Done>
  void create(const std::string& name, Done done) {
    store_.create_account(contract::registered(name), reply<Account>(done));
  }
  template <class Done>
  void grant(std::int64_t user, std::int32_t coins, int key, Done done) {
    store_.grant(contract::give(UserId{user}, coins, key), decided(done));
  }
  // An item that nobody has bought yet, for one coin.
  template <class Done>
  void purchase(std::int64_t user, int number, Done done) {
    store_.purchase(contract::buy(UserId{user}, "item_" + std::to_string(number), 1, number),
                    decided(done));
  }
  // Eight humans, others each time.
  template <class Done>
  void apply(int number, int users, Done done) {
    std::vector<UserId> seats;
    for (int seat = 0; seat < 8; ++seat) {
      seats.emplace_back(1 + (std::int64_t{number} * 8 + seat) % users);
    }
    const UnixMs ended_at = contract::noon.plus_ms(std::int64_t{number} * 1000);
    store_.apply_result(contract::record_of(number, seats, ended_at),
                        Reply<AppliedResult>(mailbox_, [done](base::Result<AppliedResult> applied) {
                          done(applied.has_value() && !applied.value().repeated);
                        }));
  }
  template <class Done>
  void account(std::int64_t user, Done done) {
    store_.account(UserId{user}, reply<Account>(done));
  }
  template <class Done>
  void wallet(std::int64_t user, Done done) {
    store_.wallet(UserId{user}, reply<Wallet>(done));
  }
  template <class Done>
  void history(std::int64_t user, std::size_t rows, Done done) {
    store_.history(UserId{user}, std::nullopt, static_cast<std::int32_t>(rows),
                   Reply<HistoryPage>(mailbox_, [done, rows](base::Result<HistoryPage> page) {
                     done(page.has_value() && page.value().rows.size() == rows);
                   }));
  }

  void add_users(int users) {
    Flood flood(64, users);
    flood.run(
        [&](std::int64_t number, auto done) { create("user" + std::to_string(number), done); });
  }
  // So that each of them can buy things for a while.
  void make_rich(int users) {
    Flood flood(64, users);
    flood.run([&](std::int64_t number, auto done) { grant(1 + number, 1'000'000, 0, done); });
  }

 private:
  template <class T, class Done>
  Reply<T> reply(Done done) {
    return Reply<T>(mailbox_, [done](base::Result<T> result) { done(result.has_value()); });
  }
  template <class Done>
  Reply<Outcome> decided(Done done) {
    return Reply<Outcome>(mailbox_, [done](base::Result<Outcome> outcome) {
      done(outcome.has_value() && !outcome.value().refused && !outcome.value().replayed);
    });
  }

  Store& store_;
  InlineMailbox mailbox_;
};

}  // namespace whoosh::store::bench
