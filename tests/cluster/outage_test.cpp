// Goal: PostgreSQL and Redis may die, hang and come back under load. Whoever asks meanwhile gets a
// clear 503, what was acknowledged stays, nothing happens twice, and everything works again without
// a restart. Method: two APIs and an edge of the built program on real servers, people who
// register, buy with idempotency keys, read and make rooms all the time, and servers that are
// stopped under them.
#include <gtest/gtest.h>

#include "state/nodes.h"
#include "tests/cluster/load.h"

namespace whoosh::tests {
namespace {

namespace json = boost::json;
using store::postgres::TestServer;
using swarm::Player;

constexpr std::int64_t coins_at_first = 100'000;

class OutageTest : public testing::Test {
 protected:
  void SetUp() override {
    edge_ = cluster_.start_edge("edge-1");
    apis_.push_back(cluster_.start_api("api-1"));
    apis_.push_back(cluster_.start_api("api-2"));
    ASSERT_TRUE(all_ready()) << logs();
    ASSERT_TRUE(
        buyer_.emplace(apis_[0].endpoint(), "rich_buyer", 1).register_account(Load::password));
    admin({"grant", "--user", "rich_buyer", "--coins", std::to_string(coins_at_first), "--reason",
           "for the test"});
    load_.emplace(std::vector{apis_[0].endpoint(), apis_[1].endpoint()});
  }
  void TearDown() override {
    load_->stop();
    EXPECT_EQ(load_->wrong(), "");
    if (HasFailure()) std::cerr << logs();
  }

  void admin(std::vector<std::string> words) {
    words.insert(words.begin(), {WHOOSH_PROGRAM, "admin"});
    words.insert(words.end(), {"--database", "postgres:" + cluster_.conninfo()});
    Process shell(words, cluster_.file("admin.log"));
    EXPECT_TRUE(eventually([&] { return !shell.is_running(); }));
    EXPECT_TRUE(WIFEXITED(shell.status()) && WEXITSTATUS(shell.status()) == 0) << shell.output();
  }
  [[nodiscard]] bool all_ready() {
    return eventually(
        [&] { return edge_.ready() == 200 && apis_[0].ready() == 200 && apis_[1].ready() == 200; });
  }
  // Until so many more have been answered well.
  static bool goes_on(const std::atomic<int>& good, int more = 5) {
    const int before = good;
    return eventually([&] { return good >= before + more; });
  }
  static bool is_refused(const Load::Count& count) {
    const int before = count.refused;
    return eventually([&] { return count.refused > before; });
  }
  [[nodiscard]] static bool blames(const Node& node, const std::string& part) {
    const std::string said = node.readiness();
    return said.find("\"" + part + "\":\"ok\"") == std::string::npos;
  }
  [[nodiscard]] std::string logs() const {
    return "---- edge\n" + edge_.process->output() + "---- api-1\n" + apis_[0].process->output() +
           "---- api-2\n" + apis_[1].process->output();
  }

  // Everybody who was told that he is registered can sign in.
  void expect_registered() {
    for (const std::string& name : load_->registered()) {
      const auto in = swarm::http(
          apis_[0].endpoint(),
          {"POST",
           "/api/auth/login",
           json::serialize(json::object{{"username", name}, {"password", Load::password}}),
           {},
           {}});
      ASSERT_TRUE(in);
      EXPECT_EQ(in->status, 200) << name << in->body;
    }
  }
  // Everything was bought, and paid for once.
  void expect_bought() {
    ASSERT_TRUE(eventually([&] {
      return load_->purchases.good == static_cast<int>(cosmetics::all().size());
    })) << load_->purchases.good;
    std::int64_t paid = 0;
    for (const cosmetics::Item& item : cosmetics::all()) paid += item.price;
    const auto wallet = buyer_->call("GET", "/api/economy/wallet", nullptr, 200);
    ASSERT_TRUE(wallet) << wallet.error().message;
    EXPECT_EQ(wallet->at("coins").as_int64(), coins_at_first - paid);
    const auto owned = buyer_->call("GET", "/api/inventory", nullptr, 200);
    ASSERT_TRUE(owned);
    EXPECT_EQ(owned->at("items").as_array().size(), cosmetics::all().size());
    admin({"ledger", "verify"});
  }

  Cluster cluster_;
  Node edge_;
  std::vector<Node> apis_;
  std::optional<Player> buyer_;
  std::optional<Load> load_;
};

TEST_F(OutageTest, PostgresDiesAndHangsAndNothingAcknowledgedIsLost) {
  load_->register_people();
  load_->register_people();
  load_->buy_everything(*buyer_);
  load_->read_profile(*buyer_);
  ASSERT_TRUE(goes_on(load_->purchases.good) && goes_on(load_->registrations.good));

  TestServer::get().stop("immediate");
  EXPECT_TRUE(is_refused(load_->purchases) && is_refused(load_->reads) &&
              is_refused(load_->registrations));
  EXPECT_EQ(apis_[0].ready(), 503);
  EXPECT_TRUE(blames(apis_[0], "database"));
  EXPECT_FALSE(blames(apis_[0], "state"));
  TestServer::get().start();
  ASSERT_TRUE(goes_on(load_->purchases.good) && goes_on(load_->reads.good) &&
              goes_on(load_->registrations.good));
  EXPECT_TRUE(all_ready());

  TestServer::get().hang();
  EXPECT_TRUE(is_refused(load_->purchases) && is_refused(load_->reads) &&
              is_refused(load_->registrations));
  EXPECT_TRUE(eventually([&] { return apis_[1].ready() == 503; }));
  EXPECT_TRUE(blames(apis_[1], "database"));
  TestServer::get().go_on();
  ASSERT_TRUE(goes_on(load_->purchases.good) && goes_on(load_->reads.good) &&
              goes_on(load_->registrations.good));
  EXPECT_TRUE(all_ready());

  expect_bought();
  load_->stop();
  EXPECT_GT(load_->registered().size(), 0U);
  expect_registered();
}

// What needs no Redis goes on without it.
TEST_F(OutageTest, RedisHangsAndDiesAndOnlyWhatNeedsItWaits) {
  load_->register_people();
  load_->buy_everything(*buyer_);
  load_->make_rooms(*buyer_);
  ASSERT_TRUE(goes_on(load_->rooms.good));

  cluster_.redis().hang();
  EXPECT_TRUE(is_refused(load_->rooms));
  EXPECT_TRUE(goes_on(load_->registrations.good));
  EXPECT_TRUE(eventually([&] { return apis_[0].ready() == 503 && edge_.ready() == 503; }));
  EXPECT_TRUE(blames(apis_[0], "state") && blames(edge_, "state"));
  EXPECT_FALSE(blames(apis_[0], "database"));
  cluster_.redis().go_on();
  ASSERT_TRUE(goes_on(load_->rooms.good));
  EXPECT_TRUE(all_ready());

  cluster_.redis().kill();
  EXPECT_TRUE(is_refused(load_->rooms));
  EXPECT_TRUE(goes_on(load_->registrations.good));
  EXPECT_TRUE(eventually([&] { return apis_[1].ready() == 503; }));
  cluster_.redis().start();  // empty
  ASSERT_TRUE(goes_on(load_->rooms.good));
  EXPECT_TRUE(all_ready());

  expect_bought();
  load_->stop();
  EXPECT_EQ(load_->registrations.refused, 0);
  EXPECT_EQ(load_->purchases.refused, 0);
  expect_registered();
}

// Rooms survive what Redis forgets: they keep their codes and numbers, and a match that ends later
// tells what it changed.
class RoomsOutageTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"edge-1", "edge-2"}) edges_.push_back(cluster_.start_edge(name));
    api_ = cluster_.start_api("api-1");
    ASSERT_TRUE(all_ready()) << logs();
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << logs();
  }
  [[nodiscard]] bool all_ready() {
    return eventually([&] {
      return edges_[0].ready() == 200 && edges_[1].ready() == 200 && api_.ready() == 200;
    });
  }
  [[nodiscard]] std::string logs() const {
    return "---- edge-1\n" + edges_[0].process->output() + "---- edge-2\n" +
           edges_[1].process->output() + "---- api\n" + api_.process->output();
  }
  Player& come(const std::string& name) {
    players_.push_back(std::make_unique<Player>(api_.endpoint(), name, players_.size() + 1));
    EXPECT_TRUE(players_.back()->register_account(Load::password));
    return *players_.back();
  }
  // By its code; again until it is found.
  [[nodiscard]] bool joins(Player& player, const std::string& code) {
    return eventually([&] {
      const auto info = player.call("POST", "/api/rooms/" + code + "/join", nullptr, 200);
      return info && player.enter(info->as_object()).has_value();
    });
  }
  [[nodiscard]] json::object make_room(Player& host) {
    json::object room;
    EXPECT_TRUE(eventually([&] {
      const auto made = host.call("POST", "/api/rooms", json::object{{"game", "suspect"}}, 201);
      if (made) room = made->as_object();
      return made.has_value();
    }));
    return room;
  }
  static std::uint16_t number_of(const json::object& room) {
    return base::RoomId::parse(std::string(room.at("room").as_string()))->node();
  }

  Cluster cluster_;
  std::vector<Node> edges_;
  Node api_;
  std::vector<std::unique_ptr<Player>> players_;
};

TEST_F(RoomsOutageTest, RedisHangsAndForgetsAndRoomsKeepTheirCodesAndRatings) {
  Player& host = come("the_host");
  const json::object room = make_room(host);
  const std::string code(room.at("code").as_string());
  const std::string node(room.at("node").as_string());
  ASSERT_TRUE(host.enter(room));
  ASSERT_TRUE(joins(come("before_it"), code));

  cluster_.redis().hang();  // longer than a node lives without a heartbeat
  std::this_thread::sleep_for(std::chrono::milliseconds(state::node_dead_ms + 1'500));
  cluster_.redis().go_on();
  ASSERT_TRUE(joins(come("after_a_hang"), code)) << code;
  EXPECT_TRUE(all_ready());

  cluster_.redis().kill();
  EXPECT_TRUE(eventually([&] { return api_.ready() == 503; }));
  cluster_.redis().start();  // empty
  ASSERT_TRUE(joins(come("after_a_loss"), code)) << code;
  EXPECT_TRUE(all_ready());
  // The node has the number it had: what says who has the room still does.
  for (bool found = false; !found;) {
    const json::object another = make_room(host);
    found = another.at("node").as_string() == node;
    if (found) {
      EXPECT_EQ(number_of(another), number_of(room));
    }
  }

  std::vector<std::string> failures(players_.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < players_.size(); ++i) {
    threads.emplace_back([&, i] {
      if (i == 0 && !players_[i]->send("START", {})) failures[i] = "can't start";
      const auto over = players_[i]->play(60'000);
      if (!over) {
        failures[i] = over.error().message;
        return;
      }
      for (const json::value& standing : over->at("standings").as_array()) {
        const json::object& row = standing.as_object();
        if (row.at("id").as_string() == players_[i]->id() && !row.at("xp_gained").is_number())
          failures[i] = "nothing is known of what the match changed";
      }
    });
  }
  threads.clear();
  for (std::size_t i = 0; i < failures.size(); ++i)
    EXPECT_EQ(failures[i], "") << players_[i]->name();
}

}  // namespace
}  // namespace whoosh::tests
