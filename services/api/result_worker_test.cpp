// Goal: every result reaches the store exactly once, whatever fails on the way, and one that can't
// be applied holds nobody up. Method: the memory stream and the memory store on virtual time,
// behind ports that fail as told; then threads and the real clock.
#include "services/api/result_worker.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <thread>

#include "state/memory/results.h"
#include "store/memory/memory.h"

namespace whoosh::api {
namespace {

using base::Error;
using base::ErrorCode;
using runtime::Reply;
using state::Results;

match::MatchRecord record_of(std::uint64_t number, std::size_t seats = 2) {
  match::MatchRecord record;
  record.id = base::MatchId::make(number, number);
  record.room = base::RoomId{number};
  record.game = "suspect";
  record.ended_at = {1'700'000'000'000};
  record.started_at = record.ended_at.plus_s(-300);
  record.played_s = 300;
  record.seats.resize(seats);  // bots
  return record;
}

// Loses as many done() calls as told, and remembers what was set aside.
class LossyResults final : public Results {
 public:
  explicit LossyResults(Results& inner) : inner_(inner) {}

  void append(match::MatchRecord record, Reply<> reply) override {
    inner_.append(std::move(record), std::move(reply));
  }
  void take(std::string consumer, std::int32_t count, std::int64_t wait_ms,
            Reply<std::vector<Entry>> reply) override {
    ++takes;
    if (away) return reply(Error{ErrorCode::unavailable});
    inner_.take(std::move(consumer), count, wait_ms, std::move(reply));
  }
  void done(std::vector<std::string> ids, Reply<> reply) override {
    if (lost > 0) {
      --lost;
      return reply(Error{ErrorCode::unavailable});
    }
    inner_.done(std::move(ids), std::move(reply));
  }
  void set_aside(std::string id, std::string reason, Reply<> reply) override {
    reasons.push_back(reason);
    inner_.set_aside(std::move(id), std::move(reason), std::move(reply));
  }
  void pending(Reply<std::int64_t> reply) override { inner_.pending(std::move(reply)); }

  int lost = 0;
  bool away = false;
  int takes = 0;
  std::vector<std::string> reasons;

 private:
  Results& inner_;
};

// The memory store, which answers what it is told first.
struct Store {
  void apply(match::MatchRecord record, Reply<store::AppliedResult> reply) {
    asked.push_back(record.room.value);
    if (answers_lost > 0) {  // applied but reported failed
      --answers_lost;
      inner->apply_result(std::move(record), {nobody, [](base::Result<store::AppliedResult>) {}});
      return reply(Error{ErrorCode::unavailable});
    }
    if (failures > 0) {
      --failures;
      return reply(Error{failure});
    }
    inner->apply_result(std::move(record), std::move(reply));
  }

  std::unique_ptr<store::Store> inner = store::memory::open();
  runtime::QueueMailbox nobody;
  std::vector<std::uint64_t> asked;  // rooms, in order
  int failures = 0;
  ErrorCode failure = ErrorCode::unavailable;
  int answers_lost = 0;
};

class ResultWorkerTest : public ::testing::Test {
 protected:
  ResultWorkerTest() { worker_.emplace(config(), ports(), settled(), mailbox_); }
  ~ResultWorkerTest() override {
    worker_->stop();
    pass_ms(1'000);  // the last take() is answered
  }

  static ResultWorkerConfig config() {
    ResultWorkerConfig config;
    config.consumer = "one";
    config.in_flight_max = 4;
    config.attempts_max = 3;
    return config;
  }
  ResultWorkerPorts ports() {
    return {results_,
            [this](match::MatchRecord record, Reply<store::AppliedResult> reply) {
              store_.apply(std::move(record), std::move(reply));
            },
            clock_};
  }
  ResultWorker::Settled settled() {
    return [this](const match::MatchRecord& record, store::AppliedResult applied) {
      (applied.repeated ? repeated_ : settled_).insert(record.room.value);
    };
  }
  void append(std::uint64_t number, std::size_t seats = 2) {
    results_.append(record_of(number, seats),
                    {mailbox_, [](base::Result<> taken) { EXPECT_TRUE(taken.has_value()); }});
    run();
  }
  void run() {
    do {
      stream_.answer_due();
      worker_->turn();
    } while (mailbox_.run_all() > 0);
  }
  void pass_ms(std::int64_t ms) {
    for (; ms > 0; ms -= 50) {
      clock_.advance_ms(50);
      run();
    }
  }

  runtime::ManualClock clock_;
  runtime::QueueMailbox mailbox_;
  state::memory::Results stream_{clock_, {.own_thread = false}};
  LossyResults results_{stream_};
  Store store_;
  std::multiset<std::uint64_t> settled_;
  std::multiset<std::uint64_t> repeated_;
  std::optional<ResultWorker> worker_;
};

using Rooms = std::vector<std::uint64_t>;
using RoomSet = std::multiset<std::uint64_t>;

TEST_F(ResultWorkerTest, AppliesWhatIsAppended) {
  for (std::uint64_t number = 1; number <= 20; ++number) append(number);
  EXPECT_EQ(settled_.size(), 20U);
  EXPECT_EQ(worker_->counts().applied, 20);
  EXPECT_EQ(stream_.size(), 0U);
  EXPECT_TRUE(repeated_.empty());
}

TEST_F(ResultWorkerTest, WhatWasLeftByADeadWorkerIsTaken) {
  worker_->stop();
  pass_ms(1'000);
  results_.append(record_of(1), {mailbox_, [](base::Result<>) {}});
  results_.take("dead", 1, 0, {mailbox_, [](auto taken) { EXPECT_EQ(taken->size(), 1U); }});
  worker_.emplace(config(), ports(), settled(), mailbox_);
  pass_ms(Results::retake_ms - 100);
  EXPECT_TRUE(settled_.empty());
  pass_ms(200);
  EXPECT_EQ(settled_, RoomSet{1});
}

TEST_F(ResultWorkerTest, AppliesOnceThoughDoneWasLost) {
  results_.lost = 2;
  append(1);
  EXPECT_EQ(settled_, RoomSet{1});
  EXPECT_EQ(stream_.size(), 1U);
  pass_ms(2 * Results::retake_ms + 500);
  EXPECT_EQ(stream_.size(), 0U);
  EXPECT_EQ(settled_, RoomSet{1});
  EXPECT_EQ(repeated_, (RoomSet{1, 1}));
  EXPECT_EQ(worker_->counts().applied, 1);
  EXPECT_EQ(worker_->counts().repeated, 2);
}

TEST_F(ResultWorkerTest, AppliesOnceThoughTheStoresAnswerWasLost) {
  store_.answers_lost = 1;
  append(1);
  EXPECT_TRUE(settled_.empty());
  pass_ms(300);
  EXPECT_EQ(repeated_, RoomSet{1});
  EXPECT_EQ(stream_.size(), 0U);
}

TEST_F(ResultWorkerTest, TriesAgainWithLongerPausesWhileTheStoreIsAway) {
  store_.failures = 1'000'000;
  for (std::uint64_t number = 1; number <= 10; ++number) append(number);
  EXPECT_EQ(store_.asked, (Rooms{1, 2, 3, 4}));  // no more in hand than in_flight_max
  pass_ms(250);
  EXPECT_EQ(store_.asked.size(), 8U);
  pass_ms(450);
  EXPECT_EQ(store_.asked.size(), 8U);
  pass_ms(50);
  EXPECT_EQ(store_.asked.size(), 12U);
  pass_ms(60'000);
  const std::size_t before = store_.asked.size();
  EXPECT_LE(before, 40U);  // 250 500 1000 … 30000
  pass_ms(60'000);
  EXPECT_LE(store_.asked.size(), before + 8);
  store_.failures = 0;
  pass_ms(31'000);
  EXPECT_EQ(settled_.size(), 10U);
  EXPECT_TRUE(repeated_.empty());
  EXPECT_EQ(stream_.size(), 0U);
  EXPECT_EQ(stream_.aside_size(), 0U);  // away is no reason, however long
}

TEST_F(ResultWorkerTest, ARecordThatCantBeAppliedIsSetAsideAndBlocksNobody) {
  for (std::uint64_t number = 1; number <= 12; ++number) append(number, number % 2 == 0 ? 0 : 2);
  EXPECT_EQ(settled_, (RoomSet{1, 3, 5, 7, 9, 11}));
  EXPECT_EQ(stream_.size(), 0U);
  EXPECT_EQ(stream_.aside_size(), 6U);
  EXPECT_EQ(worker_->counts().aside, 6);
  EXPECT_EQ(results_.reasons.at(0), base::error_sentence(ErrorCode::malformed));
}

TEST_F(ResultWorkerTest, AnErrorThatStaysIsSetAsideAfterSomeTries) {
  store_.failures = 3;
  store_.failure = ErrorCode::internal;
  append(1);
  append(2);
  EXPECT_EQ(stream_.size(), 2U);
  pass_ms(2'000);
  EXPECT_EQ(stream_.size(), 0U);
  EXPECT_EQ(worker_->counts().aside + worker_->counts().applied, 2);
  store_.failures = 2;  // one that passes in time
  append(3);
  pass_ms(2'000);
  EXPECT_EQ(settled_.count(3), 1U);
}

TEST_F(ResultWorkerTest, AStreamThatIsAwayIsAskedWithPausesAndThenGoesOn) {
  results_.away = true;
  pass_ms(300);
  stream_.append(record_of(1), {mailbox_, [](base::Result<>) {}});
  pass_ms(10'000);
  EXPECT_LE(results_.takes, 10);
  results_.away = false;
  pass_ms(31'000);
  EXPECT_EQ(settled_, RoomSet{1});
}

TEST_F(ResultWorkerTest, AfterStopNothingIsTaken) {
  worker_->stop();
  pass_ms(1'000);
  append(1);
  pass_ms(1'000);
  EXPECT_TRUE(worker_->is_idle());
  EXPECT_TRUE(store_.asked.empty());
  EXPECT_EQ(stream_.size(), 1U);
}

// Two workers with threads, one stopped in the middle: every record counts once.
TEST(ResultWorkers, ShareTheStreamAndStopMidWay) {
  runtime::OsClock clock;
  state::memory::Results stream(clock);
  const std::unique_ptr<store::Store> store = store::memory::open();
  runtime::LoopThread answers;
  std::atomic<int> settled = 0;
  const auto worker_of = [&](const std::string& name) {
    ResultWorkerConfig config;
    config.consumer = name;
    return std::make_unique<ResultWorker>(
        config,
        ResultWorkerPorts{stream,
                          [&](match::MatchRecord record, Reply<store::AppliedResult> reply) {
                            store->apply_result(std::move(record), std::move(reply));
                          },
                          clock},
        [&](const match::MatchRecord&, const store::AppliedResult& applied) {
          EXPECT_FALSE(applied.repeated);
          ++settled;
        });
  };
  auto one = worker_of("one");
  auto two = worker_of("two");
  constexpr int records = 500;
  for (int number = 1; number <= records; ++number) {
    stream.append(record_of(static_cast<std::uint64_t>(number)),
                  {answers, [](base::Result<> taken) { EXPECT_TRUE(taken.has_value()); }});
    if (number == records / 2) {
      one->stop();
      one->stop();
    }
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (settled < records && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  two->stop();
  EXPECT_EQ(settled, records);
  EXPECT_EQ(one->counts().applied + two->counts().applied, records);
  EXPECT_EQ(stream.size(), 0U);
  answers.stop();
}

}  // namespace
}  // namespace whoosh::api
