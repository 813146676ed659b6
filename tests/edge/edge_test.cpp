// Goal: Service B keeps protocol.md to the letter where a client meets it: upgrade, rooms, seats,
// reconnects, close codes. Method: a whole server in this process, real sockets, Boost.Beast as the
// client.
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/running_server.h"

namespace whoosh::tests {
namespace {

namespace json = boost::json;
using swarm::WsClient;
using swarm::WsOptions;

// Reads messages until one of this type; its payload. Fails the test after five seconds of silence.
json::object await(WsClient& client, const std::string& type) {
  for (int i = 0; i < 2000; ++i) {
    const auto text = client.read(5'000);
    if (!text || !text->has_value()) {
      ADD_FAILURE() << "no " << type << ": " << (text ? "silence" : text.error().message)
                    << ", close code " << client.close_code();
      return {};
    }
    const json::object message = json::parse(**text).as_object();
    if (message.at("type").as_string() == type) return message.at("payload").as_object();
  }
  ADD_FAILURE() << "no " << type << " among 2000 messages";
  return {};
}

// Reads until the server closes; the close code.
std::uint16_t await_close(WsClient& client) {
  for (int i = 0; i < 2000; ++i) {
    const auto text = client.read(5'000);
    if (!text) return client.close_code();
    if (!text->has_value()) break;
  }
  ADD_FAILURE() << "not closed";
  return 0;
}

void say(WsClient& client, const std::string& type, const json::object& payload = {},
         const std::string& id = "") {
  json::object message{{"type", type}, {"payload", payload}};
  if (!id.empty()) message["id"] = id;
  ASSERT_TRUE(client.send(json::serialize(message)));
}

class Edge : public testing::Test {
 protected:
  // A guest with a name.
  swarm::Player guest(const std::string& name) {
    swarm::Player player(server_.api(), name, 1);
    EXPECT_TRUE(player.sign_in_as_guest());
    return player;
  }
  json::object create_room(swarm::Player& host) {
    const auto info = host.call("POST", "/api/rooms", json::object{{"game", "suspect"}}, 201);
    EXPECT_TRUE(info) << (info ? "" : info.error().message);
    return info ? info->as_object() : json::object{};
  }
  json::object join(swarm::Player& player, const std::string& code,
                    const std::string& as = "player") {
    const auto info =
        player.call("POST", "/api/rooms/" + code + "/join", json::object{{"as", as}}, 200);
    EXPECT_TRUE(info) << (info ? "" : info.error().message);
    return info ? info->as_object() : json::object{};
  }
  std::unique_ptr<WsClient> connect(const std::string& target,
                                    std::vector<std::string> subprotocols = {},
                                    std::map<std::string, std::string> headers = {}) {
    auto client = WsClient::connect(
        server_.edge(),
        {.target = target, .subprotocols = std::move(subprotocols), .headers = std::move(headers)});
    EXPECT_TRUE(client) << target << ": " << (client ? "" : client.error().message);
    return client ? std::move(*client) : nullptr;
  }
  std::unique_ptr<WsClient> enter(const json::object& info) {
    return connect("/ws?game_id=" + text(info, "room"),
                   {"whoosh.v1", "ticket." + text(info, "ticket")});
  }
  WsClient::Refused refused(const std::string& target, std::vector<std::string> subprotocols = {},
                            std::map<std::string, std::string> headers = {}) {
    WsClient::Refused why;
    const auto client = WsClient::connect(
        server_.edge(),
        {.target = target, .subprotocols = std::move(subprotocols), .headers = std::move(headers)},
        &why);
    EXPECT_FALSE(client) << target << " was let in";
    return why;
  }
  static std::string text(const json::object& object, const char* key) {
    return object.contains(key) ? std::string(object.at(key).as_string()) : std::string();
  }
  static std::string code_of(const WsClient::Refused& why) {
    return why.body.empty() ? "" : text(json::parse(why.body).as_object(), "code");
  }

  RunningServer server_;
};

TEST_F(Edge, HealthAndUnknownPaths) {
  const auto health =
      swarm::http(server_.edge(), {.target = "/health", .body = {}, .bearer = "", .headers = {}});
  ASSERT_TRUE(health);
  EXPECT_EQ(health->status, 200);
  swarm::HttpCall posted;
  posted.method = "POST";
  posted.target = "/health";
  const auto not_taken = swarm::http(server_.edge(), posted);
  ASSERT_TRUE(not_taken);
  EXPECT_EQ(not_taken->status, 405);
  EXPECT_EQ(not_taken->headers.at("allow"), "GET, HEAD");
  const auto nothing =
      swarm::http(server_.edge(), {.target = "/nothing", .body = {}, .bearer = "", .headers = {}});
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->status, 404);
  const auto plain =
      swarm::http(server_.edge(), {.target = "/ws", .body = {}, .bearer = "", .headers = {}});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->status, 426);
  EXPECT_EQ(plain->headers.at("sec-websocket-version"), "13");
  EXPECT_EQ(text(json::parse(plain->body).as_object(), "code"), "upgrade_required");
}

TEST_F(Edge, UpgradeRefusalsInTheirOrder) {
  swarm::Player host = guest("Ada");
  const json::object info = create_room(host);
  const std::string room = text(info, "room");
  const std::string token = "?token=" + host.access();
  struct Row {
    std::string target;
    std::vector<std::string> protocols;
    std::map<std::string, std::string> headers;
    int status;
    std::string code;
  };
  const Row rows[] = {
      {"/ws?game_id=" + room, {}, {}, 401, "unauthorized"},
      {"/ws?game_id=" + room + "&token=nonsense", {}, {}, 401, "bad_token"},
      {"/ws" + token + "&game_id=" + room,
       {},
       {{"Origin", "https://evil.example"}},
       403,
       "foreign_origin"},
      {"/ws" + token + "&game_id=" + room, {}, {{"Origin", "null"}}, 403, "foreign_origin"},
      {"/ws?game_id=" + room, {"whoosh.v1", "ticket.forged"}, {}, 401, "bad_ticket"},
      {"/ws?game_id=" + room, {"whoosh.v1", "resume.forged"}, {}, 401, "bad_resume"},
      {"/ws" + token + "&game_id=ZZZZ", {}, {}, 404, "room_not_found"},
      {"/ws" + token + "&game_id=00000000deadbeef", {}, {}, 404, "room_not_found"},
      {"/ws" + token + "&game_id=new&game=chess", {}, {}, 404, "game_not_found"},
  };
  for (const Row& row : rows) {
    const auto why = refused(row.target, row.protocols, row.headers);
    EXPECT_EQ(why.status, row.status) << row.code << " " << why.body;
    EXPECT_EQ(code_of(why), row.code);
    EXPECT_FALSE(text(json::parse(why.body).as_object(), "request_id").empty());
  }
}

TEST_F(Edge, ATicketIsUsedOnce) {
  swarm::Player host = guest("Ada");
  const json::object info = create_room(host);
  const auto first = enter(info);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->subprotocol(), "whoosh.v1");
  EXPECT_EQ(text(await(*first, "WELCOME"), "room"), text(info, "room"));
  const auto why =
      refused("/ws?game_id=" + text(info, "room"), {"whoosh.v1", "ticket." + text(info, "ticket")});
  EXPECT_EQ(why.status, 401);
  EXPECT_EQ(code_of(why), "bad_ticket");
}

TEST_F(Edge, ATicketIsForItsRoomHoweverTheRoomIsNamed) {
  swarm::Player host = guest("Ada");
  const json::object mine = create_room(host);
  const json::object other = create_room(host);
  const std::vector<std::string> ticket = {"whoosh.v1", "ticket." + text(mine, "ticket")};
  for (const std::string& room :
       {text(other, "room"), text(other, "code"), std::string("ZZZZ"), std::string("new")}) {
    const auto why = refused("/ws?game_id=" + room, ticket);
    EXPECT_EQ(why.status, 401) << room;
    EXPECT_EQ(code_of(why), "bad_ticket") << room;
  }
  EXPECT_TRUE(connect("/ws?game_id=" + text(mine, "code"), ticket));
}

TEST(EdgeRates, WrongCodesOfAnAddressCountAtBothDoors) {
  RunningServer server(20, true);
  swarm::Player player(server.api(), "Ada", 1);
  ASSERT_TRUE(player.sign_in_as_guest());
  const auto knock = [&](const std::string& code) {
    WsClient::Refused why;
    static_cast<void>(
        WsClient::connect(server.edge(),
                          {.target = "/ws?game_id=" + code + "&token=" + player.access(),
                           .subprotocols = {},
                           .headers = {}},
                          &why));
    return why.status;
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(knock("ZZZZ"), 404);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(player.call("GET", "/api/rooms/ZZZZ", {}, 404));
  EXPECT_EQ(knock("ZZZZ"), 429);
  EXPECT_TRUE(player.call("GET", "/api/rooms/ZZZZ", {}, 429));
}

TEST_F(Edge, ByAccessTokenWithIdOrCodeAndWithoutJoining) {
  swarm::Player host = guest("Ada");
  const json::object info = create_room(host);
  swarm::Player friendly = guest("Bob");
  const auto by_code = connect("/ws?token=" + friendly.access() + "&game_id=" + text(info, "code"));
  ASSERT_TRUE(by_code);
  const json::object welcome = await(*by_code, "WELCOME");
  EXPECT_EQ(text(welcome, "room"), text(info, "room"));
  EXPECT_EQ(text(welcome, "role"), "player");
  EXPECT_EQ(text(welcome.at("you").as_object(), "id"), friendly.id());
  EXPECT_EQ(text(welcome.at("you").as_object(), "name"), "Bob");
  swarm::Player third = guest("Bob");
  const auto by_id = connect("/ws?game_id=" + text(info, "room"), {},
                             {{"Authorization", "Bearer " + third.access()}});
  ASSERT_TRUE(by_id);
  EXPECT_NE(text(await(*by_id, "WELCOME").at("you").as_object(), "name"), "Bob")
      << "names are unique at a table";
}

TEST_F(Edge, NewMakesARoomAndALobbyConnectionHasNone) {
  swarm::Player host = guest("Ada");
  const auto fresh = connect("/ws?game_id=new&game=suspect&token=" + host.access());
  ASSERT_TRUE(fresh);
  EXPECT_FALSE(text(await(*fresh, "WELCOME"), "code").empty());
  swarm::Player waiting = guest("Bob");
  const auto lobby = connect("/ws?token=" + waiting.access());
  ASSERT_TRUE(lobby);
  EXPECT_FALSE(await(*lobby, "WELCOME").contains("room"));
  const auto again = connect("/ws?token=" + waiting.access());
  ASSERT_TRUE(again);
  EXPECT_EQ(await_close(*lobby), 4000);
}

TEST_F(Edge, ANewerConnectionReplacesAndResumeKeepsTheSeat) {
  swarm::Player host = guest("Ada");
  const json::object info = create_room(host);
  const auto first = enter(info);
  ASSERT_TRUE(first);
  const json::object welcome = await(*first, "WELCOME");
  const auto second = connect("/ws?token=" + host.access() + "&game_id=" + text(info, "room"));
  ASSERT_TRUE(second);
  EXPECT_EQ(await_close(*first), 4000);
  const json::object again = await(*second, "WELCOME");
  EXPECT_EQ(again.at("you"), welcome.at("you"));
  second->abort();
  const auto third = connect("/ws?game_id=" + text(info, "code"),
                             {"whoosh.v1", "resume." + text(again, "resume")});
  ASSERT_TRUE(third);
  EXPECT_EQ(await(*third, "WELCOME").at("you"), welcome.at("you"));
}

TEST_F(Edge, HostPowersChatEmotesPingAndAcks) {
  swarm::Player ada = guest("Ada");
  const json::object info = create_room(ada);
  const auto host = enter(info);
  ASSERT_TRUE(host);
  await(*host, "WELCOME");
  swarm::Player bob = guest("Bob");
  const auto other = enter(join(bob, text(info, "code")));
  ASSERT_TRUE(other);
  await(*other, "WELCOME");

  say(*other, "CHAT", {{"text", "  hello\nthere "}});
  const json::object line = await(*host, "EVENT_CHAT");
  EXPECT_EQ(text(line, "text"), "hello there");
  EXPECT_EQ(text(line, "from"), bob.id());
  say(*other, "EMOTE", {{"emote", "wave"}});
  EXPECT_EQ(text(await(*host, "EVENT_EMOTE"), "emote"), "wave");
  say(*other, "PING", {{"t", 12.5}});
  EXPECT_EQ(await(*other, "PONG").at("t").to_number<double>(), 12.5);
  say(*other, "READY", {}, "r1");
  EXPECT_EQ(text(await(*other, "ACK"), "id"), "r1");
  say(*other, "START", {}, "s1");
  const json::object no = await(*other, "ERROR");
  EXPECT_EQ(text(no, "code"), "not_host");
  EXPECT_EQ(text(no, "id"), "s1");
  say(*other, "NONSENSE");
  EXPECT_EQ(text(await(*other, "ERROR"), "code"), "unknown_type");
  say(*host, "KICK", {{"target", bob.id()}});
  EXPECT_EQ(await_close(*other), 4002);
  say(*host, "LEAVE");
  EXPECT_EQ(await_close(*host), 1000);
}

TEST_F(Edge, TenWrongMessagesCloseAndBinaryIsRefused) {
  swarm::Player ada = guest("Ada");
  const auto client = enter(create_room(ada));
  ASSERT_TRUE(client);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(client->send("{\"type\":7"));
  EXPECT_EQ(await_close(*client), 1008);

  swarm::Player bob = guest("Bob");
  const auto large = enter(create_room(bob));
  ASSERT_TRUE(large);
  ASSERT_TRUE(large->send(json::serialize(
      json::object{{"type", "CHAT"}, {"payload", {{"text", std::string(5000, 'x')}}}})));
  EXPECT_EQ(text(await(*large, "ERROR"), "code"), "too_long");
  ASSERT_TRUE(large->send(std::string(9000, 'x')));
  EXPECT_EQ(await_close(*large), 1009);
}

TEST_F(Edge, OnePersonPlaysWithBotsWhileAScreenWatches) {
  swarm::Player ada = guest("Ada");
  const json::object info = create_room(ada);
  swarm::Player wall = guest("Wall");
  const json::object screen_info = join(wall, text(info, "code"), "screen");
  ASSERT_TRUE(ada.enter(info));
  ASSERT_TRUE(wall.enter(screen_info));
  ASSERT_TRUE(ada.send("START", {}));
  const auto over = ada.play(20'000);
  ASSERT_TRUE(over) << over.error().message;
  EXPECT_GE(over->at("standings").as_array().size(), 4u);
  EXPECT_FALSE(over->at("rated").as_bool()) << "private rooms are not rated";
  const auto seen = wall.play(20'000);
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->at("winner_id"), over->at("winner_id"));
  EXPECT_FALSE(wall.view().as_object().contains("role")) << "a screen sees nothing private";
  const auto history = ada.call("GET", "/api/game/history", nullptr, 200);
  ASSERT_TRUE(history);
  ASSERT_EQ(history->as_array().size(), 1u);
  EXPECT_EQ(history->at(0).at("elo_before"), history->at(0).at("elo_after"));
}

TEST_F(Edge, WhoWantsASeatWatchesUntilOneIsFree) {
  swarm::Player ada = guest("Ada");
  const json::object info = create_room(ada);
  const auto host = enter(info);
  ASSERT_TRUE(host);
  say(*host, "SETTINGS", {{"max_seats", 4}}, "s1");
  await(*host, "ACK");
  std::vector<std::unique_ptr<WsClient>> others;
  for (const char* name : {"Bob", "Cyd", "Dan", "Eve"}) {
    swarm::Player player = guest(name);
    others.push_back(enter(join(player, text(info, "code"))));
    ASSERT_TRUE(others.back());
    const bool seated = others.size() < 4;
    EXPECT_EQ(text(await(*others.back(), "WELCOME"), "role"), seated ? "player" : "audience");
  }
  say(*others[0], "LEAVE");
  EXPECT_EQ(text(await(*others[3], "WELCOME"), "role"), "player");
}

TEST_F(Edge, APhoneThatGoesAwayComesBackToTheSameMatch) {
  swarm::Player ada = guest("Ada");
  const json::object info = create_room(ada);
  ASSERT_TRUE(ada.enter(info));
  ASSERT_TRUE(ada.send("START", {}));
  ASSERT_TRUE(ada.pump(800));
  const std::string role = text(ada.view().as_object(), "role");
  ASSERT_FALSE(role.empty());
  ada.connection()->abort();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const auto back = connect("/ws?token=" + ada.access() + "&game_id=" + text(info, "room"));
  ASSERT_TRUE(back);
  const json::object welcome = await(*back, "WELCOME");
  EXPECT_EQ(text(welcome.at("state").as_object(), "role"), role);
  EXPECT_TRUE(await(*back, "GAME_OVER").contains("standings"));
}

TEST_F(Edge, OperatorsPages) {
  const auto metrics = swarm::http(server_.ops_edge(),
                                   {.target = "/metrics", .body = {}, .bearer = "", .headers = {}});
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->status, 200);
  EXPECT_NE(metrics->body.find("whoosh_rooms{shard=\"0\"} 0"), std::string::npos) << metrics->body;
  for (const auto& endpoint : {server_.ops(), server_.ops_edge()}) {
    for (const char* page : {"/livez", "/readyz"}) {
      const auto answer =
          swarm::http(endpoint, {.target = page, .body = {}, .bearer = "", .headers = {}});
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->status, 200) << page << answer->body;
    }
  }
}

TEST_F(Edge, APageInAnOperatorsBrowserCannotDrain) {
  const auto forged = swarm::http(server_.ops_edge(), {.method = "POST",
                                                       .target = "/drain",
                                                       .body = "{}",
                                                       .bearer = "",
                                                       .headers = {{"Origin", "http://a.test"}}});
  ASSERT_TRUE(forged);
  EXPECT_EQ(forged->status, 403);
  const auto ready = swarm::http(server_.ops_edge(),
                                 {.target = "/readyz", .body = {}, .bearer = "", .headers = {}});
  ASSERT_TRUE(ready);
  EXPECT_EQ(ready->status, 200) << ready->body;
}

TEST_F(Edge, DrainingTakesNobodyNew) {
  swarm::Player ada = guest("Ada");
  const json::object info = create_room(ada);
  const auto drained = swarm::http(
      server_.ops_edge(),
      {.method = "POST", .target = "/drain", .body = "{}", .bearer = "", .headers = {}});
  ASSERT_TRUE(drained);
  EXPECT_EQ(drained->status, 202);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const auto why =
      refused("/ws?game_id=" + text(info, "room"), {"whoosh.v1", "ticket." + text(info, "ticket")});
  EXPECT_EQ(why.status, 503);
  EXPECT_EQ(code_of(why), "draining");
}

}  // namespace
}  // namespace whoosh::tests
