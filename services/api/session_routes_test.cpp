// Goal: who signs out is out at once, everywhere he meant and nowhere else; a new password ends the
// others; nobody touches another's sessions. Method: every route of session_routes.cpp over HTTP,
// with several sessions of one account and a stranger.
#include <gtest/gtest.h>

#include "auth/password.h"
#include "base/encoding.h"
#include "services/api/harness.h"

namespace whoosh::api {
namespace {

std::string login_body(const std::string& name, const std::string& password) {
  return R"({"username":")" + name + R"(","password":")" + password + "\"}";
}
std::string change_body(const std::string& current, const std::string& fresh) {
  return R"({"current":")" + current + R"(","new":")" + fresh + "\"}";
}
std::string refresh_body(const Reading& signed_in) {
  return R"({"refresh":")" + signed_in.at("refresh") + "\"}";
}

Reading login(Harness& h, const std::string& name, const std::string& agent = "") {
  tests::HttpHeaders headers;
  if (!agent.empty()) headers.emplace("User-Agent", agent);
  const Reading in =
      h.call("POST", "/api/auth/login", "", login_body(name, "correct horse"), headers);
  EXPECT_EQ(in.status(), 200) << in.http.body;
  return in;
}
int me(Harness& h, const Reading& signed_in) {
  return h.get("/api/users/me", signed_in.at("access")).status();
}

TEST(Sessions, list_says_where_and_which_is_mine) {
  Harness h;
  h.registered("ada");
  h.clock().advance_ms(1000);
  const Reading phone =
      login(h, "ada", "Mozilla/5.0 (Android 14; Mobile; rv:120.0) Gecko/120.0 Firefox/120.0");
  h.clock().advance_ms(1000);
  const Reading mac = login(h, "ada",
                            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
                            "(KHTML, like Gecko) Version/17.0 Safari/605.1.15");
  const Reading list = h.get("/api/auth/sessions", phone.at("access"));
  EXPECT_EQ(list.status(), 200) << list.http.body;
  EXPECT_EQ(list.at("items.0.device"), "Safari on macOS");
  EXPECT_EQ(list.at("items.0.current"), "false");
  EXPECT_EQ(list.at("items.1.device"), "Firefox on Android");
  EXPECT_EQ(list.at("items.1.current"), "true");
  EXPECT_EQ(list.at("items.1.address"), "127.0.0.1");
  EXPECT_EQ(list.at("items.1.created_at"), "2023-11-14T22:13:21.000Z");
  EXPECT_EQ(list.at("items.1.expires_at"), "2023-11-21T22:13:21.000Z");
  EXPECT_NE(list.at("items.2.id"), "");
  EXPECT_EQ(list.at("items.3"), "");
  EXPECT_EQ(list.at("next"), "null");
  EXPECT_EQ(list.http.body.find(phone.at("refresh")), std::string::npos);
}

TEST(Sessions, ending_one_ends_its_tokens_at_once_and_no_other) {
  Harness h;
  const Reading first = h.registered("ada");
  h.clock().advance_ms(1000);
  const Reading second = login(h, "ada");
  const std::string id = h.get("/api/auth/sessions", second.at("access")).at("items.1.id");
  const std::string own = h.get("/api/auth/sessions", second.at("access")).at("items.0.id");
  ASSERT_EQ(h.get("/api/auth/sessions", first.at("access")).at("items.1.current"), "true");
  EXPECT_EQ(h.call("DELETE", "/api/auth/sessions/" + id, second.at("access")).status(), 204);
  const Reading out = h.get("/api/users/me", first.at("access"));
  EXPECT_EQ(out.status(), 401);
  EXPECT_EQ(out.code(), "bad_token");
  EXPECT_EQ(h.post("/api/auth/token/refresh", "", refresh_body(first)).status(), 401);
  EXPECT_EQ(me(h, second), 200);
  const Reading again = h.call("DELETE", "/api/auth/sessions/" + id, second.at("access"));
  EXPECT_EQ(again.status(), 404);
  EXPECT_EQ(again.code(), "session_not_found");
  EXPECT_EQ(h.call("DELETE", "/api/auth/sessions/" + own, second.at("access")).status(), 204);
  EXPECT_EQ(me(h, second), 401);
}

TEST(Sessions, of_another_are_not_there) {
  Harness h;
  const Reading ada = h.registered("ada");
  const Reading eve = h.registered("eve");
  const std::string id = h.get("/api/auth/sessions", ada.at("access")).at("items.0.id");
  const Reading refused = h.call("DELETE", "/api/auth/sessions/" + id, eve.at("access"));
  EXPECT_EQ(refused.status(), 404);
  EXPECT_EQ(refused.code(), "session_not_found");
  EXPECT_EQ(me(h, ada), 200);
  for (const char* rubbish : {"x", "..%2f..", "%00", "'%20or%201=1"}) {
    const int status =
        h.call("DELETE", std::string("/api/auth/sessions/") + rubbish, eve.at("access")).status();
    EXPECT_TRUE(status == 404 || status == 400) << rubbish << " " << status;
  }
}

TEST(Sessions, signing_out_ends_the_access_token_too) {
  Harness h;
  const Reading here = h.registered("ada");
  const Reading there = login(h, "ada");
  EXPECT_EQ(h.post("/api/auth/logout", here.at("access"), refresh_body(here)).status(), 204);
  EXPECT_EQ(me(h, here), 401);
  EXPECT_EQ(me(h, there), 200);
  EXPECT_EQ(h.post("/api/auth/logout-all", there.at("access"), "").status(), 204);
  EXPECT_EQ(me(h, there), 401);
  EXPECT_EQ(me(h, login(h, "ada")), 200) << "a sign-in of later is not meant";
}

TEST(Sessions, a_refresh_stays_in_its_session) {
  Harness h;
  const Reading first = h.registered("ada");
  const Reading fresh = h.post("/api/auth/token/refresh", "", refresh_body(first));
  ASSERT_EQ(fresh.status(), 200);
  const Reading list = h.get("/api/auth/sessions", fresh.at("access"));
  EXPECT_EQ(list.at("items.0.current"), "true");
  EXPECT_EQ(list.at("items.1"), "");
  EXPECT_EQ(h.post("/api/auth/logout", fresh.at("access"), refresh_body(fresh)).status(), 204);
  EXPECT_EQ(me(h, first), 401) << "the access token of before the refresh is of the same session";
  EXPECT_EQ(me(h, fresh), 401);
}

TEST(Sessions, a_stolen_refresh_token_ends_the_access_tokens_of_its_family) {
  Harness h;
  const Reading first = h.registered("ada");
  const Reading fresh = h.post("/api/auth/token/refresh", "", refresh_body(first));
  EXPECT_EQ(h.post("/api/auth/token/refresh", "", refresh_body(first)).code(), "refresh_reused");
  EXPECT_EQ(me(h, fresh), 401);
}

TEST(Sessions, what_another_process_revokes_counts_here_within_a_second) {
  Harness h;
  const Reading ada = h.registered("ada");
  const base::UserId id{std::stoll(ada.at("user.id"))};
  const auto revoked = h.wait<std::vector<store::Revocation>>(
      [&](auto reply) { h.store().revoke_all_sessions(id, h.clock().now(), std::move(reply)); });
  ASSERT_TRUE(revoked.has_value());
  EXPECT_TRUE(h.comes_true([&] { return me(h, ada) == 401; }));
  EXPECT_EQ(h.told().size(), 1U);
}

TEST(Sessions, what_was_revoked_stays_so_over_a_restart) {
  Harness h;
  const Reading ada = h.registered("ada");
  EXPECT_EQ(h.post("/api/auth/logout-all", ada.at("access"), "").status(), 204);
  h.restart();
  EXPECT_EQ(me(h, ada), 401);
}

TEST(Sessions, nobody_is_believed_before_the_revoked_ones_are_known) {
  Harness h;
  const Reading ada = h.registered("ada");
  h.set_store_away(true);
  h.restart();
  EXPECT_EQ(h.call("POST", "/api/match/leave", ada.at("access")).status(), 503);
  h.set_store_away(false);
  EXPECT_TRUE(h.comes_true([&] { return me(h, ada) == 200; }));
}

TEST(ChangePassword, ends_the_other_sessions_and_keeps_this_one) {
  Harness h;
  const Reading here = h.registered("ada");
  const Reading there = login(h, "ada");
  const std::string body = change_body("correct horse", "quiet market at night");
  EXPECT_EQ(h.post("/api/auth/password", here.at("access"), body).status(), 204);
  EXPECT_EQ(me(h, here), 200);
  EXPECT_EQ(h.post("/api/auth/token/refresh", "", refresh_body(here)).status(), 200);
  EXPECT_EQ(me(h, there), 401);
  EXPECT_EQ(h.post("/api/auth/token/refresh", "", refresh_body(there)).status(), 401);
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", "correct horse")).status(), 401);
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", "quiet market at night")).status(),
            200);
}

TEST(ChangePassword, refuses_a_wrong_present_one) {
  Harness h;
  const std::string ada = h.registered("ada").at("access");
  for (const std::string& wrong : {std::string("not mine"), std::string(), std::string(300, 'x')}) {
    const Reading refused =
        h.post("/api/auth/password", ada, change_body(wrong, "quiet market at night"));
    EXPECT_EQ(refused.status(), 403);
    EXPECT_EQ(refused.code(), "wrong_password");
  }
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", "correct horse")).status(), 200);
}

TEST(ChangePassword, holds_the_new_one_to_the_rules) {
  Harness h;
  const std::string ada = h.registered("ada").at("access");
  for (const char* bad :
       {"", "short", "password1", "P@ssw0rd!", "correct horse", "ada@example.org", "whoosh2024"}) {
    const Reading refused = h.post("/api/auth/password", ada, change_body("correct horse", bad));
    EXPECT_EQ(refused.status(), 422) << bad;
    EXPECT_NE(refused.at("fields.new"), "") << bad;
  }
  EXPECT_EQ(h.post("/api/auth/password", ada, "{").status(), 400);
  EXPECT_EQ(h.post("/api/auth/password", ada, R"({"current":"correct horse"})").at("fields.new"),
            "is missing");
}

TEST(ChangePassword, is_nothing_for_a_guest) {
  Harness h;
  const Reading refused = h.post("/api/auth/password", h.guest().at("access"),
                                 change_body("x", "quiet market at night"));
  EXPECT_EQ(refused.status(), 403);
  EXPECT_EQ(refused.code(), "forbidden");
}

TEST(ChangePassword, wrong_ones_count_as_failed_logins) {
  Harness h({.rate_limits = true});
  const std::string ada = h.registered("ada").at("access");
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(
        h.post("/api/auth/password", ada, change_body("wrong", "quiet market at night")).status(),
        403);
  }
  const Reading limited =
      h.post("/api/auth/password", ada, change_body("correct horse", "quiet market at night"));
  EXPECT_EQ(limited.status(), 429);
  EXPECT_NE(limited.http.header("retry-after"), "");
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", "correct horse")).status(), 429);
}

TEST(Login, renews_a_hash_of_an_older_cost) {
  Harness h;
  const std::string id = h.registered("ada").at("user.id");
  const auto kept = [&] {
    return h
        .wait<store::Credentials>([&](auto reply) {
          h.store().credentials_of(base::UserId{std::stoll(id)}, std::move(reply));
        })
        ->password_hash;
  };
  const std::string today = kept();
  const std::string old =
      *auth::Passwords(auth::Cost{1, 16 * 1024}).hash("correct horse");  // another cost
  ASSERT_TRUE(h.wait<void>([&](auto reply) {
                 h.store().rehash_password(base::UserId{std::stoll(id)}, today, old,
                                           std::move(reply));
               }).has_value());
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", "wrong one")).status(), 401);
  EXPECT_EQ(kept(), old) << "a wrong password renews nothing";
  login(h, "ada");
  EXPECT_NE(kept(), old);
  EXPECT_NE(kept().find("m=8,"), std::string::npos) << kept();
  login(h, "ada");
}

TEST(KeyRotation, signs_nobody_out) {
  Harness h;
  const Reading ada = h.registered("ada");
  const std::string old_kid = h.get("/.well-known/jwks.json").at("keys.0.kid");
  h.rotate_keys();
  const Reading keys = h.get("/.well-known/jwks.json");
  EXPECT_EQ(keys.at("keys.1.kid"), old_kid) << "still shown, for who checks old tokens";
  EXPECT_NE(keys.at("keys.0.kid"), old_kid);
  EXPECT_EQ(me(h, ada), 200) << "the old token goes on";
  const Reading fresh = h.post("/api/auth/token/refresh", "", refresh_body(ada));
  EXPECT_EQ(me(h, fresh), 200);
  const auto kid_of = [](const Reading& signed_in) {
    const std::string token = signed_in.at("access");
    const auto header = base::base64url_decode(token.substr(0, token.find('.')));
    return Reading{{200, {}, header.value_or("")}}.at("kid");
  };
  EXPECT_EQ(kid_of(ada), old_kid);
  EXPECT_EQ(kid_of(fresh), keys.at("keys.0.kid"));
}

// A refresh token is what keeps a guest between two matches: 24 hours from its last use.
TEST(GuestAccount, its_refresh_token_is_good_for_a_day_from_each_use) {
  Harness h;
  const Reading guest = h.guest();
  constexpr std::int64_t hour_ms = 3600 * 1000;
  h.clock().advance_ms(23 * hour_ms);
  EXPECT_EQ(h.get("/api/users/me", guest.at("access")).code(), "token_expired");
  const Reading fresh = h.post("/api/auth/token/refresh", "", refresh_body(guest));
  ASSERT_EQ(fresh.status(), 200);
  h.clock().advance_ms(23 * hour_ms);
  const Reading later = h.post("/api/auth/token/refresh", "", refresh_body(fresh));
  EXPECT_EQ(later.status(), 200);
  EXPECT_EQ(h.get("/api/users/me", later.at("access")).at("id"), guest.at("user.id"));
  h.clock().advance_ms(24 * hour_ms + 1);
  const Reading late = h.post("/api/auth/token/refresh", "", refresh_body(later));
  EXPECT_EQ(late.status(), 401);
  EXPECT_EQ(late.code(), "bad_refresh");
}

}  // namespace
}  // namespace whoosh::api
