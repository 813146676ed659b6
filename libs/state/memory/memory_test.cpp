// Goal: live state in memory keeps the contract of state, stays bounded, and holds under threads.
// Method: the contract suites on virtual time; each bound at its edge; many threads at once with
// the real clock.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "state/contract.h"
#include "state/memory/directory.h"
#include "state/memory/nodes.h"
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
  state::Results& results() { return results_; }
  state::Nodes& nodes() { return nodes_; }
  state::Leases& leases() { return leases_; }
  state::Lobbies& lobbies() { return lobbies_; }
  state::Revocations& revocations() { return revocations_; }
  runtime::Mailbox& mailbox() { return mailbox_; }
  runtime::ManualClock& clock() { return clock_; }
  void settle() {
    queue_.answer_due();
    results_.answer_due();
    while (mailbox_.run_all() > 0) {
    }
  }
  static std::int64_t retake_ms() { return state::Results::retake_ms; }
  void pass_ms(std::int64_t ms) {
    clock_.advance_ms(ms);
    settle();
  }

 private:
  runtime::ManualClock clock_;
  runtime::SeededEntropy entropy_{1};
  runtime::QueueMailbox mailbox_;
  Directory directory_{entropy_};
  Queue queue_;
  RateLimits limits_;
  Results results_{clock_, {.own_thread = false}};
  Nodes nodes_{clock_};
  Leases leases_{clock_};
  Lobbies lobbies_{clock_};
  Revocations revocations_{clock_};
};

}  // namespace
}  // namespace whoosh::state::memory

namespace whoosh::state::contract {
using Memory = ::testing::Types<memory::MemoryRig>;
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, DirectoryContract, Memory);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, QueueContract, Memory);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, LimitsContract, Memory);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, ResultsContract, Memory);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, NodesContract, Memory);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, LeasesContract, Memory);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, LobbiesContract, Memory);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, RevocationsContract, Memory);
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

class MemoryResults : public ::testing::Test {
 protected:
  bool append(std::uint64_t number) {
    bool taken = false;
    results_.append(record_of(number), {mailbox_, [&](base::Result<> got) {
                                          taken = got.has_value();
                                          if (got) return;
                                          EXPECT_EQ(got.error().code, base::ErrorCode::unavailable);
                                        }});
    mailbox_.run_all();
    return taken;
  }
  std::vector<state::Results::Entry> take(std::int32_t count, std::int64_t wait_ms = 0) {
    std::vector<state::Results::Entry> entries;
    bool answered = false;
    results_.take("one", count, wait_ms,
                  {mailbox_, [&](base::Result<std::vector<state::Results::Entry>> got) {
                     entries = std::move(*got);
                     answered = true;
                   }});
    mailbox_.run_all();
    EXPECT_TRUE(answered);
    return entries;
  }
  void done(std::string id) {
    results_.done({std::move(id)}, {mailbox_, [](base::Result<>) {}});
  }

  runtime::ManualClock clock_;
  runtime::QueueMailbox mailbox_;
  Results results_{clock_,
                   {.pending_max = 3, .waits_max = 0, .epochs_max = 10, .own_thread = false}};
};

TEST_F(MemoryResults, RefuseWhenTooManyWait) {
  for (std::uint64_t number = 1; number <= 3; ++number) EXPECT_TRUE(append(number));
  EXPECT_FALSE(append(4));
  const auto taken = take(100);
  ASSERT_EQ(taken.size(), 3U);
  EXPECT_FALSE(append(4));  // taken is not done
  done(taken[0].id);
  EXPECT_TRUE(append(4));
}

TEST_F(MemoryResults, TooManyWaitsAreAnsweredAtOnce) {
  EXPECT_TRUE(take(1, 10'000).empty());
}

TEST_F(MemoryResults, WhatIsSetAsideAndTheEpochsStayBounded) {
  for (std::uint64_t number = 1; number <= state::Results::aside_max + 5; ++number) {
    ASSERT_TRUE(append(number));
    results_.set_aside(take(1).at(0).id, "no seats", {mailbox_, [](base::Result<>) {}});
  }
  EXPECT_EQ(results_.aside_size(), state::Results::aside_max);
  EXPECT_EQ(results_.size(), 0U);
}

TEST(MemoryResultsThread, AnswersWaitsAndHandsOutWhatTwoConsumersShare) {
  runtime::OsClock clock;
  runtime::LoopThread answers;
  std::atomic<int> taken = 0;
  std::atomic<int> empty = 0;
  constexpr int records = 200;
  {
    Results results(clock);
    base::Function<void()> take;
    std::atomic<int> waiting = 0;
    take = [&] {
      if (taken == records) return;
      ++waiting;
      results.take("one", 3, 20,
                   {answers, [&](base::Result<std::vector<state::Results::Entry>> got) {
                      if (!got) return;
                      if (got->empty()) ++empty;
                      for (const auto& entry : *got) {
                        ++taken;
                        results.done({entry.id}, {answers, [](base::Result<>) {}});
                      }
                      take();
                      --waiting;
                    }});
    };
    answers.post([&] { take(); });
    answers.post([&] { take(); });
    for (int number = 1; number <= records; ++number) {
      results.append(record_of(static_cast<std::uint64_t>(number)),
                     {answers, [](base::Result<> got) { EXPECT_TRUE(got.has_value()); }});
      if (number % 50 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    while (taken < records || waiting > 0 || results.size() > 0) std::this_thread::yield();
    EXPECT_GT(empty, 0);
  }
  answers.stop();
  EXPECT_EQ(taken, records);
}

TEST(MemoryResultsThread, WhoWaitsWhenItEndsIsAnswered) {
  runtime::OsClock clock;
  runtime::QueueMailbox outer;
  bool unavailable = false;
  {
    Results results(clock);
    results.take("one", 1, 60'000, {outer, [&](auto got) { unavailable = got.has_error(); }});
  }
  outer.run_all();
  EXPECT_TRUE(unavailable);
}

// Numbers go round: after 4095 joins they begin anew, and skip those of the living.
TEST(MemoryNodes, NumbersGoRoundAndSkipTheLiving) {
  runtime::ManualClock clock;
  Nodes nodes(clock);
  runtime::QueueMailbox mailbox;
  const auto join = [&](const std::string& name) {
    Node node;
    node.name = name;
    base::Result<Node> joined = base::Error{};
    nodes.join(node, {mailbox, [&](base::Result<Node> got) { joined = std::move(got); }});
    mailbox.run_all();
    return joined;
  };
  const auto leave = [&](const std::string& name) {
    nodes.leave(name, "", {mailbox, [](base::Result<>) {}});
  };
  ASSERT_EQ(join("first")->number, 1);
  for (int i = 2; i <= node_numbers_max; ++i) {
    ASSERT_EQ(join("brief")->number, i);
    leave("brief");
  }
  EXPECT_EQ(join("brief")->number, 2);
  for (int i = 3; i <= node_numbers_max; ++i) {
    ASSERT_TRUE(join("node-" + std::to_string(i)).has_value());
  }
  EXPECT_EQ(join("one too many").error().code, base::ErrorCode::unavailable);
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
