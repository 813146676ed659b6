// Goal: operators can do what their rank allows, to others, with a reason, and every action and
// every refusal of an operator is in the log. Method: each route of admin_*_routes.cpp over HTTP as
// admin, moderator and player, on people, coins, rooms and nodes.
#include <gtest/gtest.h>

#include "services/api/harness.h"

namespace whoosh::api {
namespace {

const std::string why = R"({"reason":"Cheated all evening."})";

struct Person {
  std::string token;
  std::string id;
  std::string refresh;
};
Person person(Harness& h, const std::string& name, const std::string& role = "") {
  const Reading made = role.empty() ? h.registered(name) : h.operator_(name, role);
  return {made.at("access"), made.at("user.id"), made.at("refresh")};
}
std::string of(const Person& who, const std::string& rest = "") {
  return "/api/admin/users/" + who.id + rest;
}
Reading keyed(Harness& h, const std::string& token, const std::string& path,
              const std::string& body, const std::string& key) {
  tests::HttpHeaders headers{{"Content-Type", "application/json"}};
  if (!key.empty()) headers.emplace("Idempotency-Key", key);
  return h.call("POST", path, token, body, headers);
}
std::string login_body(const std::string& name) {
  return R"({"username":")" + name + R"(","password":"correct horse"})";
}

TEST(AdminUsers, are_found_by_name_address_and_id_in_pages) {
  Harness h;
  const Person boss = person(h, "boss", "moderator");
  const Person ada = person(h, "ada");
  person(h, "adam");
  person(h, "bob");
  const Reading found = h.get("/api/admin/users?q=AD", boss.token);
  EXPECT_EQ(found.status(), 200) << found.http.body;
  EXPECT_EQ(found.at("items.0.username"), "ada");
  EXPECT_EQ(found.at("items.0.email"), "ada@example.org");
  EXPECT_EQ(found.at("items.0.ban"), "null");
  EXPECT_EQ(found.at("items.1.username"), "adam");
  EXPECT_EQ(found.at("items.2"), "");
  EXPECT_EQ(h.get("/api/admin/users?q=" + ada.id, boss.token).at("items.0.username"), "ada");
  const Reading page = h.get("/api/admin/users?limit=3", boss.token);
  EXPECT_NE(page.at("next"), "null");
  const Reading last = h.get("/api/admin/users?limit=3&cursor=" + page.at("next"), boss.token);
  EXPECT_NE(last.at("items.0.id"), "");
  EXPECT_EQ(last.at("next"), "null");
  EXPECT_EQ(h.get("/api/admin/users?cursor=rubbish!", boss.token).status(), 400);
  EXPECT_EQ(h.get("/api/admin/users?limit=101", boss.token).status(), 422);
  EXPECT_EQ(h.get("/api/admin/users?q=" + std::string(300, 'a'), boss.token).status(), 422);
  EXPECT_EQ(h.get("/api/admin/users?q=%25%27%3B--", boss.token).http.body,
            R"({"items":[],"next":null})");
}

TEST(AdminUsers, one_is_seen_with_all_that_belongs_to_it) {
  Harness h;
  const Person boss = person(h, "boss", "admin");
  const Person ada = person(h, "ada");
  EXPECT_EQ(
      keyed(h, boss.token, of(ada, "/grant"), R"({"coins":50,"reason":"Nice."})", "k").status(),
      200);
  const Reading seen = h.get(of(ada), boss.token);
  EXPECT_EQ(seen.status(), 200) << seen.http.body;
  EXPECT_EQ(seen.at("user.username"), "ada");
  EXPECT_EQ(seen.at("sessions"), "1");
  EXPECT_EQ(seen.at("wallet.coins"), "50");
  EXPECT_EQ(seen.at("matches"), "[]");
  EXPECT_EQ(seen.at("inventory"), "[]");
  EXPECT_EQ(seen.at("audit.0.action"), "user.grant");
  EXPECT_EQ(seen.at("audit.0.actor.name"), "boss");
  EXPECT_EQ(seen.http.body.find("argon2"), std::string::npos);
  const Person mod = person(h, "mo_d1", "moderator");
  EXPECT_EQ(h.get(of(ada), mod.token).at("audit"), "") << "the log is the admins'";
  EXPECT_EQ(h.get("/api/admin/users/999", boss.token).status(), 404);
  EXPECT_EQ(h.get("/api/admin/users/me", boss.token).status(), 404);
}

TEST(Bans, end_everything_at_once_and_say_until_when_and_why) {
  Harness h;
  const Person mod = person(h, "mo_d1", "moderator");
  const Person eve = person(h, "eve");
  const Reading banned = h.post(of(eve, "/ban"), mod.token,
                                R"({"reason":"  Cheated. ","until":"2023-11-20T12:30:00Z"})");
  EXPECT_EQ(banned.status(), 200) << banned.http.body;
  EXPECT_EQ(banned.at("ban.reason"), "Cheated.");
  EXPECT_EQ(banned.at("ban.until"), "2023-11-20T12:30:00.000Z");
  EXPECT_EQ(h.get("/api/users/me", eve.token).status(), 401);
  const std::string sentence = "This account is banned until 2023-11-20 12:30 UTC: Cheated.";
  const Reading in = h.post("/api/auth/login", "", login_body("eve"));
  EXPECT_EQ(in.status(), 403);
  EXPECT_EQ(in.code(), "banned");
  EXPECT_EQ(in.at("error"), sentence);
  const auto told = h.told();
  ASSERT_FALSE(told.empty());
  EXPECT_TRUE(told.back().banned) << "so that connections end with 4003";
  EXPECT_EQ(told.back().family, "");
  EXPECT_EQ(base::user_id_text(told.back().user), eve.id);
  h.clock().advance_ms(6LL * 24 * 3600 * 1000);
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("eve")).status(), 200) << "it is over";
}

TEST(Bans, are_refused_at_refresh_and_at_every_route_too) {
  Harness h;
  const Person eve = person(h, "eve");
  h.ban_behind_the_back(eve.id, "Cheated.");
  const Reading refresh =
      h.post("/api/auth/token/refresh", "", R"({"refresh":")" + eve.refresh + "\"}");
  EXPECT_EQ(refresh.status(), 403) << refresh.http.body;
  EXPECT_EQ(refresh.code(), "banned");
  EXPECT_EQ(refresh.at("error"), "This account is banned for good: Cheated.");
  EXPECT_TRUE(h.comes_true([&] { return h.get("/api/users/me", eve.token).status() == 401; }));
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("eve")).at("error"),
            "This account is banned for good: Cheated.");
}

// What an operator wrote about somebody is for that person alone.
TEST(Bans, are_explained_to_nobody_else) {
  Harness h;
  const Person eve = person(h, "eve");
  const Reading rotated =
      h.post("/api/auth/token/refresh", "", R"({"refresh":")" + eve.refresh + "\"}");
  ASSERT_EQ(rotated.status(), 200) << rotated.http.body;
  h.ban_behind_the_back(eve.id, "Cheated.");
  const Reading old =
      h.post("/api/auth/token/refresh", "", R"({"refresh":")" + eve.refresh + "\"}");
  EXPECT_EQ(old.code(), "banned");
  EXPECT_EQ(old.at("error"), "This account is banned.") << "a replaced token may be stolen";
  const Reading newest =
      h.post("/api/auth/token/refresh", "", R"({"refresh":")" + rotated.at("refresh") + "\"}");
  EXPECT_EQ(newest.at("error"), "This account is banned for good: Cheated.");
  const Reading guessed =
      h.post("/api/auth/login", "", R"({"username":"eve","password":"not the right passphrase"})");
  EXPECT_EQ(guessed.status(), 401);
  EXPECT_EQ(guessed.code(), "bad_credentials");
  const Reading forged =
      h.post("/api/auth/token/refresh", "", R"({"refresh":")" + std::string(43, 'A') + "\"}");
  EXPECT_EQ(forged.code(), "bad_refresh");
}

TEST(Bans, are_lifted) {
  Harness h;
  const Person mod = person(h, "mo_d1", "moderator");
  const Person eve = person(h, "eve");
  const Reading none = h.call("DELETE", of(eve, "/ban"), mod.token, why);
  EXPECT_EQ(none.status(), 409);
  EXPECT_EQ(none.code(), "not_banned");
  EXPECT_EQ(h.post(of(eve, "/ban"), mod.token, why).at("ban.until"), "null");
  EXPECT_EQ(h.call("DELETE", of(eve, "/ban"), mod.token, why).at("ban"), "null");
  EXPECT_EQ(h.post(of(eve, "/ban"), mod.token, why).status(), 200);
  const std::string in_query = of(eve, "/ban?reason=A%20mistake.");
  EXPECT_EQ(h.call("DELETE", in_query, mod.token).status(), 200) << "clients without a body";
  h.clock().advance_ms(2000);
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("eve")).status(), 200);
}

TEST(Bans, refuse_bad_input) {
  Harness h;
  const Person mod = person(h, "mo_d1", "moderator");
  const Person eve = person(h, "eve");
  const auto refused = [&](const std::string& body, int status, const std::string& field) {
    const Reading answer = h.post(of(eve, "/ban"), mod.token, body);
    EXPECT_EQ(answer.status(), status) << body;
    if (!field.empty()) {
      EXPECT_NE(answer.at("fields." + field), "") << body;
    }
  };
  refused("{}", 422, "reason");
  refused(R"({"reason":" "})", 422, "reason");
  refused(R"({"reason":")" + std::string(201, 'x') + "\"}", 422, "reason");
  refused(R"({"reason":"x","until":"tomorrow"})", 422, "until");
  refused(R"({"reason":"x","until":"2020-01-01T00:00:00Z"})", 422, "until");
  refused(R"({"reason":"x","until":5})", 422, "until");
  refused("{", 400, "");
  EXPECT_EQ(h.post("/api/admin/users/999/ban", mod.token, why).status(), 404);
  EXPECT_EQ(h.call("DELETE", "/api/admin/users/999/ban", mod.token, why).status(), 404);
  EXPECT_EQ(h.call("DELETE", of(eve, "/ban"), mod.token).status(), 400) << "a reason is asked for";
  EXPECT_EQ(h.call("DELETE", of(eve, "/ban"), mod.token, R"({"reason":""})").status(), 422);
}

TEST(Operators, can_do_nothing_to_themselves_or_above_them) {
  Harness h;
  const Person boss = person(h, "boss", "admin");
  const Person mod = person(h, "mo_d1", "moderator");
  const auto forbidden = [&](const Person& who, const Person& whom) {
    const Reading answer = h.post(of(whom, "/ban"), who.token, why);
    EXPECT_EQ(answer.status(), 403);
    EXPECT_EQ(answer.code(), "forbidden");
  };
  forbidden(boss, boss);
  forbidden(mod, mod);
  forbidden(mod, boss);
  EXPECT_EQ(h.post(of(boss, "/role"), boss.token, R"({"role":null})").status(), 403);
  EXPECT_EQ(h.post(of(mod, "/ban"), boss.token, why).status(), 200);
  EXPECT_EQ(h.get("/api/admin/users", mod.token).status(), 401) << "a banned moderator is none";
}

TEST(Roles, come_and_go_and_end_the_sessions_of_before) {
  Harness h;
  const Person boss = person(h, "boss", "admin");
  const Person ada = person(h, "ada");
  const Reading made = h.post(of(ada, "/role"), boss.token, R"({"role":"moderator"})");
  EXPECT_EQ(made.status(), 200) << made.http.body;
  EXPECT_EQ(made.at("role"), "moderator");
  EXPECT_EQ(h.get("/api/users/me", ada.token).status(), 401) << "the old token names no role";
  const Reading in = h.post("/api/auth/login", "", login_body("ada"));
  EXPECT_EQ(in.at("user.role"), "moderator");
  EXPECT_EQ(h.get("/api/admin/users", in.at("access")).status(), 200);
  EXPECT_EQ(h.post(of(ada, "/role"), boss.token, R"({"role":null})").at("role"), "null");
  EXPECT_EQ(h.get("/api/admin/users", in.at("access")).status(), 401);
  for (const char* bad : {R"({"role":"king"})", R"({"role":""})", R"({"role":7})", "{}"}) {
    EXPECT_EQ(h.post(of(ada, "/role"), boss.token, bad).status(), 422) << bad;
  }
  EXPECT_EQ(h.post(of(ada, "/role"), boss.token, "{").status(), 400);
  EXPECT_EQ(h.post("/api/admin/users/999/role", boss.token, R"({"role":null})").status(), 404);
  const std::string guest = h.guest().at("user.id");
  EXPECT_EQ(
      h.post("/api/admin/users/" + guest + "/role", boss.token, R"({"role":"admin"})").status(),
      422);
}

TEST(Grants, give_and_take_once_per_key) {
  Harness h;
  const Person boss = person(h, "boss", "admin");
  const Person ada = person(h, "ada");
  const std::string body = R"({"coins":200,"reason":"Won the cup."})";
  const Reading given = keyed(h, boss.token, of(ada, "/grant"), body, "k1");
  EXPECT_EQ(given.status(), 200) << given.http.body;
  EXPECT_EQ(given.at("balance"), "200");
  EXPECT_EQ(given.at("user_id"), ada.id);
  const Reading again = keyed(h, boss.token, of(ada, "/grant"), body, "k1");
  EXPECT_EQ(again.http.body, given.http.body);
  EXPECT_EQ(again.http.header("idempotent-replay"), "true");
  EXPECT_EQ(h.get("/api/economy/wallet", ada.token).at("coins"), "200");
  const std::string take = R"({"coins":-150,"reason":"Too much."})";
  EXPECT_EQ(keyed(h, boss.token, of(ada, "/grant"), take, "k1").code(), "idempotency_key_reused");
  EXPECT_EQ(keyed(h, boss.token, of(ada, "/grant"), take, "k2").at("balance"), "50");
  EXPECT_EQ(keyed(h, boss.token, of(ada, "/grant"), take, "k3").code(), "insufficient_funds");
  EXPECT_EQ(keyed(h, boss.token, of(boss, "/grant"), body, "k1").status(), 200)
      << "to oneself too: the log has it";
  EXPECT_EQ(keyed(h, boss.token, of(ada, "/grant"), body, "").code(), "idempotency_key_missing");
  for (const char* bad :
       {R"({"coins":0,"reason":"x"})", R"({"coins":1000001,"reason":"x"})", R"({"coins":5})",
        R"({"coins":-1000001,"reason":"x"})", R"({"coins":1.5,"reason":"x"})",
        R"({"coins":99999999999,"reason":"x"})", R"({"coins":5,"reason":""})"}) {
    EXPECT_EQ(keyed(h, boss.token, of(ada, "/grant"), bad, "k4").status(), 422) << bad;
  }
  EXPECT_EQ(keyed(h, boss.token, "/api/admin/users/999/grant", body, "k5").status(), 404);
}

// A player can't spoil an operator's key by using it first for a purchase of his own.
TEST(Grants, have_keys_of_their_own) {
  Harness h;
  const Person boss = person(h, "boss", "admin");
  const Person ada = person(h, "ada");
  EXPECT_EQ(keyed(h, ada.token, "/api/store/purchase", R"({"item_id":"frame_ink"})", "k1").status(),
            422);
  EXPECT_EQ(keyed(h, boss.token, of(ada, "/grant"), R"({"coins":5,"reason":"x"})", "k1").status(),
            200);
}

TEST(Refunds, take_the_item_and_give_back_what_was_paid) {
  Harness h;
  const Person boss = person(h, "boss", "admin");
  const Person ada = person(h, "ada");
  keyed(h, boss.token, of(ada, "/grant"), R"({"coins":100,"reason":"x"})", "g");
  ASSERT_EQ(keyed(h, ada.token, "/api/store/purchase", R"({"item_id":"frame_ink"})", "p").status(),
            201);
  const std::string body = R"({"item_id":"frame_ink","reason":"By mistake."})";
  const Reading back = keyed(h, boss.token, of(ada, "/refund"), body, "r1");
  EXPECT_EQ(back.status(), 200) << back.http.body;
  EXPECT_EQ(back.at("balance"), "100");
  EXPECT_EQ(h.get("/api/inventory", ada.token).at("items"), "[]");
  EXPECT_EQ(keyed(h, boss.token, of(ada, "/refund"), body, "r1").http.body, back.http.body);
  const Reading twice = keyed(h, boss.token, of(ada, "/refund"), body, "r2");
  EXPECT_EQ(twice.status(), 409);
  EXPECT_EQ(twice.code(), "item_not_owned");
  EXPECT_EQ(keyed(h, boss.token, of(ada, "/refund"), body, "").status(), 400);
  EXPECT_EQ(keyed(h, boss.token, of(ada, "/refund"), R"({"item_id":"frame_ink"})", "r3").status(),
            422);
  EXPECT_EQ(
      keyed(h, boss.token, of(ada, "/refund"), R"({"item_id":"","reason":"x"})", "r3").status(),
      422);
  EXPECT_EQ(keyed(h, boss.token, "/api/admin/users/999/refund", body, "r4").status(), 404);
}

TEST(AdminRooms, are_listed_seen_live_and_closed_with_a_reason) {
  Harness h;
  const Person mod = person(h, "mo_d1", "moderator");
  const Person ada = person(h, "ada");
  const std::string one = h.room(ada.token).at("room");
  const Reading two = h.room(ada.token);
  const Reading page = h.get("/api/admin/rooms?limit=1", mod.token);
  EXPECT_EQ(page.status(), 200) << page.http.body;
  EXPECT_EQ(page.at("items.0.card.room"), one);
  EXPECT_EQ(page.at("items.0.node"), "solo");
  const Reading next = h.get("/api/admin/rooms?limit=1&cursor=" + page.at("next"), mod.token);
  EXPECT_EQ(next.at("items.0.card.room"), two.at("room"));
  EXPECT_EQ(next.at("next"), "null");
  EXPECT_EQ(h.get("/api/admin/rooms?cursor=x", mod.token).status(), 400);
  EXPECT_EQ(h.get("/api/admin/rooms?limit=x", mod.token).status(), 422);
  EXPECT_EQ(h.get("/api/admin/rooms?game=chess", mod.token).status(), 404);
  const std::string by_code = "/api/admin/rooms/" + two.at("code");
  EXPECT_EQ(h.get(by_code, mod.token).at("summary.card.code"), two.at("code"));
  EXPECT_EQ(h.get("/api/admin/rooms/0000000000000000", mod.token).code(), "room_not_found");
  EXPECT_EQ(h.call("DELETE", by_code, mod.token).status(), 400);
  EXPECT_EQ(h.call("DELETE", by_code, mod.token, "{}").status(), 422);
  EXPECT_EQ(h.call("DELETE", by_code, mod.token, why).status(), 204);
  ASSERT_EQ(h.edge().closed.size(), 1U);
  EXPECT_EQ(h.edge().closed[0].first.text(), two.at("room"));
  EXPECT_EQ(h.edge().closed[0].second, "Cheated all evening.");
  EXPECT_EQ(h.call("DELETE", by_code, mod.token, why).status(), 404);
}

TEST(AdminNodes, are_listed_and_drained_by_admins) {
  Harness h;
  const Person boss = person(h, "boss", "admin");
  const Reading nodes = h.get("/api/admin/nodes", boss.token);
  EXPECT_EQ(nodes.at("items.0.name"), "solo");
  EXPECT_EQ(nodes.at("items.0.draining"), "false");
  EXPECT_EQ(h.post("/api/admin/nodes/solo/drain", boss.token, why).status(), 204);
  EXPECT_EQ(h.get("/api/admin/nodes", boss.token).at("items.0.draining"), "true");
  EXPECT_EQ(h.call("DELETE", "/api/admin/nodes/solo/drain", boss.token, why).status(), 204);
  EXPECT_EQ(h.get("/api/admin/nodes", boss.token).at("items.0.draining"), "false");
  for (const char* method : {"POST", "DELETE"}) {
    EXPECT_EQ(h.call(method, "/api/admin/nodes/solo/drain", boss.token, "{}").status(), 422);
    EXPECT_EQ(h.call(method, "/api/admin/nodes/solo/drain", boss.token, "{").status(), 400);
    EXPECT_EQ(h.call(method, "/api/admin/nodes/edge-9/drain", boss.token, why).code(),
              "node_not_found");
  }
  const Person mod = person(h, "mo_d1", "moderator");
  EXPECT_EQ(h.get("/api/admin/nodes", mod.token).status(), 200);
}

TEST(Audit, has_every_action_and_every_refusal_of_an_operator) {
  Harness h;
  const Person boss = person(h, "boss", "admin");
  const Person mod = person(h, "mo_d1", "moderator");
  const Person eve = person(h, "eve");
  const std::string room = h.room(eve.token).at("room");
  const Reading ban = h.post(of(eve, "/ban"), mod.token, why);
  h.call("DELETE", of(eve, "/ban"), mod.token, why);
  keyed(h, boss.token, of(eve, "/grant"), R"({"coins":50,"reason":"Sorry."})", "k");
  h.post(of(eve, "/role"), boss.token, R"({"role":"moderator"})");
  h.call("DELETE", "/api/admin/rooms/" + room, mod.token, why);
  h.post("/api/admin/nodes/solo/drain", boss.token, why);
  h.call("DELETE", "/api/admin/nodes/solo/drain", boss.token, why);
  EXPECT_EQ(keyed(h, mod.token, of(eve, "/grant"), R"({"coins":50,"reason":"x"})", "k").status(),
            403);
  EXPECT_EQ(h.get("/api/admin/audit", mod.token).status(), 403);
  const Reading log = h.get("/api/admin/audit?limit=100", boss.token);
  ASSERT_EQ(log.status(), 200) << log.http.body;
  const char* const newest_first[] = {"refused",    "refused",    "node.undrain",
                                      "node.drain", "room.close", "user.role",
                                      "user.grant", "user.unban", "user.ban"};
  int at = 0;
  for (const char* action : newest_first) {
    EXPECT_EQ(log.at("items." + std::to_string(at++) + ".action"), action);
  }
  EXPECT_EQ(log.at("items.8.actor.name"), "mo_d1");
  EXPECT_EQ(log.at("items.8.actor.id"), mod.id);
  EXPECT_EQ(log.at("items.8.address"), "127.0.0.1");
  EXPECT_EQ(log.at("items.8.request_id"), ban.http.header("x-request-id"));
  EXPECT_EQ(log.at("items.8.reason"), "Cheated all evening.");
  EXPECT_EQ(log.at("items.8.target"), "user:" + eve.id);
  EXPECT_EQ(log.at("items.4.target"), "room:" + room);
  EXPECT_EQ(log.at("items.1.details.path"), of(eve, "/grant"));
}

TEST(Audit, is_filtered_and_paged) {
  Harness h;
  const Person boss = person(h, "boss", "admin");
  const Person ada = person(h, "ada");
  const Person bob = person(h, "bob");
  for (const Person& who : {ada, bob, ada}) {
    h.post(of(who, "/ban"), boss.token, why);
  }
  h.call("DELETE", of(ada, "/ban"), boss.token, why);
  const auto count = [&](const std::string& query) {
    const Reading page = h.get("/api/admin/audit?limit=100&" + query, boss.token);
    int rows = 0;
    while (!page.at("items." + std::to_string(rows)).empty()) ++rows;
    return rows;
  };
  EXPECT_EQ(count("action=user.ban"), 3);
  EXPECT_EQ(count("target=user:" + ada.id), 3);
  EXPECT_EQ(count("action=user.ban&target=user:" + ada.id), 2);
  EXPECT_EQ(count("actor=" + ada.id), 0);
  EXPECT_EQ(count("action=user"), 0) << "exactly";
  const Reading first = h.get("/api/admin/audit?action=user.ban&limit=2", boss.token);
  const Reading rest =
      h.get("/api/admin/audit?action=user.ban&limit=2&cursor=" + first.at("next"), boss.token);
  EXPECT_NE(rest.at("items.0.id"), "");
  EXPECT_EQ(rest.at("items.1"), "");
  EXPECT_EQ(h.get("/api/admin/audit?actor=me", boss.token).status(), 422);
  EXPECT_EQ(h.get("/api/admin/audit?limit=0", boss.token).status(), 422);
  EXPECT_EQ(h.get("/api/admin/audit?cursor=x", boss.token).status(), 400);
}

// What can't be written into the log is not done.
TEST(Audit, comes_before_the_deed) {
  Harness h;
  const Person boss = person(h, "boss", "admin");
  h.get("/api/users/me", boss.token);
  h.set_audit_away(true);
  EXPECT_EQ(h.post("/api/admin/nodes/solo/drain", boss.token, why).status(), 503);
  EXPECT_EQ(h.get("/api/admin/nodes", boss.token).at("items.0.draining"), "false");
  h.set_audit_away(false);
  EXPECT_EQ(h.post("/api/admin/nodes/solo/drain", boss.token, why).status(), 204);
}

}  // namespace
}  // namespace whoosh::api
