// Goal: at no moment do two think that they hold a lease; a dead holder is followed in time.
// Method: the memory twin of the leases, a clock that the test moves, answers that come late or
// never.
#include "services/role/lease_keeper.h"

#include <gtest/gtest.h>

#include <memory>

#include "runtime/mailbox.h"
#include "state/memory/nodes.h"

namespace whoosh::role {
namespace {

// Passes calls on, or keeps their answers back.
class SlowLeases final : public state::Leases {
 public:
  explicit SlowLeases(state::Leases& inner) : inner_(inner) {}
  void hold(std::string name, std::string holder, std::int64_t ttl_ms,
            runtime::Reply<state::Lease> reply) override {
    if (away) return reply(base::ErrorCode::unavailable);
    inner_.hold(std::move(name), std::move(holder), ttl_ms, std::move(reply));
  }
  void release(std::string name, std::string holder, runtime::Reply<> reply) override {
    inner_.release(std::move(name), std::move(holder), std::move(reply));
  }
  bool away = false;

 private:
  state::Leases& inner_;
};

class LeaseKeeperTest : public ::testing::Test {
 protected:
  std::unique_ptr<LeaseKeeper> keeper(const std::string& holder, state::Leases& leases) {
    return std::make_unique<LeaseKeeper>(std::vector<std::string>{"a", "b"}, holder, leases, clock_,
                                         mailbox_);
  }
  void settle() {
    while (mailbox_.run_all() > 0) {
    }
  }

  runtime::ManualClock clock_;
  runtime::QueueMailbox mailbox_;
  state::memory::Leases leases_{clock_};
  SlowLeases flaky_{leases_};
};

TEST_F(LeaseKeeperTest, OneHoldsAndTheOtherWaits) {
  const auto first = keeper("first", leases_);
  const auto second = keeper("second", leases_);
  for (int i = 0; i < 100; ++i) {
    first->turn();
    settle();
    second->turn();
    settle();
    EXPECT_TRUE(first->holds("a") && first->holds("b"));
    EXPECT_FALSE(second->holds_any());
    clock_.advance_ms(100);
  }
  EXPECT_FALSE(first->holds("c"));
}

TEST_F(LeaseKeeperTest, ADeadHolderIsFollowedWithinThreeSeconds) {
  auto first = keeper("first", leases_);
  const auto second = keeper("second", leases_);
  first->turn();
  settle();
  first.reset();  // killed
  std::int64_t waited_ms = 0;
  for (; !second->holds("a") && waited_ms < 10'000; waited_ms += 50) {
    second->turn();
    settle();
    clock_.advance_ms(50);
  }
  EXPECT_LE(waited_ms, 3'000);
}

TEST_F(LeaseKeeperTest, WhoCanNotProlongStopsBeforeAnotherStarts) {
  const auto first = keeper("first", flaky_);
  const auto second = keeper("second", leases_);
  first->turn();
  settle();
  ASSERT_TRUE(first->holds("a"));
  flaky_.away = true;
  bool taken = false;
  for (int i = 0; i < 200; ++i) {
    first->turn();
    second->turn();
    settle();
    ASSERT_FALSE(first->holds("a") && second->holds("a")) << i;
    taken = taken || second->holds("a");
    clock_.advance_ms(20);
  }
  EXPECT_TRUE(taken);
  flaky_.away = false;
  clock_.advance_ms(500);
  first->turn();
  settle();
  EXPECT_FALSE(first->holds("a"));  // it is the other's now
}

TEST_F(LeaseKeeperTest, AnAnswerThatComesLateCountsFromTheQuestion) {
  const auto first = keeper("first", leases_);
  first->turn();  // the answer waits in the mailbox
  clock_.advance_ms(1'900);
  settle();
  EXPECT_FALSE(first->holds("a"));
}

TEST_F(LeaseKeeperTest, StoppingGivesUpAtOnce) {
  const auto first = keeper("first", leases_);
  const auto second = keeper("second", leases_);
  first->turn();
  settle();
  bool done = false;
  first->stop([&] { done = true; });
  EXPECT_FALSE(first->holds_any());
  settle();
  EXPECT_TRUE(done);
  second->turn();
  settle();
  EXPECT_TRUE(second->holds("a") && second->holds("b"));
  clock_.advance_ms(1'000);
  first->turn();
  settle();
  EXPECT_FALSE(first->holds_any());
}

}  // namespace
}  // namespace whoosh::role
