// Goal: nobody does through any route what is not his to do. Method: tables over all routes:
// without a token, with another's, with a role that is too small, with a token of another kind,
// with a role that one gave oneself.
#include <gtest/gtest.h>

#include "services/api/harness.h"

namespace whoosh::api {
namespace {

bool is_open(const std::string& operation) {
  return operation == "POST /api/auth/register" || operation == "POST /api/auth/login" ||
         operation == "POST /api/auth/reset-password" || operation == "POST /api/auth/guest" ||
         operation == "POST /api/auth/token/refresh" || operation == "GET /api/games" ||
         operation == "GET /api/health" || operation == "GET /.well-known/jwks.json";
}

struct Call {
  std::string method;
  std::string path;
};
// A pattern with something in place of its names.
Call call_of(const std::string& operation) {
  const auto blank = operation.find(' ');
  Call call{operation.substr(0, blank), operation.substr(blank + 1)};
  for (auto at = call.path.find('{'); at != call.path.npos; at = call.path.find('{')) {
    call.path.replace(at, call.path.find('}') - at + 1, "1");
  }
  return call;
}

TEST(Authorisation, every_route_but_the_open_ones_asks_for_a_token) {
  Harness h;
  for (const std::string& operation : h.operations()) {
    if (is_open(operation)) continue;
    const Call call = call_of(operation);
    const Reading without = h.call(call.method, call.path, "", "{}");
    EXPECT_EQ(without.status(), 401) << operation;
    EXPECT_EQ(without.code(), "unauthorized") << operation;
    EXPECT_EQ(without.http.header("www-authenticate"), "Bearer") << operation;
    EXPECT_EQ(h.call(call.method, call.path, h.foreign_token(), "{}").code(), "bad_token")
        << operation;
    EXPECT_EQ(h.call(call.method, call.path, "x.y.z", "{}").code(), "bad_token") << operation;
  }
}

TEST(Authorisation, players_and_guests_are_no_operators) {
  Harness h;
  const std::string player = h.registered("ada").at("access");
  const std::string guest = h.guest().at("access");
  int routes = 0;
  for (const std::string& operation : h.operations()) {
    if (operation.find("/api/admin/") == operation.npos) continue;
    ++routes;
    const Call call = call_of(operation);
    for (const std::string& token : {player, guest}) {
      const Reading refused = h.call(call.method, call.path, token, R"({"reason":"x"})");
      EXPECT_EQ(refused.status(), 403) << operation;
      EXPECT_EQ(refused.code(), "forbidden") << operation;
    }
  }
  EXPECT_EQ(routes, 14);
}

TEST(Authorisation, moderators_are_no_admins) {
  Harness h;
  const std::string mod = h.operator_("mo_d1", "moderator").at("access");
  for (const char* operation : {"POST /api/admin/users/1/grant", "POST /api/admin/users/1/refund",
                                "POST /api/admin/users/1/role", "POST /api/admin/nodes/solo/drain",
                                "DELETE /api/admin/nodes/solo/drain", "GET /api/admin/audit"}) {
    const Call call = call_of(operation);
    EXPECT_EQ(h.call(call.method, call.path, mod, R"({"reason":"x"})").status(), 403) << operation;
  }
}

TEST(Authorisation, a_role_is_not_for_the_taking) {
  Harness h;
  const std::string ada = h.registered("ada").at("access");
  EXPECT_EQ(h.call("PATCH", "/api/users/me", ada, R"({"role":"admin"})").status(), 422);
  const Reading made = h.post("/api/auth/register", "",
                              R"({"username":"eve","email":"e@example.org","role":"admin",)"
                              R"("is_guest":false,"coins":99,"password":"correct horse"})");
  EXPECT_EQ(made.status(), 201);
  EXPECT_EQ(made.at("user.role"), "");
  EXPECT_EQ(made.at("user.coins"), "0");
  EXPECT_EQ(h.get("/api/admin/users", made.at("access")).status(), 403);
  for (const char* field : {"look", "coins", "banned_until", "password_hash", "id"}) {
    const Reading refused =
        h.call("PATCH", "/api/users/me", ada, std::string(R"({")") + field + R"(":1})");
    EXPECT_EQ(refused.code(), "read_only_field") << field;
  }
}

// The token says admin, the account no longer does, and nothing has reached this process yet.
TEST(Authorisation, a_role_that_was_taken_away_is_none) {
  Harness h;
  const Reading boss = h.operator_("boss", "admin");
  EXPECT_EQ(h.get("/api/admin/users", boss.at("access")).status(), 200);
  h.set_role(boss.at("user.id"), "");
  const int status = h.get("/api/admin/users", boss.at("access")).status();
  EXPECT_TRUE(status == 401 || status == 403) << status;
}

TEST(Authorisation, tokens_of_one_kind_open_no_other_door) {
  Harness h;
  const std::string ada = h.registered("ada").at("access");
  const std::string service = h.service_token("results");
  const std::string seat = h.room(ada).at("ticket");
  EXPECT_EQ(h.get("/api/users/me", service).code(), "bad_token");
  EXPECT_EQ(h.get("/api/users/me", seat).code(), "bad_token");
  EXPECT_EQ(h.post("/api/game/result", seat, "{}").code(), "bad_token");
  const Reading person = h.post("/api/game/result", ada, "{}");
  EXPECT_EQ(person.status(), 403);
  EXPECT_EQ(person.code(), "forbidden");
}

TEST(Authorisation, a_queue_ticket_is_its_owners) {
  Harness h;
  const std::string ada = h.registered("ada").at("access");
  const std::string eve = h.registered("eve").at("access");
  const std::string ticket = h.call("POST", "/api/match/join", ada).at("ticket");
  EXPECT_EQ(h.get("/api/match/tickets/" + ticket, eve).code(), "ticket_not_found");
  EXPECT_EQ(h.call("DELETE", "/api/match/tickets/" + ticket, eve).code(), "ticket_not_found");
  EXPECT_EQ(h.get("/api/match/tickets/" + ticket, ada).at("status"), "searching");
}

TEST(Authorisation, a_banned_person_does_nothing_at_all) {
  Harness h;
  const Reading eve = h.registered("eve");
  h.ban_behind_the_back(eve.at("user.id"), "Cheated.");
  EXPECT_TRUE(
      h.comes_true([&] { return h.get("/api/users/me", eve.at("access")).status() == 401; }));
  for (const std::string& operation : h.operations()) {
    if (is_open(operation) || operation == "POST /api/game/result") continue;
    const Call call = call_of(operation);
    EXPECT_EQ(h.call(call.method, call.path, eve.at("access"), "{}").status(), 401) << operation;
  }
}

}  // namespace
}  // namespace whoosh::api
