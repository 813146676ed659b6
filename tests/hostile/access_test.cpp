// Goal: nobody becomes what he isn't by saying so, reaches what is another's, or finds out by
// asking often. Method: two people on a whole server; tables of members that no client may set and
// of things that belong to the other; limits on, as in production, from loopback.
#include <set>

#include "tests/hostile/hostile.h"

namespace whoosh::tests {
namespace {

namespace json = boost::json;

class HostileAccess : public Hostile {
 protected:
  json::object me(const Person& person) {
    const auto answer = ask("GET", "/api/users/me", person.access);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.status == 200 ? json::parse(answer.body).as_object() : json::object{};
  }
};

class HostileRates : public Hostile {
 protected:
  HostileRates() : Hostile(true) {}
};

const char* const earned =
    R"(,"id":1,"elo":9999,"xp":99999,"level":99,"coins":100000,"role":"admin","is_guest":false,)"
    R"("is_admin":true,"total_games":50,"wins":50,"banned_until":null,"created_at":"2001-01-01",)"
    R"("look":{"frame":"x"},"password_hash":"x","session":"x","__proto__":{"role":"admin"})";

void expect_plain(const json::object& user, const std::string& about) {
  EXPECT_EQ(user.at("elo").as_int64(), 1000) << about;
  EXPECT_EQ(user.at("xp").as_int64(), 0) << about;
  EXPECT_EQ(user.at("level").as_int64(), 1) << about;
  EXPECT_EQ(user.at("coins").as_int64(), 0) << about;
  EXPECT_EQ(user.at("total_games").as_int64(), 0) << about;
  EXPECT_FALSE(user.contains("role") && user.at("role") == "admin") << about;
  EXPECT_FALSE(user.contains("password_hash")) << about;
}

TEST_F(HostileAccess, NobodyIsMadeByWhatHeSaysOfHimself) {
  const Person first = registered("first");
  const Person second = registered("second", earned);
  EXPECT_NE(first.id, second.id);
  expect_plain(me(second), "register");
  const Person young = person_of(
      ask("POST", "/api/auth/guest", "", std::string(R"({"display_name":"Young")") + earned + "}"));
  expect_plain(me(young), "guest");
  EXPECT_TRUE(me(young).at("is_guest").as_bool());
  const auto converted = ask("POST", "/api/auth/convert-guest", young.access,
                             std::string(R"({"username":"grown","email":"grown@example.org",)") +
                                 R"("password":"a long pass phrase")" + earned + "}");
  const Person grown = person_of(converted);
  EXPECT_EQ(grown.id, young.id);
  expect_plain(me(grown), "convert-guest");
  for (const char* member :
       {R"("elo":9999)", R"("xp":1)", R"("level":9)", R"("coins":100)", R"("wins":1)",
        R"("total_games":1)", R"("is_guest":false)", R"("id":1)"}) {
    const auto answer = ask("PATCH", "/api/users/me", first.access,
                            std::string(R"({"avatar":"owl",)") + member + "}");
    EXPECT_EQ(answer.status / 100, 4) << member << answer.body;
  }
  const auto unknown = ask("PATCH", "/api/users/me", first.access,
                           R"({"avatar":"owl","role":"admin","password_hash":"x"})");
  EXPECT_LT(unknown.status, 500);
  expect_plain(me(first), "patch");
  EXPECT_EQ(ask("GET", "/api/admin/users", first.access).status / 100, 4);
}

TEST_F(HostileAccess, WhatBelongsToAnotherIsNotThere) {
  const Person owner = registered("holder");
  const Person thief = registered("taker");
  // A place in the queue.
  const auto queued = ask("POST", "/api/match/join", owner.access, R"({})");
  ASSERT_EQ(queued.status / 100, 2) << queued.body;
  const json::object ticket = json::parse(queued.body).as_object();
  const std::string id = text(ticket, ticket.contains("ticket") ? "ticket" : "id");
  ASSERT_FALSE(id.empty()) << queued.body;
  for (const char* method : {"GET", "DELETE"}) {
    const auto answer = ask(method, "/api/match/tickets/" + id, thief.access);
    EXPECT_TRUE(answer.status == 403 || answer.status == 404) << method << answer.status;
  }
  EXPECT_EQ(ask("GET", "/api/match/tickets/" + id, owner.access).status, 200);
  // A session: signing it out with the other's token, then using it.
  ask("POST", "/api/auth/logout", thief.access, R"({"refresh":")" + owner.refresh + R"("})");
  const auto refreshed =
      ask("POST", "/api/auth/token/refresh", "", R"({"refresh":")" + owner.refresh + R"("})");
  EXPECT_EQ(refreshed.status, 200) << refreshed.body;
  // A profile: what is private is only in one's own.
  const auto seen = ask("GET", "/api/users/" + owner.id, thief.access);
  EXPECT_EQ(seen.status, 200);
  for (const char* secret : {"email", "@example.org", "coins", "password", "refresh", "role"}) {
    EXPECT_EQ(seen.body.find(secret), std::string::npos) << secret;
  }
  for (const std::string& path : {"/api/users/" + owner.id, "/api/users/" + owner.id + "/"}) {
    EXPECT_EQ(ask("PATCH", path, thief.access, R"({"avatar":"owl"})").status, 405) << path;
    EXPECT_EQ(ask("DELETE", path, thief.access).status, 405) << path;
  }
}

TEST_F(HostileAccess, EnumerationLearnsNothing) {
  registered("ada");
  const auto login = [&](const std::string& name, const std::string& password) {
    return ask("POST", "/api/auth/login", "",
               R"({"username":")" + name + R"(","password":")" + password + R"("})");
  };
  ASSERT_EQ(login("ada", "a long pass phrase").status, 200);
  const auto shape = [](const HttpAnswer& answer) {
    json::object body = json::parse(answer.body).as_object();
    body.erase("request_id");
    std::string names;
    for (const auto& [name, value] : answer.headers) names += name + " ";
    return std::to_string(answer.status) + json::serialize(body) + names +
           answer.header("content-length");
  };
  const std::string wrong_password = shape(login("ada", "not the pass phrase"));
  for (const char* name : {"nobody", "ADA", "ada@example.org", "nobody@example.org", "' OR 1=1 --",
                           "a", "admin", "root"}) {
    EXPECT_EQ(shape(login(name, "not the pass phrase")), wrong_password) << name;
  }
  EXPECT_EQ(shape(login("ada", "")), wrong_password);
  EXPECT_EQ(shape(login("nobody", std::string(5000, 'a'))), wrong_password);
}

TEST_F(HostileRates, PasswordsAreNotGuessedAndLoopbackIsNoExcuse) {
  registered("ada");
  int refused = 0;
  int wrong = 0;
  for (int i = 0; i < 40; ++i) {
    const auto answer =
        ask("POST", "/api/auth/login", "",
            R"({"username":"ada","password":"guess number )" + std::to_string(i) + R"("})",
            {{"X-Forwarded-For", "10.0.0." + std::to_string(i)}});
    if (answer.status == 401) ++wrong;
    if (answer.status != 429) continue;
    ++refused;
    EXPECT_EQ(code(answer), "rate_limited");
    EXPECT_FALSE(answer.header("retry-after").empty());
  }
  EXPECT_LE(wrong, 12);  // ten, and what trickles back meanwhile
  EXPECT_EQ(refused + wrong, 40);
  const auto right =
      ask("POST", "/api/auth/login", "", R"({"username":"ada","password":"a long pass phrase"})");
  EXPECT_EQ(right.status, 429) << "the right one among the guesses would tell";
}

TEST_F(HostileRates, RoomCodesAreNotGuessedAtEitherDoor) {
  const Person person = guest();
  std::set<int> statuses;
  for (int i = 0; i < 80 && !statuses.contains(429); ++i) {
    const std::string guess{'Z', static_cast<char>('A' + i % 26), static_cast<char>('A' + i / 26),
                            'Q'};
    statuses.insert(ask("POST", "/api/rooms/" + guess + "/join", person.access, R"({})").status);
  }
  EXPECT_TRUE(statuses.contains(404));
  EXPECT_TRUE(statuses.contains(429));
  const auto at_the_edge = http_request(edge(), "GET", "/ws?game_id=ZZZQ",
                                        {{"Authorization", "Bearer " + person.access},
                                         {"Upgrade", "websocket"},
                                         {"Connection", "Upgrade"},
                                         {"Sec-WebSocket-Version", "13"},
                                         {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}});
  EXPECT_TRUE(at_the_edge.status == 429 || at_the_edge.status == 400) << at_the_edge.status;
}

TEST_F(HostileAccess, UpgradesAreHeldToTheRfcAndToOrigins) {
  const Person person = guest();
  const std::string head = "GET /ws HTTP/1.1\r\nHost: localhost\r\n";
  const std::string up = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  const std::string version = "Sec-WebSocket-Version: 13\r\n";
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const std::string token = "Authorization: Bearer " + person.access + "\r\n";
  const std::string all = up + version + key + token;
  const std::vector<std::pair<const char*, std::string>> wrong{
      {"no key", head + up + version + token},
      {"short key", head + up + version + "Sec-WebSocket-Key: dGhl\r\n" + token},
      {"long key",
       head + up + version + "Sec-WebSocket-Key: " + std::string(2000, 'A') + "\r\n" + token},
      {"key that is no base64",
       head + up + version + "Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==\r\n" + token},
      {"two keys", head + all + key},
      {"no version", head + up + key + token},
      {"old version", head + up + "Sec-WebSocket-Version: 8\r\n" + key + token},
      {"rubbish version", head + up + "Sec-WebSocket-Version: -1\r\n" + key + token},
      {"POST", "POST /ws HTTP/1.1\r\nHost: localhost\r\n" + all},
      {"HTTP/1.0", "GET /ws HTTP/1.0\r\nHost: localhost\r\n" + all},
      {"a body", head + all + "Content-Length: 5\r\n"},
      {"a chunked body", head + all + "Transfer-Encoding: chunked\r\n"},
      {"h2c", head + "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n" + token},
      {"Origin null", head + all + "Origin: null\r\n"},
      {"foreign Origin", head + all + "Origin: https://evil.example\r\n"},
      {"Origin with our name in front", head + all + "Origin: http://localhost.evil.example\r\n"},
      {"Origin with our name as user", head + all + "Origin: http://localhost@evil.example\r\n"},
      {"Origin of a file", head + all + "Origin: file://\r\n"},
      {"no credential", head + up + version + key}};
  for (const auto& [name, bytes] : wrong) {
    RawConnection connection(edge());
    connection.send(bytes + "\r\n");
    const auto answer = connection.read();
    EXPECT_GE(answer.status, 400) << name;
    EXPECT_LT(answer.status, 500) << name;
    EXPECT_TRUE(connection.closed_by_peer()) << name;
  }
  // A request behind the head is no frame, and no request either.
  RawConnection connection(edge());
  connection.send(head + all + "\r\nGET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(connection.read().status, 101);
  EXPECT_TRUE(connection.closed_by_peer());
  expect_alive();
}

}  // namespace
}  // namespace whoosh::tests
