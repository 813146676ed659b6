// Goal: live state follows the master that the sentinels name, when it dies and when it is only
// replaced. Method: a real master with a replica and three sentinels on this machine.
#include <gtest/gtest.h>

#include "runtime/clock.h"
#include "state/redis/redis.h"
#include "state/redis/test_calls.h"

namespace whoosh::state::redis {
namespace {

class TestSentinels {
 public:
  TestSentinels() {
    servers_.push_back(std::make_unique<TestServer>());
    servers_.push_back(std::make_unique<TestServer>(
        std::vector<std::string>{"replicaof 127.0.0.1 " + std::to_string(servers_[0]->port())}));
    for (int i = 0; i < 3; ++i) {
      sentinels_.push_back(std::make_unique<TestServer>(
          std::vector<std::string>{
              "sentinel monitor mymaster 127.0.0.1 " + std::to_string(servers_[0]->port()) + " 2",
              "sentinel down-after-milliseconds mymaster 700",
              "sentinel failover-timeout mymaster 5000"},
          TestServer::Kind::sentinel));
    }
    for (const auto& sentinel : sentinels_) {
      wait_for(
          [&] { return count(*sentinel, "SENTINELS") == 2 && count(*sentinel, "REPLICAS") == 1; });
    }
  }

  [[nodiscard]] std::string url() const {
    std::string url = "redis+sentinel://";
    for (std::size_t i = 0; i < sentinels_.size(); ++i) {
      url +=
          (i == 0 ? "" : ",") + std::string("127.0.0.1:") + std::to_string(sentinels_[i]->port());
    }
    return url + "/mymaster";
  }
  [[nodiscard]] std::uint16_t master_port() const {
    return static_cast<std::uint16_t>(sentinels_[2]
                                          ->ask({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster"})
                                          .at(1)
                                          .number()
                                          .value_or(0));
  }
  TestServer& master() { return *servers_[servers_[0]->port() == master_port() ? 0 : 1]; }
  TestServer& sentinel(std::size_t index) { return *sentinels_[index]; }

  static void wait_for(const std::function<bool()>& good) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!good()) {
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited in vain");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

 private:
  static std::size_t count(const TestServer& sentinel, const std::string& what) {
    return sentinel.ask({"SENTINEL", what, "mymaster"}).items.size();
  }

  std::vector<std::unique_ptr<TestServer>> servers_;
  std::vector<std::unique_ptr<TestServer>> sentinels_;
};

TEST(RedisSentinel, FollowsTheMaster) {
  TestSentinels group;
  TestClient client(options_of(group.url()));
  ASSERT_TRUE(client.eventually({"SET", "a", "1"}, 5'000));

  // Replaced while it lives: its connection stays, and it answers READONLY.
  const std::uint16_t first = group.master_port();
  Load load(client.client());
  load.run_for_ms(200);
  EXPECT_EQ(group.sentinel(0).ask({"SENTINEL", "FAILOVER", "mymaster"}).text, "OK");
  TestSentinels::wait_for([&] {
    load.run_for_ms(20);
    return group.master_port() != first;
  });
  EXPECT_TRUE(client.eventually({"SET", "a", "2"}, 10'000));
  EXPECT_GE(client.reports_with("The master of mymaster is 127.0.0.1"), 1);

  // Killed. A sentinel goes with it: the others are asked.
  TestSentinels::wait_for([&] {
    return group.master().ask({"INFO", "replication"}).text.find("state=online") !=
           std::string::npos;
  });
  const std::uint16_t second = group.master_port();
  group.sentinel(0).kill();
  group.master().kill();
  load.run_for_ms(400);
  EXPECT_GT(load.unavailable(), 0);
  EXPECT_TRUE(client.eventually({"SET", "a", "3"}, 20'000));
  // The other sentinels hear of it within moments.
  TestSentinels::wait_for([&] { return group.master_port() != second; });
  const int before = load.good();
  load.run_for_ms(200);
  load.finish();
  EXPECT_GT(load.good(), before);
  EXPECT_EQ(load.strange(), 0);
  EXPECT_EQ(load.unanswered(), 0);
  EXPECT_LT(load.slowest_ms(), 4'000);
}

TEST(RedisSentinel, AMasterThatNobodyKnowsIsUnavailable) {
  TestServer sentinel({}, TestServer::Kind::sentinel);
  TestClient client(
      options_of("redis+sentinel://127.0.0.1:" + std::to_string(sentinel.port()) + "/nobody"));
  const auto answer = client.call({"GET", "a"});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, base::ErrorCode::unavailable);
  EXPECT_GE(client.reports_with("knows no master called nobody"), 1);
}

}  // namespace
}  // namespace whoosh::state::redis
