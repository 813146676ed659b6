// Goal: profiles, the catalogue, rooms, the queue and history do what docs/openapi.yaml says,
// refusals included. Method: each route over HTTP against memory adapters and a pretended edge.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "games/registry.h"
#include "services/api/harness.h"

namespace whoosh::api {
namespace {

std::string first_game() {
  return std::string(games::all().front()->info().key);
}
std::string room_body(const std::string& more = "") {
  return R"({"game":")" + first_game() + "\"" + more + "}";
}

TEST(Me, patch_changes_four_fields) {
  Harness h;
  const std::string ada = h.registered("ada").at("access");
  const Reading changed =
      h.call("PATCH", "/api/users/me", ada,
             R"({"username":"lovelace","display_name":" Ada  L ","email":"l@example.org",)"
             R"("avatar":"owl","hobby":"x"})");
  EXPECT_EQ(changed.status(), 200) << changed.http.body;
  const Reading me = h.get("/api/users/me", ada);
  EXPECT_EQ(me.at("username"), "lovelace");
  EXPECT_EQ(me.at("display_name"), "Ada L");
  EXPECT_EQ(me.at("email"), "l@example.org");
  EXPECT_EQ(me.at("avatar"), "owl");
  EXPECT_EQ(h.call("PATCH", "/api/users/me", ada, "{}").status(), 200);
}

TEST(Me, patch_refuses_what_is_earned) {
  Harness h;
  const std::string ada = h.registered("ada").at("access");
  const Reading refused =
      h.call("PATCH", "/api/users/me", ada,
             R"({"display_name":"New","elo":3000,"coins":9,"xp":1,"role":"admin"})");
  EXPECT_EQ(refused.status(), 422);
  EXPECT_EQ(refused.code(), "read_only_field");
  for (const char* field : {"elo", "coins", "xp", "role"}) {
    EXPECT_NE(refused.at(std::string("fields.") + field), "") << field;
  }
  EXPECT_EQ(h.get("/api/users/me", ada).at("display_name"), "ada") << "nothing of it was done";
}

TEST(Me, patch_refuses_bad_values_and_taken_names) {
  Harness h;
  const std::string ada = h.registered("ada").at("access");
  h.registered("bob");
  const Reading bad = h.call("PATCH", "/api/users/me", ada,
                             R"({"username":"!","email":"?","display_name":"","avatar":"../x"})");
  EXPECT_EQ(bad.status(), 422);
  for (const char* field : {"username", "email", "display_name", "avatar"}) {
    EXPECT_NE(bad.at(std::string("fields.") + field), "") << field;
  }
  EXPECT_EQ(h.call("PATCH", "/api/users/me", ada, R"({"username":"Bob"})").code(),
            "username_taken");
  EXPECT_EQ(h.call("PATCH", "/api/users/me", ada, R"({"email":"BOB@example.org"})").code(),
            "email_taken");
  EXPECT_EQ(h.call("PATCH", "/api/users/me", ada, R"({"username":7})").status(), 422);
  EXPECT_EQ(h.call("PATCH", "/api/users/me", ada, "[").status(), 400);
  EXPECT_EQ(h.call("PATCH", "/api/users/me", "", "{}").status(), 401);
  const std::string guest = h.guest().at("access");
  EXPECT_NE(
      h.call("PATCH", "/api/users/me", guest, R"({"email":"g@example.org"})").at("fields.email"),
      "");
  EXPECT_EQ(h.call("PATCH", "/api/users/me", guest, R"({"display_name":"Max"})").status(), 200);
}

TEST(Me, delete_erases_and_the_token_is_worth_nothing) {
  Harness h;
  const Reading ada = h.registered("ada");
  EXPECT_EQ(h.call("DELETE", "/api/users/me", "").status(), 401);
  EXPECT_EQ(h.call("DELETE", "/api/users/me", ada.at("access")).status(), 204);
  EXPECT_EQ(h.get("/api/users/me", ada.at("access")).code(), "bad_token");
  EXPECT_EQ(h.call("DELETE", "/api/users/me", ada.at("access")).status(), 401);
  EXPECT_EQ(
      h.post("/api/auth/token/refresh", "", R"({"refresh":")" + ada.at("refresh") + "\"}").status(),
      401);
  h.registered("ada");
}

TEST(Users, show_the_public_part_only) {
  Harness h;
  const Reading ada = h.registered("ada");
  const std::string bob = h.registered("bob").at("access");
  const Reading seen = h.get("/api/users/" + ada.at("user.id"), bob);
  EXPECT_EQ(seen.status(), 200);
  EXPECT_EQ(seen.at("username"), "ada");
  EXPECT_EQ(seen.at("email"), "");
  EXPECT_EQ(seen.at("coins"), "");
  for (const char* id : {"999999", "0", "-1", "x", "99999999999999999999", "1.0"}) {
    const Reading none = h.get(std::string("/api/users/") + id, bob);
    EXPECT_EQ(none.status(), 404) << id;
    EXPECT_EQ(none.code(), "user_not_found") << id;
  }
  EXPECT_EQ(h.get("/api/users/1").status(), 401);
}

TEST(Games, lists_the_registry) {
  Harness h;
  const Reading list = h.get("/api/games");
  EXPECT_EQ(list.status(), 200);
  EXPECT_EQ(list.at("items.0.key"), first_game());
  EXPECT_EQ(list.at("next"), "null");
  EXPECT_NE(list.at("items.0.messages.0.type"), "");
  EXPECT_EQ(list.at("items." + std::to_string(games::all().size())), "");
}

TEST(Rooms, making_one_gives_join_info) {
  Harness h;
  const Reading ada = h.registered("ada");
  const Reading made = h.post("/api/rooms", ada.at("access"), room_body());
  ASSERT_EQ(made.status(), 201) << made.http.body;
  EXPECT_EQ(made.at("code").size(), 4u);
  EXPECT_EQ(made.at("game"), first_game());
  EXPECT_EQ(made.at("node"), "solo");
  EXPECT_EQ(made.at("ws_url"),
            "ws://localhost:" + std::to_string(h.port()) + "/ws?game_id=" + made.at("room"));
  EXPECT_NE(made.at("ticket"), "");
}

TEST(Rooms, making_one_is_refused) {
  Harness h;
  const std::string ada = h.registered("ada").at("access");
  EXPECT_EQ(h.post("/api/rooms", "", room_body()).status(), 401);
  EXPECT_EQ(h.post("/api/rooms", ada, R"({"game":"chess"})").code(), "game_not_found");
  EXPECT_NE(
      h.post("/api/rooms", ada, room_body(R"(,"visibility":"secret")")).at("fields.visibility"),
      "");
  EXPECT_EQ(h.post("/api/rooms", ada, room_body(R"(,"settings":{"max_seats":99})")).status(), 422);
  EXPECT_EQ(h.post("/api/rooms", ada, room_body(R"(,"settings":{"max_seats":"x"})")).status(), 422);
  EXPECT_EQ(h.post("/api/rooms", ada, "").status(), 400);
  h.edge().away = true;
  EXPECT_EQ(h.post("/api/rooms", ada, room_body()).status(), 503);
}

TEST(Rooms, are_found_by_code_in_any_case_and_by_id) {
  Harness h;
  const std::string ada = h.registered("ada").at("access");
  const Reading made = h.room(ada);
  std::string lower = made.at("code");
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  for (const std::string& name : {made.at("code"), lower, made.at("room")}) {
    const Reading card = h.get("/api/rooms/" + name, ada);
    EXPECT_EQ(card.status(), 200) << name;
    EXPECT_EQ(card.at("room"), made.at("room"));
    EXPECT_EQ(card.at("phase"), "waiting");
    EXPECT_EQ(card.at("visibility"), "private");
  }
  EXPECT_EQ(h.get("/api/rooms/" + made.at("code")).status(), 401);
  EXPECT_EQ(h.get("/api/rooms/ZZZZ", ada).code(), "room_not_found");
}

TEST(Rooms, the_list_has_public_ones_in_pages) {
  Harness h;
  const std::string ada = h.registered("ada").at("access");
  h.room(ada);
  std::vector<std::string> made;
  for (int i = 0; i < 3; ++i) {
    h.clock().advance_ms(1'000);
    made.push_back(h.post("/api/rooms", ada, room_body(R"(,"visibility":"public")")).at("room"));
  }
  const Reading first = h.get("/api/rooms?limit=2&game=" + first_game(), ada);
  EXPECT_EQ(first.status(), 200);
  EXPECT_EQ(first.at("items.0.room"), made[2]) << "newest first";
  EXPECT_EQ(first.at("items.1.room"), made[1]);
  EXPECT_EQ(first.at("items.2"), "");
  const Reading second = h.get("/api/rooms?limit=2&cursor=" + first.at("next"), ada);
  EXPECT_EQ(second.at("items.0.room"), made[0]);
  EXPECT_EQ(second.at("next"), "null");
  EXPECT_EQ(h.get("/api/rooms").status(), 401);
  EXPECT_EQ(h.get("/api/rooms?game=chess", ada).code(), "game_not_found");
  const Reading rubbish = h.get("/api/rooms?cursor=rubbish", ada);
  EXPECT_EQ(rubbish.status(), 400);
  EXPECT_EQ(rubbish.at("fields.cursor"), "is none of ours");
  for (const char* limit : {"0", "101", "x", "-1", "1.5", ""}) {
    EXPECT_EQ(h.get(std::string("/api/rooms?limit=") + limit, ada).status(), 422) << limit;
  }
}

TEST(Rooms, joining_gives_a_ticket_for_every_role) {
  Harness h;
  const Reading made = h.room(h.registered("ada").at("access"));
  const std::string bob = h.registered("bob").at("access");
  const std::string path = "/api/rooms/" + made.at("code") + "/join";
  EXPECT_EQ(h.call("POST", path, bob).status(), 200) << "a body is not needed";
  for (const char* role : {"player", "spectator", "screen", "audience"}) {
    const Reading joined = h.post(path, bob, std::string(R"({"as":")") + role + "\"}");
    EXPECT_EQ(joined.status(), 200) << role;
    EXPECT_EQ(joined.at("room"), made.at("room"));
    EXPECT_NE(joined.at("ticket"), made.at("ticket"));
  }
  EXPECT_NE(h.post(path, bob, R"({"as":"king"})").at("fields.as"), "");
  EXPECT_EQ(h.post(path, bob, R"({"as":"king"})").status(), 422);
  EXPECT_EQ(h.post(path, bob, "{").status(), 400);
  EXPECT_EQ(h.call("POST", path).status(), 401);
  EXPECT_EQ(h.call("POST", "/api/rooms/ZZZZ/join", bob).code(), "room_not_found");
}

TEST(Rooms, joining_says_why_not) {
  Harness h;
  const std::string ada = h.registered("ada").at("access");
  const std::string path = "/api/rooms/" + h.room(ada).at("code") + "/join";
  for (const auto code : {base::ErrorCode::room_full, base::ErrorCode::room_locked,
                          base::ErrorCode::room_started, base::ErrorCode::banned}) {
    h.edge().join_refusal = base::Error{code};
    const Reading refused = h.call("POST", path, ada);
    EXPECT_EQ(refused.code(), base::error_name(code));
    EXPECT_EQ(refused.status(), base::error_status(code));
  }
}

TEST(Rooms, wrong_codes_are_limited_and_then_right_ones_too) {
  Harness h({.rate_limits = true});
  const std::string ada = h.registered("ada").at("access");
  const std::string code = h.room(ada).at("code");
  for (int i = 0; i < 40; ++i) EXPECT_EQ(h.get("/api/rooms/" + code, ada).status(), 200);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(h.call("POST", "/api/rooms/ZZZZ/join", ada).status(), 404);
  }
  EXPECT_EQ(h.get("/api/rooms/ZZZZ", ada).status(), 429);
  const Reading right = h.call("POST", "/api/rooms/" + code + "/join", ada);
  EXPECT_EQ(right.status(), 429) << "or guessing would go on";
  EXPECT_EQ(right.http.header("retry-after"), "6");
  h.clock().advance_ms(6'000);
  EXPECT_EQ(h.get("/api/rooms/" + code, ada).status(), 200);
}

TEST(Queue, joining_twice_gives_the_same_ticket) {
  Harness h;
  const Reading ada = h.registered("ada");
  const Reading first = h.post("/api/match/join", ada.at("access"), "{}");
  ASSERT_EQ(first.status(), 200) << first.http.body;
  EXPECT_EQ(first.at("queue"), "standard");
  EXPECT_EQ(first.at("user_id"), ada.at("user.id"));
  EXPECT_NE(first.at("message"), "");
  EXPECT_EQ(first.at("expires_at"), "2023-11-14T22:23:20.000Z");
  EXPECT_EQ(h.call("POST", "/api/match/join", ada.at("access")).at("ticket"), first.at("ticket"));
  const Reading state = h.get("/api/match/tickets/" + first.at("ticket"), ada.at("access"));
  EXPECT_EQ(state.at("status"), "searching");
  EXPECT_EQ(state.at("position"), "1");
}

TEST(Queue, joining_is_refused) {
  Harness h;
  const std::string ada = h.registered("ada").at("access");
  EXPECT_EQ(h.call("POST", "/api/match/join").status(), 401);
  EXPECT_NE(h.post("/api/match/join", ada, R"({"queue":"royal"})").at("fields.queue"), "");
  EXPECT_NE(h.post("/api/match/join", ada, R"({"party":"abc"})").at("fields.party"), "");
  EXPECT_EQ(h.post("/api/match/join", ada, R"({"game":"chess"})").code(), "game_not_found");
  EXPECT_EQ(h.post("/api/match/join", ada, "x").status(), 400);
  EXPECT_EQ(h.post("/api/match/join", ada, R"({"game":1})").status(), 422);
}

TEST(Queue, leaving_both_ways) {
  Harness h;
  const std::string ada = h.registered("ada").at("access");
  const std::string bob = h.registered("bob").at("access");
  const std::string path =
      "/api/match/tickets/" + h.call("POST", "/api/match/join", ada).at("ticket");
  EXPECT_EQ(h.call("DELETE", path, bob).code(), "ticket_not_found") << "another's ticket";
  EXPECT_EQ(h.get(path, bob).code(), "ticket_not_found");
  EXPECT_EQ(h.call("DELETE", path).status(), 401);
  EXPECT_EQ(h.get(path).status(), 401);
  EXPECT_EQ(h.call("DELETE", path, ada).status(), 204);
  EXPECT_EQ(h.get(path, ada).at("status"), "cancelled");
  const std::string again =
      "/api/match/tickets/" + h.call("POST", "/api/match/join", ada).at("ticket");
  EXPECT_NE(again, path);
  EXPECT_EQ(h.call("POST", "/api/match/leave", ada).status(), 204);
  EXPECT_EQ(h.call("POST", "/api/match/leave", ada).status(), 204) << "quietly";
  EXPECT_EQ(h.call("POST", "/api/match/leave").status(), 401);
  EXPECT_EQ(h.get(again, ada).at("status"), "cancelled");
  for (const char* wait : {"26", "-1", "x"}) {
    EXPECT_EQ(h.get(again + "?wait=" + wait, ada).status(), 422) << wait;
  }
}

TEST(Queue, a_long_poll_ends_with_the_match_and_every_poll_has_a_fresh_ticket) {
  Harness h;
  const Reading ada = h.registered("ada");
  const std::string ticket = h.call("POST", "/api/match/join", ada.at("access")).at("ticket");
  std::optional<Reading> polled;
  std::thread poll([&] {
    polled =
        Reading{tests::http_request(h.port(), "GET", "/api/match/tickets/" + ticket + "?wait=25",
                                    {{"Authorization", "Bearer " + ada.at("access")}})};
  });
  state::RoomEntry entry;
  entry.room = base::RoomId::make(1, base::ShardNo{0}, 77);
  entry.node = "solo";
  entry.epoch = 1;
  entry.game = first_game();
  const auto room = h.wait<state::RoomEntry>(
      [&](auto reply) { h.directory().claim_room(entry, std::move(reply)); });
  ASSERT_TRUE(room.has_value());
  const auto matched =
      h.wait<bool>([&](auto reply) { h.queue().match({ticket}, *room, std::move(reply)); });
  EXPECT_EQ(*matched, true);
  poll.join();
  EXPECT_EQ(polled->at("status"), "matched");
  EXPECT_EQ(polled->at("room.room"), room->room.text());
  EXPECT_EQ(polled->at("position"), "");
  const Reading again = h.get("/api/match/tickets/" + ticket, ada.at("access"));
  EXPECT_EQ(again.at("status"), "matched");
  EXPECT_NE(again.at("room.ticket"), polled->at("room.ticket"));
  EXPECT_EQ(h.call("POST", "/api/match/join", ada.at("access")).at("ticket"), ticket)
      << "while it runs";
}

match::MatchRecord record_of(std::uint64_t number, const std::vector<std::string>& ids) {
  match::MatchRecord record;
  record.id = base::MatchId::make(number, number);
  record.game = first_game();
  record.played_s = 300;
  record.started_at = {1'700'000'000'000};
  record.ended_at = {1'700'000'300'000 + static_cast<std::int64_t>(number) * 1000};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    match::SeatRecord seat;
    seat.user = *base::parse_user_id(ids[i]);
    seat.public_id = ids[i];
    seat.name = "player " + ids[i];
    seat.placement = static_cast<std::int32_t>(i + 1);
    seat.is_winner = i == 0;
    record.seats.push_back(seat);
  }
  return record;
}

TEST(History, is_a_bare_array_until_a_page_is_asked_for) {
  Harness h;
  const Reading ada = h.registered("ada");
  std::vector<std::string> ids{ada.at("user.id")};
  for (const char* name : {"bob", "cid"}) ids.push_back(h.registered(name).at("user.id"));
  for (std::uint64_t number = 1; number <= 3; ++number) {
    const auto applied = h.wait<store::AppliedResult>(
        [&](auto reply) { h.store().apply_result(record_of(number, ids), std::move(reply)); });
    ASSERT_TRUE(applied.has_value());
  }
  const Reading bare = h.get("/api/game/history", ada.at("access"));
  EXPECT_EQ(bare.status(), 200);
  EXPECT_EQ(bare.at("0.match_id"), base::MatchId::make(3, 3).text()) << bare.http.body;
  EXPECT_EQ(bare.at("0.is_winner"), "true");
  EXPECT_EQ(bare.at("0.placement"), "1");
  EXPECT_EQ(bare.at("2.started_at"), "2023-11-14T22:13:20.000Z");
  const Reading page = h.get("/api/game/history?limit=2", ada.at("access"));
  EXPECT_EQ(page.at("items.1.match_id"), base::MatchId::make(2, 2).text());
  const Reading rest = h.get("/api/game/history?cursor=" + page.at("next"), ada.at("access"));
  EXPECT_EQ(rest.at("items.0.match_id"), base::MatchId::make(1, 1).text());
  EXPECT_EQ(rest.at("next"), "null");
  EXPECT_EQ(h.get("/api/users/me", ada.at("access")).at("total_games"), "3");
  EXPECT_EQ(h.get("/api/users/me", ada.at("access")).at("win_rate"), "1");
  EXPECT_EQ(h.get("/api/game/history").status(), 401);
  EXPECT_EQ(h.get("/api/game/history?cursor=rubbish", ada.at("access")).status(), 400);
  EXPECT_EQ(h.get("/api/game/history?limit=0", ada.at("access")).status(), 422);
}

TEST(WebClient, is_served_beside_the_api) {
  const auto dir =
      std::filesystem::temp_directory_path() / ("whoosh_web_" + std::to_string(::getpid()));
  std::filesystem::create_directories(dir / "assets");
  std::ofstream(dir / "index.html") << "<!doctype html>page";
  std::ofstream(dir / "assets/app-1a2b3c4d.js") << "code";
  {
    Harness h({.web = dir.string()});
    for (const char* path : {"/", "/BRTK", "/profile/", "/index.html"}) {
      const Reading page = h.get(path);
      EXPECT_EQ(page.http.body, "<!doctype html>page") << path;
      EXPECT_EQ(page.http.header("cache-control"), "no-cache");
      EXPECT_NE(page.http.header("content-security-policy").find("connect-src 'self' ws: wss:"),
                std::string::npos);
    }
    EXPECT_EQ(h.get("/assets/app-1a2b3c4d.js").http.header("cache-control"),
              "public, max-age=31536000, immutable");
    EXPECT_EQ(h.get("/api/nothing").code(), "not_found");
    EXPECT_EQ(h.get("/missing.png").code(), "not_found");
  }
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace whoosh::api
