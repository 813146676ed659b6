// Goal: a client of the first Whoosh goes on working unchanged: its documented REST calls, its way
// to connect
// (?token=&game_id=), its messages, its field names. Method: replays those flows, as its documents
// wrote them, against a whole server; nothing newer than them is used unless a comment says so.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/support/running_server.h"

namespace whoosh::tests {
namespace {

namespace json = boost::json;

json::object post(const RunningServer& server, const std::string& target, const json::object& body,
                  int status, const std::string& bearer = "") {
  swarm::HttpCall call{.method = "POST",
                       .target = target,
                       .body = json::serialize(body),
                       .bearer = bearer,
                       .headers = {}};
  const auto answer = swarm::http(server.api(), call);
  EXPECT_TRUE(answer) << target;
  if (!answer) return {};
  EXPECT_EQ(answer->status, status) << target << " " << answer->body;
  return json::parse(answer->body).as_object();
}

json::value get(const RunningServer& server, const std::string& target, const std::string& bearer) {
  swarm::HttpCall call{
      .method = "GET", .target = target, .body = {}, .bearer = bearer, .headers = {}};
  const auto answer = swarm::http(server.api(), call);
  EXPECT_TRUE(answer && answer->status == 200) << target << (answer ? answer->body : "");
  return answer ? json::parse(answer->body) : json::value{};
}

json::object account(const std::string& name) {
  return {{"username", name}, {"email", name + "@example.com"}, {"password", "securepassword123!"}};
}

TEST(FirstWhoosh, RegisterLoginGuestProfile) {
  const RunningServer server;
  const json::object registered = post(server, "/api/auth/register/", account("player1"), 201);
  EXPECT_TRUE(registered.contains("refresh"));
  EXPECT_EQ(registered.at("user").at("username").as_string(), "player1");
  EXPECT_EQ(registered.at("user").at("email").as_string(), "player1@example.com");
  EXPECT_GT(registered.at("user").at("id").as_int64(), 0);

  const json::object signed_in =
      post(server, "/api/auth/login", {{"username", "player1"}, {"password", "securepassword123!"}},
           200);
  const std::string access(signed_in.at("access").as_string());
  const json::object guest = post(server, "/api/auth/guest", {}, 201);
  EXPECT_TRUE(guest.at("user").at("is_guest").as_bool());

  const json::object me = get(server, "/api/users/me", access).as_object();
  for (const char* field :
       {"id", "username", "email", "elo", "xp", "total_games", "wins", "created_at"}) {
    EXPECT_TRUE(me.contains(field)) << field;
  }
  EXPECT_EQ(me.at("elo").as_int64(), 1000);

  swarm::HttpCall rename{.method = "PATCH",
                         .target = "/api/users/me",
                         .body = R"({"username":"newusername"})",
                         .bearer = access,
                         .headers = {}};
  const auto renamed = swarm::http(server.api(), rename);
  ASSERT_TRUE(renamed);
  EXPECT_EQ(renamed->status, 200);
  EXPECT_EQ(json::parse(renamed->body).at("username").as_string(), "newusername");

  const json::object refreshed =
      post(server, "/api/auth/token/refresh", {{"refresh", signed_in.at("refresh")}}, 200);
  EXPECT_TRUE(refreshed.contains("access"));
}

// One client of the first Whoosh in a match: what it sends and what it saw.
struct OldClient {
  std::string name;
  std::string access;
  std::string id;
  std::unique_ptr<swarm::WsClient> connection;
  std::vector<std::string> phases;  // of TICK, each once, in order
  std::int64_t ticks = 0;
  json::object last_meter;
  json::object news;
  json::object over;
  std::string error;

  void play(const std::string& target) {
    while (over.empty()) {
      const auto text = connection->read(20'000);
      if (!text || !text->has_value()) {
        error = name + ": closed or silent";
        return;
      }
      take(json::parse(**text).as_object(), target);
    }
  }

  void take(const json::object& message, const std::string& target) {
    const std::string type(message.at("type").as_string());
    const json::object& payload = message.at("payload").as_object();
    if (type == "TICK") {
      tick(payload, target);
    } else if (type == "EVENT_NEWS") {
      news = payload;
    } else if (type == "GAME_OVER") {
      over = payload;
    }
  }

  void tick(const json::object& payload, const std::string& target) {
    ++ticks;
    const std::string phase(payload.at("phase").as_string());
    if (phases.empty() || phases.back() != phase) {
      phases.push_back(phase);
      if (phase == "INTERROGATION") {
        const json::object suspect{{"type", "SUSPECT"}, {"payload", {{"target", target}}}};
        if (!connection->send(json::serialize(suspect))) error = name + ": can't send";
      }
    }
    if (phase == "INTERROGATION" || phase == "VOTING") {
      EXPECT_EQ(
          payload.at("elapsed").to_number<double>() + payload.at("remaining").to_number<double>(),
          300);
    }
    if (payload.contains("confmeter")) last_meter = payload.at("confmeter").as_object();
  }
};

TEST(FirstWhoosh, EightQueueConnectByTokenAndPlayAWholeMatch) {
  const RunningServer server;
  std::vector<OldClient> clients(8);
  std::string room;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    OldClient& client = clients[i];
    client.name = "veteran_" + std::to_string(i);
    const json::object registered = post(server, "/api/auth/register", account(client.name), 201);
    client.access = std::string(registered.at("access").as_string());
    client.id = std::to_string(registered.at("user").at("id").as_int64());
    const json::object queued =
        post(server, "/api/match/join", {{"queue", "standard"}}, 200, client.access);
    EXPECT_EQ(queued.at("queue").as_string(), "standard");
    EXPECT_EQ(queued.at("user_id").as_string(), client.id);
    EXPECT_TRUE(queued.contains("message"));
    if (room.empty() && i + 1 == clients.size()) {
      // The first Whoosh told nobody how the game id reaches the client; ours is in the ticket.
      const std::string ticket(queued.at("ticket").as_string());
      const json::object state =
          get(server, "/api/match/tickets/" + ticket + "?wait=25", client.access).as_object();
      ASSERT_EQ(state.at("status").as_string(), "matched");
      room = std::string(state.at("room").at("room").as_string());
    }
  }
  for (OldClient& client : clients) {
    auto connected = swarm::WsClient::connect(
        server.edge(), {.target = "/ws?token=" + client.access + "&game_id=" + room,
                        .subprotocols = {},
                        .headers = {}});
    ASSERT_TRUE(connected) << connected.error().message;
    client.connection = std::move(*connected);
  }
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < clients.size(); ++i) {
      threads.emplace_back(
          [&clients, i] { clients[i].play(clients[(i + 1) % clients.size()].id); });
    }
  }
  for (const OldClient& client : clients) {
    EXPECT_EQ(client.error, "");
    EXPECT_GT(client.ticks, 200) << "one a second of the match";
    EXPECT_NE(std::find(client.phases.begin(), client.phases.end(), "INTERROGATION"),
              client.phases.end());
    EXPECT_NE(std::find(client.phases.begin(), client.phases.end(), "VOTING"), client.phases.end());
    EXPECT_EQ(client.last_meter.size(), clients.size());
    EXPECT_EQ(client.last_meter.at(clients[0].id).as_string(), clients[1].id);
    EXPECT_EQ(client.news.at("phase").as_string(), "VOTING");
    EXPECT_FALSE(client.news.at("message").as_string().empty());
    EXPECT_TRUE(client.over.contains("winner_id"));
    EXPECT_EQ(client.over.at("confmeter").as_object().size(), clients.size());
  }
  const json::array history = get(server, "/api/game/history", clients[0].access).as_array();
  ASSERT_EQ(history.size(), 1u);
  for (const char* field : {"match_id", "started_at", "ended_at", "elo_before", "elo_after",
                            "xp_gained", "is_winner"}) {
    EXPECT_TRUE(history[0].as_object().contains(field)) << field;
  }
  EXPECT_GT(history[0].at("xp_gained").as_int64(), 0);
  const json::object me = get(server, "/api/users/me", clients[0].access).as_object();
  EXPECT_EQ(me.at("total_games").as_int64(), 1);
}

}  // namespace
}  // namespace whoosh::tests
