// Goal: live state in memory keeps the contract of state, stays bounded, and holds under threads.
// Method: the contract suites on virtual time; each bound at its edge; many threads at once with
// the real clock.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "state/contract.h"
#include "state/memory/directory.h"
#include "state/memory/queue.h"
#include "state/memory/rate_limits.h"
#include "state/memory/results.h"

namespace whoosh::state::memory {
namespace {

QueueOptions by_hand() {
  QueueOptions options;
  options.own_thread = false;
  return options;
}

class MemoryRig {
 public:
  explicit MemoryRig(QueueOptions options = by_hand()) : queue_(directory_, clock_, options) {}

  state::Directory& directory() { return directory_; }
  state::Queue& queue() { return queue_; }
  state::RateLimits& limits() { return limits_; }
  runtime::Mailbox& mailbox() { return mailbox_; }
  runtime::ManualClock& clock() { return clock_; }
  void settle() {
    queue_.answer_due();
    while (mailbox_.run_all() > 0) {
    }
  }

 private:
  runtime::ManualClock clock_;
  runtime::SeededEntropy entropy_{1};
  runtime::QueueMailbox mailbox_;
  Directory directory_{entropy_};
  Queue queue_;
  RateLimits limits_;
};

}  // namespace
}  // namespace whoosh::state::memory

namespace whoosh::state::contract {
using Memory = ::testing::Types<memory::MemoryRig>;
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, DirectoryContract, Memory);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, QueueContract, Memory);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, LimitsContract, Memory);
}  // namespace whoosh::state::contract

namespace whoosh::state::memory {
namespace {

Ticket ticket_of(std::int64_t user, UnixMs now) {
  Ticket ticket;
  ticket.id = "t" + std::to_string(user);
  ticket.user = UserId{user};
  ticket.queue = "standard";
  ticket.game = "suspect";
  ticket.created_at = now;
  ticket.expires_at = now.plus_s(600);
  return ticket;
}

TEST(MemoryQueue, RefusesWhenItIsFull) {
  QueueOptions options = by_hand();
  options.searching_max = 2;
  MemoryRig rig(options);
  std::vector<bool> entered;
  for (std::int64_t user = 1; user <= 3; ++user) {
    rig.queue().join(ticket_of(user, rig.clock().now()),
                     {rig.mailbox(), [&](base::Result<Ticket> got) {
                        entered.push_back(got.has_value());
                        if (got) return;
                        EXPECT_EQ(got.error().code, base::ErrorCode::unavailable);
                      }});
  }
  rig.settle();
  EXPECT_EQ(entered, (std::vector<bool>{true, true, false}));
}

TEST(MemoryQueue, TheFifthWaitAnswersTheFirstAndTooManyAnswerAtOnce) {
  QueueOptions options = by_hand();
  options.waits_max = 6;
  MemoryRig rig(options);
  for (std::int64_t user = 1; user <= 2; ++user) {
    rig.queue().join(ticket_of(user, rig.clock().now()),
                     {rig.mailbox(), [](base::Result<Ticket>) {}});
  }
  std::vector<int> answered;
  int number = 0;
  const auto wait = [&](std::int64_t user) {
    rig.queue().wait("t" + std::to_string(user), UserId{user}, 25'000,
                     {rig.mailbox(), [&answered, mine = ++number](base::Result<Ticket> got) {
                        EXPECT_TRUE(got.has_value());
                        answered.push_back(mine);
                      }});
    rig.settle();
  };
  for (int i = 0; i < 5; ++i) wait(1);
  EXPECT_EQ(answered, (std::vector<int>{1}));
  for (int i = 0; i < 3; ++i) wait(2);  // six wait in all: the eighth call finds no place
  EXPECT_EQ(answered, (std::vector<int>{1, 8}));
  rig.clock().advance_ms(25'000);
  rig.settle();
  EXPECT_EQ(answered.size(), 8U);
}

TEST(MemoryQueue, WaitersOfAQueueThatEndsAreAnswered) {
  auto rig = std::make_unique<MemoryRig>();
  runtime::QueueMailbox outer;
  bool unavailable = false;
  rig->queue().join(ticket_of(1, rig->clock().now()), {outer, [](base::Result<Ticket>) {}});
  rig->queue().wait("t1", UserId{1}, 25'000,
                    {outer, [&](base::Result<Ticket> got) { unavailable = got.has_error(); }});
  rig.reset();
  outer.run_all();
  EXPECT_TRUE(unavailable);
}

TEST(MemoryQueue, ItsOwnThreadAnswersWaits) {
  runtime::OsClock clock;
  runtime::SeededEntropy entropy(1);
  Directory directory(entropy);
  std::atomic<int> answered = 0;
  runtime::LoopThread answers;
  {
    Queue queue(directory, clock);
    queue.join(ticket_of(1, clock.now()), {answers, [](base::Result<Ticket>) {}});
    for (const std::int64_t ms : {60'000, 30, 1}) {
      queue.wait("t1", UserId{1}, ms, {answers, [&](base::Result<Ticket>) { ++answered; }});
    }
    while (answered < 2) std::this_thread::yield();
  }
  answers.stop();
  EXPECT_EQ(answered, 3);  // the long one was answered when the queue ended
}

// Joins, cancels, waits and matches from four threads; afterwards every ticket has ended once.
TEST(MemoryQueue, HoldsUnderThreads) {
  runtime::OsClock clock;
  runtime::SeededEntropy entropy(1);
  Directory directory(entropy);
  runtime::LoopThread answers;
  std::atomic<int> matched = 0;
  std::atomic<int> waits = 0;
  constexpr int users = 2000;
  {
    Queue queue(directory, clock);
    const auto play = [&](int first) {
      for (int user = first; user <= users; user += 3) {
        const std::string id = "t" + std::to_string(user);
        queue.join(ticket_of(user, clock.now()),
                   {answers, [](base::Result<Ticket> got) { EXPECT_TRUE(got.has_value()); }});
        queue.wait(id, UserId{user}, 60'000, {answers, [&](base::Result<Ticket> got) {
                                                ++waits;
                                                if (!got) return;
                                                if (got->status == TicketStatus::matched) ++matched;
                                              }});
        if (user % 5 == 0) queue.cancel(id, UserId{user}, {answers, [](base::Result<>) {}});
      }
    };
    std::thread one(play, 1);
    std::thread two(play, 2);
    std::thread three(play, 3);
    RoomEntry room;
    room.room = RoomId{1};
    std::atomic<int> humans = 0;
    std::atomic<bool> joined = false;
    std::atomic<int> under_way = 0;
    std::thread matcher([&] {
      for (bool last = false; !last;) {
        last = joined;
        ++under_way;
        queue.searching(clock.now(), {answers, [&](base::Result<std::vector<Ticket>> tickets) {
                                        for (const Ticket& ticket : *tickets) {
                                          ++under_way;
                                          queue.match({ticket.id}, room,
                                                      {answers, [&](base::Result<bool> done) {
                                                         humans += *done ? 1 : 0;
                                                         --under_way;
                                                       }});
                                        }
                                        --under_way;
                                      }});
        while (under_way > 0) std::this_thread::yield();
      }
    });
    one.join();
    two.join();
    three.join();
    joined = true;
    matcher.join();
    while (waits < users) std::this_thread::yield();
    EXPECT_EQ(matched, humans);
    EXPECT_GT(matched, 0);
  }
  answers.stop();
  EXPECT_EQ(waits, users);
}

TEST(MemoryRateLimits, StayBoundedAndForgetTheFullestFirst) {
  RateLimits limits(3);
  runtime::QueueMailbox mailbox;
  const RateRule rule{10, 60};
  const UnixMs now{1'000'000};
  const auto take = [&](const std::string& key, UnixMs at, int times) {
    std::int32_t last = 0;
    for (int i = 0; i < times; ++i) {
      limits.take(key, rule, at, {mailbox, [&](base::Result<std::int32_t> got) { last = *got; }});
      mailbox.run_all();
    }
    return last;
  };
  EXPECT_GT(take("greedy", now, 11), 0);
  take("b", now, 5);
  take("c", now, 1);
  take("d", now, 1);
  EXPECT_EQ(limits.size(), 3U);
  EXPECT_GT(take("greedy", now, 1), 0);  // still knows him; "c" went
  take("e", now.plus_s(3600), 1);
  EXPECT_EQ(limits.size(), 1U);  // full buckets are forgotten
}

match::MatchRecord record_of(std::uint64_t number) {
  match::MatchRecord record;
  record.id = base::MatchId::make(number, number);
  return record;
}

// A consumer that fails as often as told, then acknowledges.
struct Consumer {
  int failures = 0;
  std::vector<base::MatchId> seen;
  std::vector<base::MatchId> done;

  void operator()(const match::MatchRecord& record, Reply<> reply) {
    seen.push_back(record.id);
    if (failures > 0) {
      --failures;
      reply(base::Error{base::ErrorCode::unavailable});
      return;
    }
    done.push_back(record.id);
    reply(base::Result<>{});
  }
};

class MemoryResults : public ::testing::Test {
 protected:
  bool append(std::uint64_t number) {
    bool taken = false;
    results_.append(record_of(number),
                    {mailbox_, [&](base::Result<> got) { taken = got.has_value(); }});
    run();
    return taken;
  }
  std::int64_t run() {
    std::int64_t next_ms = 0;
    do {
      next_ms = results_.turn();
    } while (mailbox_.run_all() > 0);
    return next_ms;
  }

  runtime::ManualClock clock_;
  runtime::QueueMailbox mailbox_;
  Consumer consumer_;
  ResultsOptions options_{.pending_max = 3, .in_flight_max = 2};
  Results results_{
      clock_,
      [this](match::MatchRecord record, Reply<> reply) { consumer_(record, std::move(reply)); },
      mailbox_, options_};
};

TEST_F(MemoryResults, ComeAgainUntilAcknowledged) {
  consumer_.failures = 3;
  EXPECT_TRUE(append(1));
  EXPECT_EQ(consumer_.seen.size(), 1U);
  EXPECT_EQ(run(), 250);
  for (const std::int64_t ms : {250, 500, 1000}) {
    clock_.advance_ms(ms - 1);
    run();
    const std::size_t before = consumer_.seen.size();
    clock_.advance_ms(1);
    run();
    EXPECT_EQ(consumer_.seen.size(), before + 1) << ms;
  }
  EXPECT_EQ(consumer_.done, std::vector<base::MatchId>{record_of(1).id});
  EXPECT_EQ(results_.pending(), 0U);
}

TEST_F(MemoryResults, OneThatFailsHoldsNobodyUp) {
  consumer_.failures = 1;
  append(1);
  append(2);
  EXPECT_EQ(consumer_.done, std::vector<base::MatchId>{record_of(2).id});
  EXPECT_EQ(results_.pending(), 1U);
}

TEST_F(MemoryResults, RefuseWhenTooManyWait) {
  consumer_.failures = 100;
  for (std::uint64_t number = 1; number <= 3; ++number) EXPECT_TRUE(append(number));
  EXPECT_FALSE(append(4));
  consumer_.failures = 0;
  clock_.advance_ms(60'000);
  run();
  EXPECT_EQ(consumer_.done.size(), 3U);
  EXPECT_TRUE(append(4));
}

TEST_F(MemoryResults, ADroppedAcknowledgementIsNone) {
  int calls = 0;
  Results dropping(
      clock_, [&](match::MatchRecord, Reply<>) { ++calls; }, mailbox_);
  dropping.append(record_of(1), {mailbox_, [](base::Result<>) {}});
  dropping.turn();
  mailbox_.run_all();
  clock_.advance_ms(250);
  dropping.turn();
  mailbox_.run_all();
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(dropping.pending(), 1U);
}

TEST(MemoryResultsThread, DeliversAndEndsWithAnswersUnderWay) {
  runtime::OsClock clock;
  runtime::LoopThread store;
  std::atomic<int> applied = 0;
  std::atomic<int> taken = 0;
  {
    Results results(clock, [&](match::MatchRecord, Reply<> reply) {
      store.post([&applied, held = std::make_shared<Reply<>>(std::move(reply))] {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        ++applied;
        (*held)(base::Result<>{});
      });
    });
    for (std::uint64_t number = 1; number <= 50; ++number) {
      results.append(record_of(number), {store, [&](base::Result<>) { ++taken; }});
    }
    while (applied < 10) std::this_thread::yield();
  }
  store.stop();
  EXPECT_EQ(taken, 50);
  EXPECT_GE(applied, 10);
}

TEST(RoomCodes, AreFourLettersThatCanBeRead) {
  base::Rng rng(3);
  for (int i = 0; i < 20'000; ++i) {
    const std::string code = random_room_code(rng, 4 + static_cast<std::size_t>(i % 2));
    ASSERT_EQ(fold_room_code(code), code);
    ASSERT_FALSE(is_rude_code(code));
    ASSERT_EQ(code.find_first_of("ILO01"), std::string::npos);
  }
}

TEST(RoomCodes, GetLongerWhenThereAreManyRooms) {
  EXPECT_EQ(room_code_length(0), 4U);
  EXPECT_EQ(room_code_length(30'000), 4U);
  EXPECT_EQ(room_code_length(30'001), 5U);
}

TEST(RoomCodes, RudeOnesAreFoundAnywhereInside) {
  for (const char* code : {"FUCK", "AFUC", "XASS", "ASSY", "SEXY", "CUNT", "TWATS", "KKKK"}) {
    EXPECT_TRUE(is_rude_code(code)) << code;
  }
  for (const char* code : {"BRTK", "HAND", "GRAPE"}) {
    EXPECT_EQ(is_rude_code(code), std::string_view(code) == "GRAPE") << code;
  }
}

TEST(RoomCodes, FoldingTakesCaseBlanksAndHyphensOnly) {
  EXPECT_EQ(fold_room_code(" br-tk "), "BRTK");
  EXPECT_EQ(fold_room_code("b r t k s"), "BRTKS");
  for (const char* typed :
       {"", "BRT", "BRTKSX", "BR1K", "BROK", "BRIK", "BRLK", "BR.K", "\xff\xfe", "    "}) {
    EXPECT_EQ(fold_room_code(typed), std::nullopt) << typed;
  }
}

TEST(MemoryDirectory, FiveLettersAbove30000Rooms) {
  runtime::SeededEntropy entropy(5);
  Directory directory(entropy);
  runtime::QueueMailbox mailbox;
  std::size_t four = 0;
  std::size_t five = 0;
  for (std::uint64_t id = 1; id <= 30'011; ++id) {
    RoomEntry entry;
    entry.room = RoomId{id};
    directory.claim_room(entry, {mailbox, [&](base::Result<RoomEntry> got) {
                                   ASSERT_TRUE(got.has_value());
                                   (got->code.size() == 4 ? four : five)++;
                                 }});
  }
  mailbox.run_all();
  EXPECT_EQ(four, 30'001U);
  EXPECT_EQ(five, 10U);
}

}  // namespace
}  // namespace whoosh::state::memory
