// Goal: coins come and go exactly once, and people see and wear what they own. Method: each route
// of economy_routes.cpp and store_routes.cpp over HTTP, refusals, repetitions and strangers
// included.
#include <gtest/gtest.h>

#include "cosmetics/catalogue.h"
#include "services/api/harness.h"

namespace whoosh::api {
namespace {

const tests::HttpHeaders json{{"Content-Type", "application/json"}};

Reading buy(Harness& h, const std::string& token, const std::string& item, const std::string& key) {
  tests::HttpHeaders headers = json;
  if (!key.empty()) headers.emplace("Idempotency-Key", key);
  return h.call("POST", "/api/store/purchase", token, R"({"item_id":")" + item + "\"}", headers);
}

struct Person {
  std::string token;
  base::UserId id;
};
Person person(Harness& h, const std::string& name, std::int32_t coins) {
  const Reading made = h.registered(name);
  const base::UserId id{std::stoll(made.at("user.id"))};
  if (coins > 0) h.give_coins(id, coins);
  return {made.at("access"), id};
}

TEST(Wallet, says_what_is_there_and_since_when) {
  Harness h;
  const Person ada = person(h, "ada", 0);
  const Reading empty = h.get("/api/economy/wallet", ada.token);
  EXPECT_EQ(empty.status(), 200);
  EXPECT_EQ(empty.http.body, R"({"coins":0,"updated_at":"2023-11-14T22:13:20.000Z"})");
  h.clock().advance_ms(5000);
  h.give_coins(ada.id, 100);
  EXPECT_EQ(h.get("/api/economy/wallet", ada.token).http.body,
            R"({"coins":100,"updated_at":"2023-11-14T22:13:25.000Z"})");
  EXPECT_EQ(h.get("/api/users/me", ada.token).at("coins"), "100");
}

TEST(Ledger, has_every_change_in_pages_newest_first) {
  Harness h;
  const Person ada = person(h, "ada", 0);
  for (int i = 1; i <= 5; ++i) h.give_coins(ada.id, i * 100);
  const Reading bought = buy(h, ada.token, "frame_ink", "k1");
  ASSERT_EQ(bought.status(), 201) << bought.http.body;
  const Reading first = h.get("/api/economy/ledger?limit=2", ada.token);
  EXPECT_EQ(first.at("items.0.amount"), "-40");
  EXPECT_EQ(first.at("items.0.balance"), "1460");
  EXPECT_EQ(first.at("items.0.reason"), "purchase");
  EXPECT_EQ(first.at("items.0.ref").substr(0, 9), "frame_ink");
  EXPECT_EQ(first.at("items.1.amount"), "500");
  EXPECT_EQ(first.at("items.1.reason"), "grant");
  EXPECT_EQ(first.at("items.2"), "");
  std::string cursor = first.at("next");
  int rows = 2;
  while (cursor != "null") {
    const Reading page = h.get("/api/economy/ledger?limit=2&cursor=" + cursor, ada.token);
    ASSERT_EQ(page.status(), 200);
    for (int i = 0; !page.at("items." + std::to_string(i)).empty(); ++i) ++rows;
    cursor = page.at("next");
  }
  EXPECT_EQ(rows, 6);
  EXPECT_EQ(h.get("/api/economy/ledger?limit=0", ada.token).status(), 422);
  EXPECT_EQ(h.get("/api/economy/ledger?cursor=rubbish!", ada.token).status(), 400);
  const Person eve = person(h, "eve", 0);
  const Reading stolen = h.get("/api/economy/ledger?cursor=" + first.at("next"), eve.token);
  EXPECT_EQ(stolen.http.body.find("500"), std::string::npos) << "a cursor opens no other's ledger";
}

TEST(Daily, once_a_day_with_a_streak) {
  Harness h;
  const Reading made = h.registered("ada");
  const std::string refresh = R"({"refresh":")" + made.at("refresh") + "\"}";
  std::string ada = made.at("access");
  EXPECT_EQ(h.get("/api/economy/daily", ada).http.body,
            R"({"streak":0,"claimable":true,"coins":10,"next_at":"2023-11-15T00:00:00.000Z",)"
            R"("rewards":[10,15,20,25,30,40,50]})");
  const Reading first = h.call("POST", "/api/economy/daily", ada);
  EXPECT_EQ(first.status(), 200) << first.http.body;
  EXPECT_EQ(first.http.body, R"({"coins":10,"streak":1,"next_at":"2023-11-15T00:00:00.000Z"})");
  const Reading again = h.call("POST", "/api/economy/daily", ada);
  EXPECT_EQ(again.status(), 409);
  EXPECT_EQ(again.code(), "already_claimed");
  const Reading done = h.get("/api/economy/daily", ada);
  EXPECT_EQ(done.at("streak"), "1");
  EXPECT_EQ(done.at("claimable"), "false");
  EXPECT_EQ(done.at("coins"), "15") << "of tomorrow";
  h.clock().advance_ms(24LL * 3600 * 1000);
  ada = h.post("/api/auth/token/refresh", "", refresh).at("access");
  const Reading second = h.call("POST", "/api/economy/daily", ada);
  EXPECT_EQ(second.at("coins"), "15");
  EXPECT_EQ(second.at("streak"), "2");
  EXPECT_EQ(h.get("/api/economy/wallet", ada).at("coins"), "25");
}

TEST(Guests, look_at_the_shop_and_earn_nothing) {
  Harness h;
  const std::string guest = h.guest().at("access");
  EXPECT_EQ(h.get("/api/store", guest).status(), 200);
  EXPECT_EQ(h.get("/api/inventory", guest).http.body, R"({"items":[],"next":null})");
  EXPECT_EQ(h.get("/api/economy/wallet", guest).at("coins"), "0");
  const Reading daily = h.call("POST", "/api/economy/daily", guest);
  EXPECT_EQ(daily.status(), 403);
  EXPECT_EQ(daily.code(), "forbidden");
  EXPECT_EQ(h.get("/api/economy/daily", guest).code(), "forbidden");
  const Reading bought = buy(h, guest, "frame_ink", "k1");
  EXPECT_EQ(bought.status(), 403);
  EXPECT_EQ(bought.code(), "forbidden");
}

TEST(Shop, shows_every_item_and_what_one_owns) {
  Harness h;
  const Person ada = person(h, "ada", 100);
  ASSERT_EQ(buy(h, ada.token, "colour_mint", "k1").status(), 201);
  const Reading list = h.get("/api/store", ada.token);
  std::size_t count = 0;
  for (const cosmetics::Item& item : cosmetics::all()) {
    const std::string at = "items." + std::to_string(count++);
    EXPECT_EQ(list.at(at + ".item_id"), item.id);
    EXPECT_EQ(list.at(at + ".price"), std::to_string(item.price));
    EXPECT_EQ(list.at(at + ".image"), "/cosmetics/" + item.id + ".svg");
    EXPECT_EQ(list.at(at + ".owned"), item.id == "colour_mint" ? "true" : "false");
    EXPECT_EQ(list.at(at + ".value"), item.value);
    EXPECT_EQ(list.at(at + ".text"), item.text);
    EXPECT_EQ(list.at(at + ".reactions").empty(), item.reactions.empty());
  }
  EXPECT_EQ(list.at("items." + std::to_string(count)), "");
}

TEST(Purchase, takes_the_price_and_gives_the_item) {
  Harness h;
  const Person ada = person(h, "ada", 400);
  const Reading bought = buy(h, ada.token, "frame_neon", "k1");
  EXPECT_EQ(bought.status(), 201) << bought.http.body;
  EXPECT_EQ(bought.at("balance"), "80");
  EXPECT_EQ(bought.at("item.item_id"), "frame_neon");
  EXPECT_EQ(bought.at("item.owned"), "true");
  EXPECT_EQ(bought.http.header("idempotent-replay"), "");
  const Reading inventory = h.get("/api/inventory", ada.token);
  EXPECT_EQ(inventory.at("items.0.item_id"), "frame_neon");
  EXPECT_EQ(inventory.at("items.0.kind"), "frame");
  EXPECT_EQ(inventory.at("items.0.equipped"), "false");
}

TEST(Purchase, under_the_same_key_gives_the_first_answer_again_byte_for_byte) {
  Harness h;
  const Person ada = person(h, "ada", 1000);
  const Reading first = buy(h, ada.token, "frame_neon", "key-1");
  h.clock().advance_ms(60'000);
  h.give_coins(ada.id, 5);  // the balance has changed meanwhile
  const Reading again = buy(h, ada.token, "frame_neon", "key-1");
  EXPECT_EQ(again.status(), 201);
  EXPECT_EQ(again.http.body, first.http.body);
  EXPECT_EQ(again.http.header("idempotent-replay"), "true");
  EXPECT_EQ(h.get("/api/economy/wallet", ada.token).at("coins"), "685");
  // Other spelling, same request.
  tests::HttpHeaders headers = json;
  headers.emplace("Idempotency-Key", "key-1");
  const Reading spelled = h.call("POST", "/api/store/purchase", ada.token,
                                 R"({ "x": 1, "item_id": "frame_neon" })", headers);
  EXPECT_EQ(spelled.http.body, first.http.body);
}

TEST(Purchase, a_refusal_comes_again_too_with_its_request_id) {
  Harness h;
  const Person ada = person(h, "ada", 10);
  const Reading poor = buy(h, ada.token, "frame_neon", "key-1");
  EXPECT_EQ(poor.status(), 422);
  EXPECT_EQ(poor.code(), "insufficient_funds");
  EXPECT_EQ(poor.at("request_id"), poor.http.header("x-request-id"));
  h.give_coins(ada.id, 1000);
  const Reading again = buy(h, ada.token, "frame_neon", "key-1");
  EXPECT_EQ(again.status(), 422) << "what was decided stays decided";
  EXPECT_EQ(again.http.body, poor.http.body);
  EXPECT_EQ(again.http.header("idempotent-replay"), "true");
  EXPECT_NE(again.http.header("x-request-id"), poor.http.header("x-request-id"));
  EXPECT_EQ(buy(h, ada.token, "frame_neon", "key-2").status(), 201);
  const Reading owned = buy(h, ada.token, "frame_neon", "key-3");
  EXPECT_EQ(owned.status(), 409);
  EXPECT_EQ(owned.code(), "item_owned");
  EXPECT_EQ(buy(h, ada.token, "frame_neon", "key-3").http.body, owned.http.body);
}

TEST(Purchase, refuses_a_key_that_came_with_another_request) {
  Harness h;
  const Person ada = person(h, "ada", 1000);
  ASSERT_EQ(buy(h, ada.token, "frame_neon", "key-1").status(), 201);
  const Reading other = buy(h, ada.token, "frame_ink", "key-1");
  EXPECT_EQ(other.status(), 422);
  EXPECT_EQ(other.code(), "idempotency_key_reused");
  EXPECT_EQ(other.http.header("idempotent-replay"), "");
  EXPECT_EQ(h.get("/api/economy/wallet", ada.token).at("coins"), "680");
  const Person bob = person(h, "bob", 1000);
  EXPECT_EQ(buy(h, bob.token, "frame_ink", "key-1").status(), 201) << "another's key is another's";
}

TEST(Purchase, refuses_before_anything_is_decided) {
  Harness h;
  const Person ada = person(h, "ada", 1000);
  const Reading keyless = buy(h, ada.token, "frame_neon", "");
  EXPECT_EQ(keyless.status(), 400);
  EXPECT_EQ(keyless.code(), "idempotency_key_missing");
  EXPECT_EQ(buy(h, ada.token, "frame_neon", std::string(256, 'k')).status(), 400);
  EXPECT_EQ(buy(h, ada.token, "frame_neon", "k\xc3\xa4").status(), 400);
  EXPECT_EQ(buy(h, ada.token, "frame_neon", std::string(255, 'k')).status(), 201);
  const Reading unknown = buy(h, ada.token, "frame_of_gold", "k9");
  EXPECT_EQ(unknown.status(), 404);
  EXPECT_EQ(unknown.code(), "item_not_found");
  EXPECT_EQ(buy(h, ada.token, "frame_ink", "k9").status(), 201) << "nothing was decided under k9";
  tests::HttpHeaders headers = json;
  headers.emplace("Idempotency-Key", "k10");
  EXPECT_EQ(h.call("POST", "/api/store/purchase", ada.token, "{}", headers).status(), 422);
  EXPECT_EQ(h.call("POST", "/api/store/purchase", ada.token, R"({"item_id":7})", headers).status(),
            422);
  EXPECT_EQ(h.call("POST", "/api/store/purchase", ada.token, "[", headers).status(), 400);
}

// The price and the balance are the server's, whatever the body claims.
TEST(Purchase, takes_no_price_from_the_caller) {
  Harness h;
  const Person ada = person(h, "ada", 400);
  tests::HttpHeaders headers = json;
  headers.emplace("Idempotency-Key", "k1");
  const Reading bought =
      h.call("POST", "/api/store/purchase", ada.token,
             R"({"item_id":"frame_neon","price":1,"balance":9999,"user_id":1})", headers);
  EXPECT_EQ(bought.at("balance"), "80");
}

TEST(Equip, puts_on_takes_off_and_replaces) {
  Harness h;
  const Person ada = person(h, "ada", 1000);
  for (const char* item : {"frame_neon", "frame_ink", "title_night_owl"}) {
    ASSERT_EQ(buy(h, ada.token, item, item).status(), 201);
    h.clock().advance_ms(1000);
  }
  const auto equip = [&](const std::string& body) {
    return h.post("/api/inventory/equip", ada.token, body);
  };
  EXPECT_EQ(equip(R"({"item_id":"frame_neon"})").http.body,
            R"({"frame":"frame_neon","colour":null,"title":null,"reactions":null})");
  EXPECT_EQ(equip(R"({"item_id":"title_night_owl","kind":"title"})").at("title"),
            "title_night_owl");
  EXPECT_EQ(equip(R"({"item_id":"frame_ink"})").at("frame"), "frame_ink");
  EXPECT_EQ(h.get("/api/users/me", ada.token).at("look.frame"), "frame_ink");
  EXPECT_EQ(h.get("/api/inventory", ada.token).at("items.0.equipped"), "false");
  EXPECT_EQ(h.get("/api/inventory", ada.token).at("items.1.equipped"), "true");
  const Person bob = person(h, "bob", 0);
  EXPECT_EQ(h.get("/api/users/" + base::user_id_text(ada.id), bob.token).at("look.title"),
            "title_night_owl");
  EXPECT_EQ(equip(R"({"kind":"frame","item_id":null})").at("frame"), "null");
  EXPECT_EQ(equip(R"({"kind":"frame","item_id":null})").at("title"), "title_night_owl");
}

TEST(Equip, refuses) {
  Harness h;
  const Person ada = person(h, "ada", 100);
  const auto refused = [&](const std::string& body, int status, const std::string& code) {
    const Reading answer = h.post("/api/inventory/equip", ada.token, body);
    EXPECT_EQ(answer.status(), status) << body;
    EXPECT_EQ(answer.code(), code) << body;
  };
  refused(R"({"item_id":"frame_neon"})", 409, "item_not_owned");
  refused(R"({"item_id":"no_such_item"})", 404, "item_not_found");
  refused(R"({"item_id":null})", 422, "invalid_input");
  refused(R"({"item_id":null,"kind":"hat"})", 422, "invalid_input");
  refused(R"({"item_id":"frame_neon","kind":"title"})", 422, "invalid_input");
  refused(R"({"kind":"frame"})", 422, "invalid_input");
  refused("{", 400, "malformed_json");
}

// What one wears and the session go into the seat ticket, so that the room shows and ends them.
TEST(SeatTickets, carry_look_and_session) {
  Harness h;
  const Person ada = person(h, "ada", 100);
  ASSERT_EQ(buy(h, ada.token, "colour_mint", "k1").status(), 201);
  ASSERT_EQ(h.post("/api/inventory/equip", ada.token, R"({"item_id":"colour_mint"})").status(),
            200);
  const auto seat = h.read_ticket(h.room(ada.token).at("ticket"));
  ASSERT_TRUE(seat.has_value());
  EXPECT_EQ(seat->look.colour, "colour_mint");
  EXPECT_EQ(seat->look.frame, "");
  EXPECT_EQ(seat->session, h.get("/api/auth/sessions", ada.token).at("items.0.id"));
}

TEST(Economy, is_limited_per_user) {
  Harness h({.rate_limits = true});
  const Person ada = person(h, "ada", 0);
  int limited = 0;
  for (int i = 0; i < 31; ++i) limited += buy(h, ada.token, "frame_ink", "k").status() == 429;
  EXPECT_EQ(limited, 1);
  const Person bob = person(h, "bob", 0);
  EXPECT_NE(buy(h, bob.token, "frame_ink", "k").status(), 429);
}

}  // namespace
}  // namespace whoosh::api
