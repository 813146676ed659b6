// Goal: an export holds everything that is kept about its owner and nothing of anybody else; an
// erased account leaves nothing personal behind. Method: an account that has done a bit of
// everything, over HTTP.
#include <gtest/gtest.h>

#include "games/registry.h"
#include "services/api/harness.h"

namespace whoosh::api {
namespace {

TEST(Export, has_everything_about_oneself) {
  Harness h;
  const Reading ada = h.registered("ada");
  const Reading bob = h.registered("bob");
  const base::UserId id{std::stoll(ada.at("user.id"))};
  h.play_matches(id, 250);
  h.give_coins(id, 400);
  tests::HttpHeaders headers{{"Content-Type", "application/json"}, {"Idempotency-Key", "k"}};
  ASSERT_EQ(h.call("POST", "/api/store/purchase", ada.at("access"), R"({"item_id":"frame_neon"})",
                   headers)
                .status(),
            201);
  const Reading out = h.get("/api/users/me/export", ada.at("access"));
  ASSERT_EQ(out.status(), 200) << out.http.body.substr(0, 300);
  EXPECT_EQ(out.http.header("content-disposition"), R"(attachment; filename="whoosh-export.json")");
  EXPECT_EQ(out.at("profile.email"), "ada@example.org");
  EXPECT_EQ(out.at("ban"), "null");
  EXPECT_EQ(out.at("sessions.0.current"), "true");
  EXPECT_NE(out.at("matches.249.match_id"), "") << "all pages";
  EXPECT_EQ(out.at("matches.250"), "");
  EXPECT_EQ(out.at("matches_next"), "null");
  EXPECT_EQ(out.at("ledger.0.reason"), "purchase");
  EXPECT_EQ(out.at("ledger_next"), "null");
  EXPECT_EQ(out.at("inventory.0.item_id"), "frame_neon");
  EXPECT_EQ(out.http.body.find("bob"), std::string::npos);
  EXPECT_EQ(out.http.body.find("argon2"), std::string::npos);
  EXPECT_EQ(out.http.body.find(ada.at("refresh")), std::string::npos);
  const Reading other = h.get("/api/users/me/export", bob.at("access"));
  EXPECT_EQ(other.at("matches"), "[]");
}

TEST(Export, is_limited) {
  Harness h({.rate_limits = true});
  const std::string ada = h.registered("ada").at("access");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(h.get("/api/users/me/export", ada).status(), 200);
  EXPECT_EQ(h.get("/api/users/me/export", ada).status(), 429);
}

TEST(Erase, leaves_nothing_personal_and_no_way_in) {
  Harness h;
  const Reading ada = h.registered("ada");
  const std::string id = ada.at("user.id");
  const std::string boss = h.operator_("boss", "admin").at("access");
  EXPECT_EQ(h.call("DELETE", "/api/users/me", ada.at("access")).status(), 204);
  EXPECT_EQ(h.get("/api/users/me/export", ada.at("access")).status(), 401);
  EXPECT_EQ(
      h.post("/api/auth/login", "", R"({"username":"ada","password":"correct horse"})").status(),
      401);
  EXPECT_EQ(h.get("/api/users/" + id, boss).status(), 404);
  EXPECT_EQ(h.get("/api/admin/users?q=ada", boss).at("items"), "[]");
  EXPECT_EQ(h.registered("ada").status(), 201) << "name and address are free again";
}

}  // namespace
}  // namespace whoosh::api
