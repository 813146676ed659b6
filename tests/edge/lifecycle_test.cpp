// Goal: a server ends cleanly at any moment: half-way through its start, and with everything under
// way that can be. Method: whole servers in this process, stopped while clients wait for them; a
// sanitizer build sees what outlives its owner.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/support/running_server.h"

namespace whoosh::tests {
namespace {

namespace json = boost::json;
using swarm::WsClient;

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("whoosh-test-" + std::to_string(runtime::OsEntropy().u64()))) {}
  ~Folder() {
    std::error_code ignored;  // the test is over
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string text() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

solo::Config quiet_config(const Folder& folder) {
  solo::Config config;
  config.data = folder.text();
  config.listen = "127.0.0.1";
  config.http_port = config.edge_port = config.ops_port = config.ops_edge_port = 0;
  config.shards = 2;
  config.password_cost = "minimal";
  config.log_level = "error";
  return config;
}

TEST(Lifecycle, AStartThatFailsHalfWayLeavesNothingBehind) {
  const RunningServer other;
  struct Row {
    std::uint16_t solo::Config::*port;
    std::uint16_t taken;
  };
  const Row rows[] = {{&solo::Config::edge_port, other.edge().port},
                      {&solo::Config::http_port, other.api().port},
                      {&solo::Config::ops_port, other.ops().port},
                      {&solo::Config::ops_edge_port, other.ops_edge().port}};
  const Folder folder;
  for (const Row& row : rows) {
    solo::Config config = quiet_config(folder);
    config.*row.port = row.taken;
    const auto failed = solo::Solo::start(config);
    ASSERT_FALSE(failed) << row.taken;
    EXPECT_NE(failed.error().sentence().find(std::to_string(row.taken)), std::string::npos)
        << failed.error().sentence();
  }
  const auto started = solo::Solo::start(quiet_config(folder));
  EXPECT_TRUE(started) << (started ? "" : started.error().sentence());
}

// What clients do to a server until it is gone: each asks again and again, and bears every end.
class Crowd {
 public:
  explicit Crowd(const RunningServer& server) : api_(server.api()), edge_(server.edge()) {
    for (int i = 0; i < 3; ++i) {
      threads_.emplace_back([this, i] { queue_and_wait(i); });
      threads_.emplace_back([this, i] { make_rooms(i); });
      threads_.emplace_back([this, i] { register_accounts(i); });
    }
  }
  ~Crowd() { join(); }
  void join() {
    ended_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  [[nodiscard]] int busy() const { return busy_; }

 private:
  void queue_and_wait(int number) {
    swarm::Player player(api_, "Queue" + std::to_string(number), 1);
    if (!player.sign_in_as_guest()) return;
    auto lobby = WsClient::connect(
        edge_, {.target = "/ws?token=" + player.access(), .subprotocols = {}, .headers = {}});
    const auto ticket = player.call("POST", "/api/match/join", json::object{}, 200);
    if (!ticket) return;
    const std::string path =
        "/api/match/tickets/" + std::string(ticket->as_object().at("ticket").as_string());
    while (!ended_) {
      ++busy_;
      const auto answer = swarm::http(
          api_,
          {.target = path + "?wait=25", .body = {}, .bearer = player.access(), .headers = {}});
      if (!answer) break;
    }
    if (lobby) lobby.value()->abort();
  }
  static constexpr std::size_t rooms_max =
      100;  // of one client: descriptors are not what is tested

  void make_rooms(int number) {
    swarm::Player player(api_, "Rooms" + std::to_string(number), 1);
    if (!player.sign_in_as_guest()) return;
    std::vector<std::unique_ptr<WsClient>> rooms;
    while (!ended_ && rooms.size() < rooms_max) {
      auto room = WsClient::connect(
          edge_, {.target = "/ws?game_id=new&game=suspect&token=" + player.access(),
                  .subprotocols = {},
                  .headers = {}});
      if (!room) break;
      rooms.push_back(std::move(*room));
      ++busy_;
    }
    while (!ended_) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  void register_accounts(int number) {
    for (int i = 0; !ended_; ++i) {
      swarm::Player player(api_, "Acc" + std::to_string(number) + "x" + std::to_string(i), 1);
      if (!player.register_account("a long enough sentence")) break;
      ++busy_;
    }
  }

  const swarm::Endpoint api_;
  const swarm::Endpoint edge_;
  std::atomic<bool> ended_{false};
  std::atomic<int> busy_{0};
  std::vector<std::thread> threads_;
};

TEST(Lifecycle, StopsWithEverythingUnderWay) {
  RunningServer server;
  for (const int wait_ms : {20, 120, 400}) {
    Crowd crowd(server);
    for (int i = 0; i < 500 && crowd.busy() < 10; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_GE(crowd.busy(), 10) << "nobody came";
    std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
    server.restart();
    crowd.join();
  }
}

}  // namespace
}  // namespace whoosh::tests
