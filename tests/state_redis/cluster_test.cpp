// Goal: live state works on a Redis Cluster: it keeps the contract with keys in all slots, follows
// slots that move while they are used, and comes back by itself when a master dies. Method: six
// real servers on this machine, three masters with a replica each; the test moves a slot by hand
// and kills a master under load.
#include <gtest/gtest.h>

#include <array>

#include "state/contract.h"
#include "state/redis/slots.h"
#include "state/redis/test_calls.h"
#include "state/redis/test_rig.h"

namespace whoosh::state::redis {
namespace {

class TestCluster {
 public:
  static constexpr std::size_t masters = 3;

  TestCluster() {
    for (std::size_t i = 0; i < 2 * masters; ++i) {
      const std::string bus = std::to_string(buses_.emplace_back(free_port()));
      servers_.push_back(std::make_unique<TestServer>(std::vector<std::string>{
          "cluster-enabled yes", "cluster-port " + bus, "cluster-node-timeout 1000",
          "cluster-replica-validity-factor 0", "repl-ping-replica-period 1"}));
    }
    for (std::size_t i = 0; i < masters; ++i) {
      const std::size_t first = i * slot_count / masters;
      const std::size_t last = (i + 1) * slot_count / masters - 1;
      server(i).ask({"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)});
    }
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      server(i).ask({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
      server(i).ask({"CLUSTER", "MEET", "127.0.0.1", std::to_string(server(0).port()),
                     std::to_string(buses_[0])});
    }
    until([&](const TestServer& one) {
      return info(one).find("cluster_known_nodes:6") != std::string::npos;
    });
    for (std::size_t i = masters; i < servers_.size(); ++i) {
      const std::string master = id(i - masters);
      wait_for([&] { return !server(i).ask({"CLUSTER", "REPLICATE", master}).is_error(); });
    }
    until([&](const TestServer& one) {
      return info(one).find("cluster_state:ok") != std::string::npos;
    });
    for (std::size_t i = masters; i < servers_.size(); ++i) {
      wait_for([&] {
        const std::string text = server(i).ask({"INFO", "replication"}).text;
        return text.find("master_link_status:up") != std::string::npos;
      });
    }
  }

  [[nodiscard]] std::string url() const {
    return "redis+cluster://127.0.0.1:" + std::to_string(servers_[0]->port()) +
           ",127.0.0.1:" + std::to_string(servers_[1]->port());
  }
  TestServer& server(std::size_t index) { return *servers_[index]; }
  std::string id(std::size_t index) { return server(index).ask({"CLUSTER", "MYID"}).text; }
  void flush() {
    for (std::size_t i = 0; i < servers_.size(); ++i) server(i).ask({"FLUSHALL"});  // READONLY: no
  }
  // Whoever has the slot now, as the `asked` server knows.
  std::size_t owner(std::uint16_t slot, std::size_t asked = 0) {
    SlotMap map;
    map.read(server(asked).ask({"CLUSTER", "SLOTS"}), {"127.0.0.1", server(asked).port()});
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      if (map.node_of(slot)->port == server(i).port()) return i;
    }
    throw std::runtime_error("nobody has the slot");
  }

  static void wait_for(const std::function<bool()>& good) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!good()) {
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited in vain");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

 private:
  static std::string info(const TestServer& one) { return one.ask({"CLUSTER", "INFO"}).text; }
  void until(const std::function<bool(const TestServer&)>& good) {
    for (const auto& one : servers_) wait_for([&] { return good(*one); });
  }

  std::vector<std::uint16_t> buses_;
  std::vector<std::unique_ptr<TestServer>> servers_;
};

TestCluster& cluster() {
  static TestCluster one;
  return one;
}

class ClusterRig : public Rig {
 public:
  ClusterRig() : Rig((cluster().flush(), cluster().url())) {}
};

}  // namespace
}  // namespace whoosh::state::redis

namespace whoosh::state::contract {
using Cluster = ::testing::Types<redis::ClusterRig>;
INSTANTIATE_TYPED_TEST_SUITE_P(Cluster, DirectoryContract, Cluster);
INSTANTIATE_TYPED_TEST_SUITE_P(Cluster, QueueContract, Cluster);
INSTANTIATE_TYPED_TEST_SUITE_P(Cluster, LimitsContract, Cluster);
INSTANTIATE_TYPED_TEST_SUITE_P(Cluster, ResultsContract, Cluster);
INSTANTIATE_TYPED_TEST_SUITE_P(Cluster, NodesContract, Cluster);
INSTANTIATE_TYPED_TEST_SUITE_P(Cluster, LeasesContract, Cluster);
INSTANTIATE_TYPED_TEST_SUITE_P(Cluster, LobbiesContract, Cluster);
INSTANTIATE_TYPED_TEST_SUITE_P(Cluster, RevocationsContract, Cluster);
}  // namespace whoosh::state::contract

namespace whoosh::state::redis {
namespace {

// Every increment that was acknowledged happened once, though the slot moves under them: first by
// ASK, then by MOVED.
TEST(RedisCluster, ASlotMovesWhileItIsUsed) {
  cluster().flush();
  const std::string tag = "{moving}";
  const std::uint16_t slot = slot_of(tag);
  const std::size_t from = cluster().owner(slot);
  const std::size_t to = (from + 1) % TestCluster::masters;
  const std::string number = std::to_string(slot);
  TestClient client(options_of(cluster().url()));
  Load load(client.client(), tag);
  load.run_for_ms(200);
  cluster().server(to).ask({"CLUSTER", "SETSLOT", number, "IMPORTING", cluster().id(from)});
  cluster().server(from).ask({"CLUSTER", "SETSLOT", number, "MIGRATING", cluster().id(to)});
  for (std::size_t i = 0; i < Load::counters; ++i) {
    load.run_for_ms(10);
    cluster().server(from).ask({"MIGRATE", "127.0.0.1", std::to_string(cluster().server(to).port()),
                                load.key(i), "0", "1000"});
  }
  load.run_for_ms(100);
  for (const std::size_t one : {to, from}) {
    cluster().server(one).ask({"CLUSTER", "SETSLOT", number, "NODE", cluster().id(to)});
  }
  load.run_for_ms(300);
  load.finish();
  EXPECT_EQ(load.strange(), 0);
  EXPECT_EQ(load.unavailable(), 0);
  EXPECT_EQ(load.unanswered(), 0);
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < Load::counters; ++i) {
    sum += client.call({"GET", load.key(i)})->number().value_or(0);
  }
  EXPECT_EQ(sum, load.good());
}

// Last: it leaves a replica in the place of its master.
TEST(RedisCluster, ZComesBackWhenAMasterDies) {
  cluster().flush();
  TestClient client(options_of(cluster().url()));
  const std::size_t victim = cluster().owner(slot_of("{dying}"));
  ASSERT_LT(victim, TestCluster::masters);
  std::string elsewhere = "a";
  while (cluster().owner(slot_of(elsewhere)) == victim) elsewhere += "a";
  ASSERT_TRUE(client.call({"SET", "{dying}", "1"}).has_value());
  Load load(client.client(), "{dying}");
  load.run_for_ms(200);
  cluster().server(victim).kill();
  load.run_for_ms(500);
  EXPECT_GT(load.unavailable(), 0);
  EXPECT_TRUE(client.call({"SET", elsewhere, "1"}).has_value());
  EXPECT_TRUE(client.eventually({"SET", "{dying}", "2"}, 15'000));
  const int before = load.good();
  load.run_for_ms(200);
  load.finish();
  EXPECT_GT(load.good(), before);
  EXPECT_EQ(load.strange(), 0);
  EXPECT_EQ(load.unanswered(), 0);
  EXPECT_LT(load.slowest_ms(), 4'000);
}

}  // namespace
}  // namespace whoosh::state::redis
