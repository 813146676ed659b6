// Goal: a service's result counts once, as the server computes it, and a wrong one not at all.
// Method: results over HTTP with a service token, then what the players see of them; a table of
// broken ones.
#include <gtest/gtest.h>

#include "games/registry.h"
#include "services/api/harness.h"

namespace whoosh::api {
namespace {

struct Report {
  std::string game_id = "cup-17";
  std::string game = std::string(games::all().front()->info().key);
  std::string started_at = "2023-11-14T22:00:00Z";
  std::string ended_at = "2023-11-14T22:05:00Z";
  std::string winner = "null";
  std::string participants;

  [[nodiscard]] std::string body() const {
    return R"({"game_id":")" + game_id + R"(","game":")" + game + R"(","started_at":")" +
           started_at + R"(","ended_at":")" + ended_at + R"(","winner_id":)" + winner +
           R"(,"participants":[)" + participants + "]}";
  }
};

std::string seat(const std::string& user, int placement, bool won, const std::string& more = "") {
  return R"({"user_id":)" + user + R"(,"placement":)" + std::to_string(placement) +
         R"(,"score":10,"is_winner":)" + (won ? "true" : "false") + more + "}";
}

struct Four {
  std::vector<std::string> tokens;
  std::vector<std::string> ids;
};
Four four(Harness& h) {
  Four people;
  for (const char* name : {"ada", "bob", "cleo", "dan"}) {
    const Reading made = h.registered(name);
    people.tokens.push_back(made.at("access"));
    people.ids.push_back(made.at("user.id"));
  }
  return people;
}
Report report_of(const Four& people) {
  Report report;
  report.winner = people.ids[0];
  report.participants = seat(people.ids[0], 1, true) + "," + seat(people.ids[1], 2, false) + "," +
                        seat(people.ids[2], 3, false) + "," + seat(people.ids[3], 4, false);
  return report;
}

TEST(GameResults, count_once_as_the_server_computes_them) {
  Harness h;
  const std::string service = h.service_token("results");
  const Four people = four(h);
  Report report = report_of(people);
  report.participants =
      seat(people.ids[0], 1, true, R"(,"elo_before":1,"elo_after":9999,"xp_gained":100000)") +
      report.participants.substr(report.participants.find("},") + 1);
  const Reading taken = h.post("/api/game/result", service, report.body());
  EXPECT_EQ(taken.status(), 200) << taken.http.body;
  EXPECT_EQ(taken.at("status"), "success");
  const Reading history = h.get("/api/game/history", people.tokens[0]);
  EXPECT_EQ(history.at("0.match_id"), taken.at("match_id"));
  EXPECT_EQ(history.at("0.placement"), "1");
  EXPECT_EQ(history.at("0.is_winner"), "true");
  EXPECT_EQ(history.at("0.elo_before"), "1000");
  EXPECT_GT(std::stoi(history.at("0.elo_after")), 1000);
  EXPECT_LT(std::stoi(history.at("0.elo_after")), 1400);
  EXPECT_LT(std::stoi(history.at("0.xp_gained")), 500);
  const std::string before = h.get("/api/users/me", people.tokens[0]).http.body;
  const Reading again = h.post("/api/game/result", service, report.body());
  EXPECT_EQ(again.status(), 200);
  EXPECT_EQ(again.http.body, taken.http.body);
  Report other = report_of(people);
  other.participants = seat(people.ids[0], 1, true);
  EXPECT_EQ(h.post("/api/game/result", service, other.body()).http.body, taken.http.body)
      << "what came first counts";
  EXPECT_EQ(h.get("/api/users/me", people.tokens[0]).http.body, before);
}

TEST(GameResults, keep_a_uuid_as_the_match_id_and_take_bots) {
  Harness h;
  const std::string service = h.service_token("results");
  const std::string ada = h.registered("ada").at("user.id");
  Report report;
  report.game_id = "6f1e7a52-6f0a-4c55-9d8a-0c1b2d3e4f50";
  report.participants = seat("null", 1, true) + "," + seat(ada, 2, false) + "," +
                        seat("null", 2, false) + "," + seat("null", 4, false);
  const Reading taken = h.post("/api/game/result", service, report.body());
  EXPECT_EQ(taken.status(), 200) << taken.http.body;
  EXPECT_EQ(taken.at("match_id"), report.game_id);
}

TEST(GameResults, refuse_what_can_not_be) {
  Harness h;
  const std::string service = h.service_token("results");
  const Four people = four(h);
  const Report good = report_of(people);
  const auto refused = [&](auto change, const std::string& field) {
    Report report = good;
    change(report);
    const Reading answer = h.post("/api/game/result", service, report.body());
    EXPECT_EQ(answer.status(), 422) << report.body();
    EXPECT_NE(answer.http.body.find('"' + field + '"'), std::string::npos)
        << field << " in " << answer.http.body;
  };
  const std::string ada = people.ids[0];
  const std::string bob = people.ids[1];
  refused([](Report& r) { r.game_id = ""; }, "game_id");
  refused([](Report& r) { r.game_id = std::string(65, 'x'); }, "game_id");
  refused([](Report& r) { r.game_id = "a b"; }, "game_id");
  refused([](Report& r) { r.game = "chess"; }, "game");
  refused([](Report& r) { r.started_at = "yesterday"; }, "started_at");
  refused([](Report& r) { r.ended_at = "2023-11-14T21:00:00Z"; }, "ended_at");
  refused([](Report& r) { r.started_at = "2023-11-12T21:00:00Z"; }, "ended_at");
  refused([](Report& r) { r.ended_at = "2023-11-14T22:30:00Z"; }, "ended_at");
  refused([](Report& r) { r.participants = ""; }, "participants");
  refused([&](Report& r) { r.participants = seat("null", 1, true); }, "participants");
  refused([&](Report& r) { r.participants = seat(ada, 2, true); }, "participants");
  refused([&](Report& r) { r.participants = seat(ada, 1, true) + "," + seat(bob, 3, false); },
          "participants");
  refused([&](Report& r) { r.participants = seat(ada, 1, true) + "," + seat(ada, 2, false); },
          "participants[1].user_id");
  refused([&](Report& r) { r.participants = seat(ada, 1, true) + "," + seat("999", 2, false); },
          "participants[1].user_id");
  refused([&](Report& r) { r.participants = seat(ada, 1, true) + "," + seat("-1", 2, false); },
          "participants[1].user_id");
  refused([&](Report& r) { r.participants = seat(ada, 1, true, R"(,"team":17)"); },
          "participants[0].team");
  refused([&](Report& r) { r.winner = bob; }, "winner_id");
  refused([&](Report& r) { r.winner = "\"x\""; }, "winner_id");
  std::string crowd = seat(ada, 1, true);
  for (int i = 2; i <= 65; ++i) crowd += "," + seat("null", i, false);
  refused([&](Report& r) { r.participants = crowd; }, "participants");
  EXPECT_EQ(h.post("/api/game/result", service, "{").status(), 400);
  EXPECT_EQ(h.get("/api/game/history", people.tokens[0]).http.body, "[]");
}

TEST(GameResults, need_a_service_token_that_is_still_good) {
  Harness h;
  const std::string service = h.service_token("results");
  h.clock().advance_ms(91LL * 24 * 3600 * 1000);
  const Reading late = h.post("/api/game/result", service, "{}");
  EXPECT_EQ(late.status(), 401);
  EXPECT_EQ(late.code(), "token_expired");
}

}  // namespace
}  // namespace whoosh::api
