// Goal: accounts come into being, are opened by the right secret only, and sessions rotate and end
// as promised. Method: every route of auth_routes.cpp over HTTP, with every refusal that
// docs/openapi.yaml names.
#include <gtest/gtest.h>

#include "services/api/harness.h"

namespace whoosh::api {
namespace {

std::string login_body(const std::string& name, const std::string& password) {
  return R"({"username":")" + name + R"(","password":")" + password + "\"}";
}
std::string refresh_body(const std::string& token) {
  return R"({"refresh":")" + token + "\"}";
}
std::string register_body(const std::string& name) {
  return R"({"username":")" + name + R"(","email":")" + name +
         R"(@example.org","password":"correct horse"})";
}

TEST(Register, gives_an_account_and_its_tokens) {
  Harness h;
  const Reading made = h.registered("Ada_L");
  EXPECT_EQ(made.at("user.username"), "Ada_L");
  EXPECT_EQ(made.at("user.email"), "Ada_L@example.org");
  EXPECT_EQ(made.at("user.display_name"), "Ada_L");
  EXPECT_EQ(made.at("user.elo"), "1000");
  EXPECT_EQ(made.at("user.level"), "1");
  EXPECT_EQ(made.at("user.win_rate"), "0");
  EXPECT_EQ(made.at("user.is_guest"), "false");
  EXPECT_EQ(made.at("user.created_at"), "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(made.http.body.find("password"), std::string::npos);
  EXPECT_EQ(h.get("/api/users/me", made.at("access")).at("username"), "Ada_L");
}

TEST(Register, names_every_bad_field_at_once) {
  Harness h;
  const Reading bad =
      h.post("/api/auth/register", "", R"({"username":"a b","email":"nobody","password":"short"})");
  EXPECT_EQ(bad.status(), 422);
  EXPECT_EQ(bad.code(), "invalid_input");
  EXPECT_NE(bad.at("fields.username"), "");
  EXPECT_NE(bad.at("fields.email"), "");
  EXPECT_NE(bad.at("fields.password"), "");
  EXPECT_EQ(bad.at("request_id"), bad.http.header("x-request-id"));
  const Reading missing = h.post("/api/auth/register", "", R"({"username":"ada"})");
  EXPECT_EQ(missing.at("fields.email"), "is missing");
}

TEST(Register, refuses_what_is_taken_in_any_case) {
  Harness h;
  h.registered("ada");
  const Reading name =
      h.post("/api/auth/register", "",
             R"({"username":"ADA","email":"x@example.org","password":"correct horse"})");
  EXPECT_EQ(name.status(), 409);
  EXPECT_EQ(name.code(), "username_taken");
  const Reading email =
      h.post("/api/auth/register", "",
             R"({"username":"bob","email":"Ada@Example.org","password":"correct horse"})");
  EXPECT_EQ(email.status(), 409);
  EXPECT_EQ(email.code(), "email_taken");
}

TEST(Register, is_held_to_json) {
  Harness h;
  EXPECT_EQ(h.post("/api/auth/register", "", "{").code(), "malformed_json");
  EXPECT_EQ(
      h.call("POST", "/api/auth/register", "", "a=b", {{"Content-Type", "text/plain"}}).status(),
      415);
  EXPECT_EQ(h.post("/api/auth/register", "", std::string(70'000, ' ')).status(), 413);
}

TEST(Login, takes_the_username_or_the_address_in_any_case) {
  Harness h;
  h.registered("ada");
  for (const char* name : {"ada", "ADA", "ada@example.org", "Ada@Example.Org"}) {
    const Reading in = h.post("/api/auth/login", "", login_body(name, "correct horse"));
    EXPECT_EQ(in.status(), 200) << name;
    EXPECT_EQ(in.at("user.username"), "ada");
    EXPECT_NE(in.at("refresh"), "");
  }
}

TEST(Login, says_the_same_about_a_wrong_name_and_a_wrong_password) {
  Harness h;
  h.registered("ada");
  const std::string guest_name = h.guest().at("user.username");
  for (const auto& body : {login_body("ada", "correct hors"), login_body("bob", "correct horse"),
                           login_body("ada", ""), login_body("", "x"), login_body(guest_name, "x"),
                           login_body("ada", std::string(300, 'x'))}) {
    const Reading out = h.post("/api/auth/login", "", body);
    EXPECT_EQ(out.status(), 401) << body;
    EXPECT_EQ(out.code(), "bad_credentials") << body;
    EXPECT_EQ(out.at("error"), "The name or the password is wrong.");
    EXPECT_EQ(out.http.header("www-authenticate"), "Bearer");
  }
  EXPECT_EQ(h.post("/api/auth/login", "", "[]").status(), 400);
  EXPECT_EQ(h.post("/api/auth/login", "", R"({"username":1,"password":"x"})").status(), 422);
}

TEST(Login, failures_of_one_account_are_limited_and_successes_are_not) {
  Harness h({.rate_limits = true});
  h.registered("ada");
  h.registered("bob");
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", "correct horse")).status(), 200);
  }
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", "wrong")).status(), 401);
  }
  const Reading limited = h.post("/api/auth/login", "", login_body("ADA", "correct horse"));
  EXPECT_EQ(limited.status(), 429) << "the right password is no way around";
  EXPECT_EQ(limited.code(), "rate_limited");
  EXPECT_EQ(limited.http.header("retry-after"), "6");
  const Reading by_email =
      h.post("/api/auth/login", "", login_body("Ada@example.org", "correct horse"));
  EXPECT_EQ(by_email.status(), 429) << "the other name of the same account is no way around";
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("bob", "correct horse")).status(), 200);
  h.clock().advance_ms(6'000);
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", "correct horse")).status(), 200);
}

TEST(Login, right_ones_of_one_account_cannot_keep_the_workers_busy) {
  Harness h({.rate_limits = true});
  h.registered("ada");
  h.registered("bob");
  for (int i = 0; i < 60; ++i) {
    ASSERT_EQ(h.post("/api/auth/login", "", login_body("ada", "correct horse")).status(), 200);
  }
  const Reading limited = h.post("/api/auth/login", "", login_body("Ada", "correct horse"));
  EXPECT_EQ(limited.status(), 429);
  EXPECT_EQ(limited.http.header("retry-after"), "1");
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("bob", "correct horse")).status(), 200);
}

TEST(Login, failures_of_one_address_are_limited) {
  Harness h({.rate_limits = true});
  h.registered("ada");
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(
        h.post("/api/auth/login", "", login_body("user" + std::to_string(i), "wrong")).status(),
        401);
  }
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("ada", "correct horse")).status(), 429);
}

TEST(GuestAccount, needs_nothing) {
  Harness h;
  const Reading made = h.guest();
  EXPECT_EQ(made.at("user.is_guest"), "true");
  EXPECT_EQ(made.at("user.email"), "null");
  EXPECT_NE(made.at("user.display_name").find(' '), std::string::npos)
      << "an adjective and an animal";
  EXPECT_EQ(h.guest("  Max  M ").at("user.display_name"), "Max M");
  EXPECT_EQ(h.post("/api/auth/guest", "", "{}").status(), 201);
}

TEST(GuestAccount, refuses_a_name_that_is_none) {
  Harness h;
  const Reading bad = h.post("/api/auth/guest", "", R"({"display_name":"12345678901234567"})");
  EXPECT_EQ(bad.status(), 422);
  EXPECT_NE(bad.at("fields.display_name"), "");
  EXPECT_EQ(h.post("/api/auth/guest", "", R"({"display_name":"   "})").status(), 422);
  EXPECT_EQ(h.post("/api/auth/guest", "", "nonsense").status(), 400);
}

TEST(GuestAccount, a_party_fits_behind_one_router_and_then_one_a_second) {
  Harness h({.rate_limits = true});
  for (int i = 0; i < 100; ++i) h.guest();
  const Reading limited = h.call("POST", "/api/auth/guest");
  EXPECT_EQ(limited.status(), 429);
  EXPECT_EQ(limited.http.header("retry-after"), "1");
  h.clock().advance_ms(1'000);
  h.guest();
  EXPECT_EQ(h.call("POST", "/api/auth/guest").status(), 429);
}

TEST(ConvertGuest, keeps_the_account_and_ends_the_guest) {
  Harness h;
  const Reading guest = h.guest("Max");
  const Reading done = h.post("/api/auth/convert-guest", guest.at("access"), register_body("max"));
  EXPECT_EQ(done.status(), 200) << done.http.body;
  EXPECT_EQ(done.at("user.id"), guest.at("user.id"));
  EXPECT_EQ(done.at("user.is_guest"), "false");
  EXPECT_EQ(done.at("user.display_name"), "Max");
  EXPECT_EQ(h.post("/api/auth/login", "", login_body("max", "correct horse")).status(), 200);
  EXPECT_EQ(h.post("/api/auth/token/refresh", "", refresh_body(guest.at("refresh"))).status(), 401);
  EXPECT_EQ(h.post("/api/auth/token/refresh", "", refresh_body(done.at("refresh"))).status(), 200);
}

TEST(ConvertGuest, refuses) {
  Harness h;
  const Reading ada = h.registered("ada");
  const Reading guest = h.guest();
  EXPECT_EQ(h.post("/api/auth/convert-guest", "", register_body("max")).code(), "unauthorized");
  const Reading twice = h.post("/api/auth/convert-guest", ada.at("access"), register_body("max"));
  EXPECT_EQ(twice.status(), 409);
  EXPECT_EQ(twice.code(), "not_a_guest");
  EXPECT_EQ(h.post("/api/auth/convert-guest", guest.at("access"), register_body("ada")).code(),
            "username_taken");
  EXPECT_EQ(h.post("/api/auth/convert-guest", guest.at("access"), register_body("a")).status(),
            422);
  EXPECT_EQ(h.post("/api/auth/convert-guest", guest.at("access"), "x").status(), 400);
}

TEST(Refresh, rotates_and_notices_reuse) {
  Harness h;
  const std::string first = h.registered("ada").at("refresh");
  const Reading second = h.post("/api/auth/token/refresh", "", refresh_body(first));
  ASSERT_EQ(second.status(), 200);
  EXPECT_NE(second.at("refresh"), first);
  EXPECT_EQ(h.get("/api/users/me", second.at("access")).status(), 200);
  const Reading reused = h.post("/api/auth/token/refresh", "", refresh_body(first));
  EXPECT_EQ(reused.status(), 401);
  EXPECT_EQ(reused.code(), "refresh_reused");
  EXPECT_EQ(h.post("/api/auth/token/refresh", "", refresh_body(second.at("refresh"))).status(), 401)
      << "the whole family is gone";
}

TEST(Refresh, refuses_rubbish_and_old_tokens) {
  Harness h;
  const Reading ada = h.registered("ada");
  const Reading guest = h.guest();
  for (const std::string& token :
       {std::string(), std::string("rubbish"), std::string(43, 'A'), ada.at("access")}) {
    EXPECT_EQ(h.post("/api/auth/token/refresh", "", refresh_body(token)).code(), "bad_refresh")
        << token;
  }
  EXPECT_EQ(h.post("/api/auth/token/refresh", "", "{}").status(), 422);
  EXPECT_EQ(h.post("/api/auth/token/refresh", "", "").status(), 400);
  h.clock().advance_ms(25LL * 3600 * 1000);
  EXPECT_EQ(h.post("/api/auth/token/refresh", "", refresh_body(guest.at("refresh"))).status(), 401)
      << "24 h";
  EXPECT_EQ(h.post("/api/auth/token/refresh", "", refresh_body(ada.at("refresh"))).status(), 200)
      << "7 days";
}

TEST(Logout, ends_this_session_only) {
  Harness h;
  const Reading one = h.registered("ada");
  const Reading two = h.post("/api/auth/login", "", login_body("ada", "correct horse"));
  EXPECT_EQ(h.post("/api/auth/logout", one.at("access"), refresh_body(one.at("refresh"))).status(),
            204);
  EXPECT_EQ(h.post("/api/auth/token/refresh", "", refresh_body(one.at("refresh"))).status(), 401);
  EXPECT_EQ(h.post("/api/auth/token/refresh", "", refresh_body(two.at("refresh"))).status(), 200);
  EXPECT_EQ(h.post("/api/auth/logout", two.at("access"), refresh_body("none of ours")).status(),
            204);
  EXPECT_EQ(h.post("/api/auth/logout", "", refresh_body("x")).status(), 401);
  EXPECT_EQ(h.post("/api/auth/logout", two.at("access"), "{}").status(), 422);
  EXPECT_EQ(h.post("/api/auth/logout", two.at("access"), "{").status(), 400);
  EXPECT_EQ(h.post("/api/auth/logout", one.at("access"), "{}").status(), 401);
}

TEST(Logout, nobody_ends_the_session_of_another) {
  Harness h;
  const Reading ada = h.registered("ada");
  const Reading bob = h.registered("bob");
  EXPECT_EQ(h.post("/api/auth/logout", bob.at("access"), refresh_body(ada.at("refresh"))).status(),
            204);
  EXPECT_EQ(h.post("/api/auth/token/refresh", "", refresh_body(ada.at("refresh"))).status(), 200);
}

TEST(LogoutAll, ends_every_session) {
  Harness h;
  const Reading one = h.registered("ada");
  const Reading two = h.post("/api/auth/login", "", login_body("ada", "correct horse"));
  EXPECT_EQ(h.call("POST", "/api/auth/logout-all", one.at("access")).status(), 204);
  EXPECT_EQ(h.call("POST", "/api/auth/logout-all").status(), 401);
  for (const Reading& session : {one, two}) {
    EXPECT_EQ(h.post("/api/auth/token/refresh", "", refresh_body(session.at("refresh"))).status(),
              401);
  }
}

TEST(AccessTokens, are_checked_on_every_signed_in_route) {
  Harness h;
  const Reading ada = h.registered("ada");
  EXPECT_EQ(h.get("/api/users/me").code(), "unauthorized");
  EXPECT_EQ(h.get("/api/users/me", "rubbish").code(), "bad_token");
  EXPECT_EQ(h.get("/api/users/me", h.foreign_token()).code(), "bad_token");
  EXPECT_EQ(h.get("/api/users/me", ada.at("refresh")).code(), "bad_token");
  const auto header = [&](const std::string& value) {
    return h.call("GET", "/api/users/me", "", std::nullopt, {{"Authorization", value}});
  };
  EXPECT_EQ(header("bearer " + ada.at("access")).status(), 200);
  EXPECT_EQ(header("Basic " + ada.at("access")).code(), "bad_token");
  EXPECT_EQ(header(ada.at("access")).code(), "bad_token");
  h.clock().advance_ms((3600 + 31) * 1000);
  EXPECT_EQ(h.get("/api/users/me", ada.at("access")).code(), "token_expired");
}

TEST(Jwks, shows_the_public_key) {
  Harness h;
  const Reading keys = h.get("/.well-known/jwks.json");
  EXPECT_EQ(keys.status(), 200);
  EXPECT_EQ(keys.at("keys.0.kty"), "RSA");
  EXPECT_EQ(keys.at("keys.0.alg"), "RS256");
  EXPECT_EQ(keys.at("keys.0.d"), "");
  EXPECT_EQ(keys.http.header("cache-control"), "public, max-age=300");
}

TEST(Dependencies, a_store_that_is_away_is_503_everywhere) {
  Harness h;
  const Reading ada = h.registered("ada");
  h.set_store_away(true);
  for (const Reading& reading :
       {h.post("/api/auth/login", "", login_body("ada", "correct horse")),
        h.call("POST", "/api/auth/guest"),
        h.post("/api/auth/token/refresh", "", refresh_body(ada.at("refresh"))),
        h.get("/api/users/me", ada.at("access")), h.get("/api/health"),
        h.get("/api/game/history", ada.at("access"))}) {
    EXPECT_EQ(reading.status(), 503) << reading.http.body;
    EXPECT_EQ(reading.code(), "unavailable");
    EXPECT_NE(reading.http.header("retry-after"), "");
  }
  EXPECT_EQ(h.get("/api/health").at("checks.store"), "unavailable");
  h.set_store_away(false);
  EXPECT_EQ(h.get("/api/health").at("status"), "ok");
}

}  // namespace
}  // namespace whoosh::api
