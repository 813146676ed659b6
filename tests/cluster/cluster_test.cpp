// Goal: several processes are one platform: people who come through different doors sit in one
// room, matches count once, and one process of a kind may die. Method: the built program as three
// edges, two APIs and two matchmakers, a real PostgreSQL, Redis and HAProxy, and bots that play
// through.
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "base/encoding.h"
#include "services/role/lease_keeper.h"
#include "tests/cluster/processes.h"
#include "tools/swarm/player.h"

namespace whoosh::tests {
namespace {

namespace json = boost::json;
using swarm::Player;

constexpr const char* defaults = R"(
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 60s
)";

std::string server_line(const std::string& name, std::uint16_t port) {
  return "  server " + name + " 127.0.0.1:" + std::to_string(port) + "\n";
}

// /edge/<node>/ws goes to that node and to no other.
std::string path_routing(std::uint16_t port, const std::vector<Node>& edges) {
  std::string text = defaults;
  text += "frontend players\n  bind 127.0.0.1:" + std::to_string(port) + R"(
  http-request set-var(txn.node) path,field(3,/)
  acl known var(txn.node) -m str edge-1 edge-2 edge-3
  http-request deny deny_status 404 unless { path_beg /edge/ } known
  http-request replace-path /edge/[^/]+/ws /ws
  use_backend bk_%[var(txn.node)]
)";
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const std::string name = "edge-" + std::to_string(i + 1);
    text += "backend bk_" + name + "\n  option forwardfor\n" + server_line(name, edges[i].port);
  }
  return text;
}

// Any edge takes any connection.
std::string round_robin(std::uint16_t port, const std::vector<Node>& edges) {
  std::string text = defaults;
  text += "frontend players\n  bind 127.0.0.1:" + std::to_string(port) +
          "\n  default_backend edges\nbackend edges\n  balance roundrobin\n  option forwardfor\n";
  for (std::size_t i = 0; i < edges.size(); ++i)
    text += server_line("edge-" + std::to_string(i + 1), edges[i].port);
  return text;
}

struct Outcome {
  std::string failure;
  std::string room;
  std::string node;
  std::size_t standings = 0;
  std::size_t history = 0;
};

// One person from signing up to his history.
Outcome play_through(Player& player) {
  Outcome out;
  const auto fail = [&](std::string_view where, const base::Error& error) {
    out.failure = player.name() + ", " + std::string(where) + ": " + std::string(error.sentence());
    return out;
  };
  if (const auto in = player.register_account("a long enough passphrase"); !in)
    return fail("registering", in.error());
  const auto info = player.queue("suspect", 60'000);
  if (!info) return fail("queueing", info.error());
  out.room = std::string(info->at("room").as_string());
  out.node = std::string(info->at("node").as_string());
  if (const auto in = player.enter(*info); !in) return fail("entering", in.error());
  const auto over = player.play(60'000);
  if (!over) return fail("playing", over.error());
  out.standings = over->at("standings").as_array().size();
  player.leave();
  const bool written = eventually([&] {
    const auto rows = player.call("GET", "/api/game/history", nullptr, 200);
    out.history = rows ? rows->as_array().size() : 0;
    return out.history > 0;
  });
  if (!written) out.failure = player.name() + ": the match is not in the history";
  return out;
}

// As many strangers as there are seats, half of them through each API.
std::vector<Outcome> strangers_play(const std::vector<Node>& apis, const std::string& prefix) {
  constexpr std::size_t seats = 8;
  std::vector<Outcome> outcomes(seats);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < seats; ++i) {
    threads.emplace_back([&, i] {
      Player player(apis[i % apis.size()].endpoint(), prefix + std::to_string(i), i + 1);
      outcomes[i] = play_through(player);
    });
  }
  threads.clear();
  return outcomes;
}

void expect_one_room(const std::vector<Outcome>& outcomes) {
  std::set<std::string> rooms;
  for (const Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.failure, "");
    EXPECT_EQ(outcome.standings, outcomes.size());
    EXPECT_EQ(outcome.history, 1U);
    rooms.insert(outcome.room);
  }
  EXPECT_EQ(rooms.size(), 1U);
}

class ClusterTest : public testing::Test {
 protected:
  enum class Door { path, round_robin };

  void start(Door door) {
    const std::uint16_t entrance = free_port();
    const std::string url = "ws://127.0.0.1:" + std::to_string(entrance);
    for (int i = 1; i <= 3; ++i) {
      const std::string name = "edge-" + std::to_string(i);
      edges_.push_back(
          cluster_.start_edge(name, door == Door::path ? url + "/edge/" + name + "/ws" : ""));
    }
    const std::string edge_url = door == Door::path ? "" : url + "/ws";
    for (int i = 1; i <= 2; ++i) {
      const std::string number = std::to_string(i);
      apis_.push_back(cluster_.start_api("api-" + number, edge_url));
      matchmakers_.push_back(cluster_.start_matchmaker("matchmaker-" + number, edge_url));
    }
    entrance_ = {"127.0.0.1", entrance};
    proxy_ = cluster_.start_haproxy(door == Door::path ? path_routing(entrance, edges_)
                                                       : round_robin(entrance, edges_));
    for (const auto* nodes : {&edges_, &apis_, &matchmakers_}) {
      for (const Node& node : *nodes) {
        ASSERT_TRUE(eventually([&] { return node.ready() == 200; })) << logs();
        const auto knows_all = [&] {
          return node.metrics().find("\nwhoosh_nodes 3\n") != std::string::npos;
        };
        ASSERT_TRUE(eventually(knows_all)) << logs();
      }
    }
    ASSERT_TRUE(eventually([&] { return active_matchmakers() == 1; })) << logs();
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << logs();
  }

  [[nodiscard]] std::size_t active_matchmakers() {
    std::size_t active = 0;
    for (const Node& node : matchmakers_) {
      if (node.process->is_running() &&
          node.metrics().find("\nwhoosh_matchmaker_active 1") != std::string::npos)
        ++active;
    }
    return active;
  }
  // The lease of the only queue, as it is in Redis, with Redis' time.
  struct MatcherLease {
    std::string holder;
    std::int64_t epoch = 0;
    std::int64_t until_ms = 0;
    std::int64_t now_ms = 0;
  };
  [[nodiscard]] MatcherLease matcher_lease() {
    const auto lease = cluster_.redis().ask(
        {"HMGET", "whoosh:lease:{matcher:standard:suspect}", "holder", "epoch", "until"});
    const auto time = cluster_.redis().ask({"TIME"});
    return {lease.at(0).text, lease.at(1).number().value_or(0), lease.at(2).number().value_or(0),
            time.at(0).number().value_or(0) * 1'000 + time.at(1).number().value_or(0) / 1'000};
  }
  [[nodiscard]] std::string logs() const {
    std::string text;
    for (const auto* nodes : {&edges_, &apis_, &matchmakers_}) {
      for (const Node& node : *nodes)
        text += "---- ops port " + std::to_string(node.ops) + "\n" + node.process->output();
    }
    return text + "---- haproxy\n" + (proxy_ ? proxy_->output() : "");
  }

  Cluster cluster_;
  std::vector<Node> edges_;
  std::vector<Node> apis_;
  std::vector<Node> matchmakers_;
  std::unique_ptr<Process> proxy_;
  swarm::Endpoint entrance_;
};

TEST_F(ClusterTest, BehindAPathRouterStrangersOfTwoApisPlayInOneRoom) {
  start(Door::path);
  expect_one_room(strangers_play(apis_, "path_"));
  const auto unknown =
      swarm::http(entrance_, swarm::HttpCall{"GET", "/edge/edge-9/ws", {}, {}, {}});
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->status, 404);

  // The active matcher dies without a word; the other one goes on as soon as the lease is free. By
  // Redis' own clock that is at most a lease's time after the death, and the other asks for it so
  // often that both together are less than three seconds.
  const MatcherLease before = matcher_lease();
  for (Node& node : matchmakers_) {
    if (node.metrics().find("\nwhoosh_matchmaker_active 1") == std::string::npos) continue;
    node.process->end(SIGKILL);
    break;
  }
  const MatcherLease left = matcher_lease();
  constexpr role::LeaseTimes times;
  static_assert(times.ttl_ms + 2 * times.period_ms <= 3'000);
  if (left.epoch == before.epoch) EXPECT_LE(left.until_ms - left.now_ms, times.ttl_ms);
  expect_one_room(strangers_play(apis_, "after_"));
  EXPECT_EQ(active_matchmakers(), 1U);
  const MatcherLease after = matcher_lease();
  EXPECT_EQ(after.epoch, before.epoch + 1);
  EXPECT_NE(after.holder, before.holder);
}

TEST_F(ClusterTest, BehindARoundRobinStrangersOfTwoApisPlayInOneRoom) {
  start(Door::round_robin);
  expect_one_room(strangers_play(apis_, "robin_"));
}

// What a seat ticket says of its bearer; others can't see it, so the test looks inside.
json::object claims_of(const json::object& join_info) {
  const std::string ticket(join_info.at("ticket").as_string());
  const std::size_t from = ticket.find('.') + 1;
  const auto claims = base::base64url_decode(ticket.substr(from, ticket.rfind('.') - from));
  return claims ? json::parse(*claims).as_object() : json::object();
}

// The first MATCH_FOUND's join info; empty when none comes.
json::object match_found(swarm::WsClient& lobby) {
  for (auto text = lobby.read(30'000); text && *text; text = lobby.read(30'000)) {
    const json::object message = json::parse(**text).as_object();
    if (message.at("type").as_string() != "MATCH_FOUND") continue;
    return message.at("payload").as_object().at("room").as_object();
  }
  return {};
}

// A notice finds the lobby connection wherever it is, and there is only one of a user.
TEST_F(ClusterTest, AMatchIsAnnouncedOnTheLobbyConnectionOfAnyNode) {
  start(Door::path);
  std::vector<std::unique_ptr<Player>> players;
  std::vector<std::unique_ptr<swarm::WsClient>> lobbies;
  for (std::size_t i = 0; i < 8; ++i) {
    players.push_back(
        std::make_unique<Player>(apis_[i % 2].endpoint(), "lobby_" + std::to_string(i), i + 1));
    ASSERT_TRUE(players.back()->register_account("a long enough passphrase"));
    swarm::WsOptions options;
    options.target = "/ws";
    options.headers["Authorization"] = "Bearer " + players.back()->access();
    auto connected = swarm::WsClient::connect(edges_[i % 3].endpoint(), options);
    ASSERT_TRUE(connected) << connected.error().message;
    lobbies.push_back(std::move(*connected));
  }
  // A newer one on another node: the older ends.
  swarm::WsOptions options;
  options.target = "/ws";
  options.headers["Authorization"] = "Bearer " + players[0]->access();
  auto newer = swarm::WsClient::connect(edges_[1].endpoint(), options);
  ASSERT_TRUE(newer);
  for (auto text = lobbies[0]->read(10'000); text && *text; text = lobbies[0]->read(10'000)) {
  }
  EXPECT_EQ(lobbies[0]->close_code(), 4000);
  lobbies[0] = std::move(*newer);

  for (const auto& player : players) {
    ASSERT_TRUE(player->call("POST", "/api/match/join", json::object{{"game", "suspect"}}, 200));
  }
  std::set<std::string> rooms;
  for (const auto& lobby : lobbies) {
    const json::object room = match_found(*lobby);
    ASSERT_FALSE(room.empty());
    rooms.insert(std::string(room.at("room").as_string()));
  }
  EXPECT_EQ(rooms.size(), 1U);
}

void buy_and_wear(const swarm::Endpoint& api, Player& player, const std::string& item) {
  swarm::HttpCall purchase;
  purchase.method = "POST";
  purchase.target = "/api/store/purchase";
  purchase.body = R"({"item_id":")" + item + "\"}";
  purchase.bearer = player.access();
  purchase.headers["Idempotency-Key"] = "one";
  const auto bought = swarm::http(api, purchase);
  ASSERT_TRUE(bought);
  ASSERT_EQ(bought->status, 201) << bought->body;
  ASSERT_TRUE(player.call("POST", "/api/inventory/equip", json::object{{"item_id", item}}, 200));
}

// Who takes his seat by the announcement, without asking again, is himself: others see what he
// wears, and ending the session by which he queued ends his seat.
TEST_F(ClusterTest, AnAnnouncedSeatKnowsItsPersonsLookAndSession) {
  start(Door::path);
  std::vector<std::unique_ptr<Player>> players;
  std::vector<std::unique_ptr<swarm::WsClient>> lobbies;
  for (std::size_t i = 0; i < 8; ++i) {
    players.push_back(
        std::make_unique<Player>(apis_[i % 2].endpoint(), "known_" + std::to_string(i), i + 1));
    ASSERT_TRUE(players.back()->register_account("a long enough passphrase"));
    swarm::WsOptions options;
    options.target = "/ws";
    options.headers["Authorization"] = "Bearer " + players.back()->access();
    auto connected = swarm::WsClient::connect(edges_[i % 3].endpoint(), options);
    ASSERT_TRUE(connected) << connected.error().message;
    lobbies.push_back(std::move(*connected));
  }
  const auto granted =
      cluster_.admin({"grant", "--user", "known_0", "--coins", "5000", "--reason", "To dress up."});
  ASSERT_EQ(granted.status, 0) << granted.output;
  buy_and_wear(apis_[0].endpoint(), *players[0], "frame_neon");

  for (const auto& player : players) {
    ASSERT_TRUE(player->call("POST", "/api/match/join", json::object{{"game", "suspect"}}, 200));
  }
  for (std::size_t i = 0; i < players.size(); ++i) {
    const json::object info = match_found(*lobbies[i]);
    ASSERT_FALSE(info.empty());
    const json::object claims = claims_of(info);
    EXPECT_TRUE(claims.at("newcomer").as_bool());
    EXPECT_FALSE(claims.at("sid").as_string().empty());
    if (i > 1) continue;  // two are enough to see each other
    const auto in = players[i]->enter(info);
    ASSERT_TRUE(in) << in.error().message;
  }
  const auto look_seen = [&] {
    if (!players[1]->pump(100)) return false;
    const json::value* const all = players[1]->room().if_contains("players");
    if (all == nullptr) return false;
    for (const json::value& one : all->as_array()) {
      if (one.at("id").as_string() != players[0]->id()) continue;
      const json::value* const look = one.as_object().if_contains("look");
      return look != nullptr && look->at("frame").as_string() == "frame_neon";
    }
    return false;
  };
  EXPECT_TRUE(eventually(look_seen));

  const auto sessions = players[0]->call("GET", "/api/auth/sessions", nullptr, 200);
  ASSERT_TRUE(sessions) << sessions.error().message;
  const json::array& signed_in = sessions->at("items").as_array();
  ASSERT_EQ(signed_in.size(), 1U);
  const std::string id(signed_in[0].at("id").as_string());
  swarm::HttpCall end;
  end.method = "DELETE";
  end.target = "/api/auth/sessions/" + id;
  end.bearer = players[0]->access();
  const auto ended = swarm::http(apis_[0].endpoint(), end);
  ASSERT_TRUE(ended);
  ASSERT_EQ(ended->status, 204) << ended->body;
  while (players[0]->pump(1'000)) {
  }
  EXPECT_EQ(players[0]->connection()->close_code(), 4001);
  EXPECT_TRUE(players[1]->pump(100)) << "nobody else's seat";
}

// A ban that one API takes reaches a connection that is on some edge.
TEST_F(ClusterTest, ABanEndsALiveConnectionOnAnotherNode) {
  start(Door::path);
  Player boss(apis_[0].endpoint(), "boss_of_all", 1);
  ASSERT_TRUE(boss.register_account("a long enough passphrase"));
  const auto promoted = cluster_.admin({"role", "--user", "boss_of_all", "--role", "admin"});
  ASSERT_EQ(promoted.status, 0) << promoted.output;
  const auto signed_in = boss.call(
      "POST", "/api/auth/login",
      json::object{{"username", "boss_of_all"}, {"password", "a long enough passphrase"}}, 200);
  ASSERT_TRUE(signed_in) << signed_in.error().message;
  const std::string access(signed_in->as_object().at("access").as_string());

  Player bad(apis_[1].endpoint(), "bad_player", 2);
  ASSERT_TRUE(bad.register_account("a long enough passphrase"));
  swarm::WsOptions options;
  options.target = "/ws";
  options.headers["Authorization"] = "Bearer " + bad.access();
  auto connected = swarm::WsClient::connect(edges_[2].endpoint(), options);
  ASSERT_TRUE(connected);
  swarm::HttpCall ban;
  ban.method = "POST";
  ban.target = "/api/admin/users/" + bad.id() + "/ban";
  ban.body = R"({"reason":"rude"})";
  ban.bearer = access;
  const auto banned = swarm::http(apis_[0].endpoint(), ban);
  ASSERT_TRUE(banned);
  ASSERT_EQ(banned->status, 200) << banned->body;
  for (auto text = (*connected)->read(20'000); text && *text; text = (*connected)->read(20'000)) {
  }
  EXPECT_EQ((*connected)->close_code(), 4003);
  // The other edges hear of it in their own time, within a quarter of a second.
  EXPECT_TRUE(eventually(
      [&] { return !swarm::WsClient::connect(edges_[0].endpoint(), options).has_value(); }));
}

// `whoosh admin rooms` and `nodes`, from a process that is no part of the cluster.
TEST_F(ClusterTest, TheShellSeesAndEndsRoomsAndDrainsNodes) {
  start(Door::path);
  Player host(apis_[0].endpoint(), "shell_host", 1);
  ASSERT_TRUE(host.register_account("a long enough passphrase"));
  const auto made = host.call("POST", "/api/rooms", json::object{{"game", "suspect"}}, 201);
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_TRUE(host.enter(made->as_object()));
  const std::string code(made->at("code").as_string());
  const std::string node(made->at("node").as_string());

  const auto rooms = cluster_.admin_live({"rooms", "list"});
  EXPECT_EQ(rooms.status, 0);
  EXPECT_NE(rooms.output.find(code), std::string::npos) << rooms.output;
  const auto elsewhere =
      cluster_.admin_live({"rooms", "list", "--node", node == "edge-1" ? "edge-2" : "edge-1"});
  EXPECT_EQ(elsewhere.output.find(code), std::string::npos) << elsewhere.output;
  const auto room = cluster_.admin_live({"rooms", "show", "--room", code});
  EXPECT_EQ(room.status, 0);
  EXPECT_NE(room.output.find("shell_host"), std::string::npos) << room.output;
  const auto none = cluster_.admin_live({"rooms", "show", "--room", "ZZZZ"});
  EXPECT_EQ(none.status, 1);
  EXPECT_NE(none.output.find("There is no room ZZZZ."), std::string::npos) << none.output;

  const auto closed =
      cluster_.admin_live({"rooms", "close", "--room", code, "--reason", "It is late."});
  EXPECT_EQ(closed.status, 0) << closed.output;
  while (host.pump(1'000)) {
  }
  EXPECT_EQ(host.connection()->close_code(), 4004);

  const auto drained = cluster_.admin_live({"nodes", "drain", "--node", node, "--reason", "Away."});
  EXPECT_EQ(drained.status, 0) << drained.output;
  EXPECT_TRUE(eventually([&] {
    return cluster_.admin_live({"nodes", "list"}).output.find("draining") != std::string::npos;
  }));
  const auto audit = cluster_.admin({"audit"});
  EXPECT_NE(audit.output.find("room.close"), std::string::npos) << audit.output;
  EXPECT_NE(audit.output.find("node:" + node), std::string::npos) << audit.output;

  const auto without = cluster_.admin({"rooms", "list"});
  EXPECT_EQ(without.status, 1);
  EXPECT_NE(without.output.find("--cluster-secret-file"), std::string::npos) << without.output;
}

// SIGTERM ends an edge only after its rooms; until then nobody new comes to it.
TEST_F(ClusterTest, ADrainedEdgeLetsItsRoomsEndAndLeaves) {
  start(Door::path);
  Player host(apis_[0].endpoint(), "first_guest", 1);
  ASSERT_TRUE(host.register_account("a long enough passphrase"));
  const auto info = host.call("POST", "/api/rooms", json::object{{"game", "suspect"}}, 201);
  ASSERT_TRUE(info);
  const std::string node(info->as_object().at("node").as_string());
  ASSERT_TRUE(host.enter(info->as_object()));
  Node& owner = edges_.at(static_cast<std::size_t>(node.back() - '1'));
  owner.process->send(SIGTERM);
  ASSERT_TRUE(eventually([&] { return owner.ready() == 503; }));
  for (int i = 0; i < 6; ++i) {
    Player other(apis_[1].endpoint(), "other_" + std::to_string(i), 2);
    ASSERT_TRUE(other.register_account("a long enough passphrase"));
    const auto made = other.call("POST", "/api/rooms", json::object{{"game", "suspect"}}, 201);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_NE(made->as_object().at("node").as_string(), node);
  }
  EXPECT_TRUE(owner.process->is_running());
  ASSERT_TRUE(host.send("LEAVE", {}));
  EXPECT_TRUE(eventually([&] { return !owner.process->is_running(); }));
  EXPECT_TRUE(WIFEXITED(owner.process->status()) && WEXITSTATUS(owner.process->status()) == 0);
}

// Redis goes and comes back; nothing is started again, and no result is lost.
TEST_F(ClusterTest, AMatchEndsWhileRedisIsAwayAndCountsWhenItIsBack) {
  start(Door::path);
  constexpr std::size_t seats = 8;
  std::vector<std::unique_ptr<Player>> players;
  for (std::size_t i = 0; i < seats; ++i) {
    players.push_back(
        std::make_unique<Player>(apis_[i % 2].endpoint(), "away_" + std::to_string(i), i + 1));
    ASSERT_TRUE(players.back()->register_account("a long enough passphrase"));
  }
  std::vector<std::string> failures(seats);
  std::atomic<std::size_t> inside{0};
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < seats; ++i) {
    threads.emplace_back([&, i] {
      const auto info = players[i]->queue("suspect", 60'000);
      if (!info || !players[i]->enter(*info)) {
        failures[i] = "not in the room";
        return;
      }
      ++inside;
      const auto over = players[i]->play(60'000);
      if (!over) failures[i] = over.error().message;
    });
  }
  ASSERT_TRUE(eventually([&] { return inside == seats; }, 60)) << logs();
  cluster_.redis().kill();
  threads.clear();
  for (const std::string& failure : failures) EXPECT_EQ(failure, "");
  EXPECT_TRUE(eventually([&] { return apis_[0].ready() == 503; }));
  cluster_.redis().start();  // empty
  for (const auto& player : players) {
    EXPECT_TRUE(eventually([&] {
      const auto rows = player->call("GET", "/api/game/history", nullptr, 200);
      return rows && rows->as_array().size() == 1;
    })) << player->name();
  }
  EXPECT_TRUE(eventually([&] { return apis_[0].ready() == 200 && edges_[0].ready() == 200; }));
}

}  // namespace
}  // namespace whoosh::tests
