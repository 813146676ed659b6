// Goal: the parts of a room one by one: names, tokens, settings, feeds, the event log and its
// replay, and what Room does on its own. What people experience is in shard/*_test.cpp. Method:
// tables where there are many cases; an Outbox that keeps everything.
#include "room/room.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/encoding.h"
#include "room/replay.h"
#include "room/test_game.h"

namespace whoosh::room {
namespace {

using base::ErrorCode;
using base::Seat;
using testing::HasSubstr;

Newcomer person(std::int64_t user, std::string_view name, char token = 1) {
  Newcomer who{UserId{user}, name, "owl", false, {}};
  who.token.fill(token);
  return who;
}

// ---- places -----------------------------------------------------------------------------------

TEST(Places, NamesAreUniqueByFoldedForm) {
  struct Case {
    std::string wanted;
    std::string given;
  };
  const std::vector<Case> cases = {
      {"Ada", "Ada"},
      {"ADA", "ADA2"},
      {"ada", "ada3"},
      {"\xc3\x81"
       "da",
       "\xc3\x81"
       "da4"},  // marks don't make a name new
      {"  ", "Player"},
      {"player", "player2"},
      {"abcdefghijklmnop", "abcdefghijklmnop"},
      {"ABCDEFGHIJKLMNOP", "ABCDEFGHIJKLMNO2"},         // 16 characters, the suffix among them
      {"abcdefghijklmnopqrstuvw", "abcdefghijklmno3"},  // cut, then made unique
  };
  Places places;
  std::int64_t user = 0;
  for (const Case& one : cases) {
    const Place place = places.sit(person(++user, one.wanted));
    EXPECT_EQ(places[place].name.view(), one.given);
  }
}

TEST(Places, BotsHaveNamesOfTheirOwnAndIds) {
  Places places;
  places.sit(person(1, "bolt"));
  const Place bot = places.sit_bot();
  EXPECT_EQ(places[bot].id().view(), "bot_1");
  EXPECT_EQ(places[bot].name.view(), "Bolt2");
  EXPECT_EQ(places[places.sit_bot()].id().view(), "bot_2");
  EXPECT_EQ(places.humans(), 1u);
  EXPECT_EQ(places.taken(), 3u);
}

TEST(Places, TokensFindOnlyTheirOwnerWhoStays) {
  Places places;
  const Place a = places.sit(person(1, "a", 7));
  const Place b = places.sit(person(2, "b", 8));
  places.sit_bot();
  ResumeToken token;
  token.fill(8);
  EXPECT_EQ(places.find_token(token), b);
  token.fill(0);  // what bots and empty places have
  EXPECT_EQ(places.find_token(token), no_place);
  token.fill(7);
  places[a].left = true;
  EXPECT_EQ(places.find_token(token), no_place);
  EXPECT_EQ(places.find(UserId{1}), no_place);
}

TEST(Places, SeatsAreDenseInTheOrderOfPlaces) {
  Places places;
  const Place a = places.sit(person(1, "a"));
  places.sit(person(2, "b"));
  const Place c = places.sit(person(3, "c"));
  places.stand_up(a);
  places.number_seats();
  EXPECT_EQ(places[c].seat, Seat{1});
  EXPECT_EQ(places.find(Seat{1}), c);
  EXPECT_EQ(places.find(Seat{2}), no_place);
  EXPECT_EQ(places.sit(person(4, "d")), a);  // the free place is taken again
}

TEST(Places, TheBanListForgetsTheOldest) {
  Places places;
  for (std::int64_t user = 1; user <= static_cast<std::int64_t>(banned_max) + 1; ++user)
    places.ban(UserId{user});
  EXPECT_FALSE(places.is_banned(UserId{1}));
  EXPECT_TRUE(places.is_banned(UserId{2}));
}

TEST(Places, ATableThatIsFullTakesNobody) {
  Places places;
  for (std::size_t i = 0; i < places_max; ++i) places.sit_bot();
  EXPECT_THROW(places.sit(person(1, "a")), base::RuleViolation);
  EXPECT_THROW(places.sit_bot(), base::RuleViolation);
}

TEST(Places, OneASecondAfterABurst) {
  OneASecond bucket;
  const base::UnixMs t{1'000'000};
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(bucket.take(t, 5));
  EXPECT_FALSE(bucket.take(t, 5));
  EXPECT_FALSE(bucket.take(t.plus_ms(999), 5));
  EXPECT_TRUE(bucket.take(t.plus_ms(1000), 5));
  EXPECT_FALSE(bucket.take(t.plus_ms(1001), 5));
}

// ---- settings ---------------------------------------------------------------------------------

TEST(Settings, EachFieldIsCheckedAndNothingChangesOnAnError) {
  struct Case {
    wire::SettingsChange change;
    std::string bad;
  };
  std::vector<Case> cases(8);
  cases[0].change.filter = "harsh", cases[0].bad = "filter";
  cases[1].change.pace = "", cases[1].bad = "pace";
  cases[2].change.bots = "many", cases[2].bad = "bots";
  cases[3].change.max_seats = 2, cases[3].bad = "max_seats";
  cases[4].change.max_seats = 9, cases[4].bad = "max_seats";
  cases[5].change.locale = "e", cases[5].bad = "locale";
  cases[6].change.locale = "english-uk", cases[6].bad = "locale";
  cases[7].change.max_seats = 4, cases[7].bad = "max_seats";  // five sit there
  const rules::GameInfo& game = test::Counter::info();
  for (const Case& one : cases) {
    const auto result =
        changed(default_settings(game), one.change, game, 5, ErrorCode::bad_payload);
    ASSERT_FALSE(result.has_value()) << one.bad;
    EXPECT_EQ(result.error().fields.count(one.bad), 1u);
    EXPECT_EQ(result.error().fields.size(), 1u);
  }
  wire::SettingsChange good;
  good.pace = "relaxed";
  good.locale = "pt-BR";
  good.locked = true;
  good.max_seats = 8;
  const auto result = changed(default_settings(game), good, game, 5, ErrorCode::bad_payload);
  ASSERT_TRUE(result.has_value());
  const wire::RoomSettings out = to_wire(*result);
  EXPECT_EQ(out.pace, "relaxed");
  EXPECT_EQ(out.locale, "pt-BR");
  EXPECT_TRUE(out.locked);
  EXPECT_EQ(out.max_seats, 8);
  EXPECT_EQ(out.filter, "moderate");
}

// ---- feeds ------------------------------------------------------------------------------------

TEST(Feed, SendsWhatChangedAndWhatAViewerMayLack) {
  Feed feed;
  rules::ViewWriter view;
  const auto write = [&](int a, int b) {
    view.clear(false);
    view.member("a", a);
    view.member("b", b);
  };
  const auto diff = [&] {
    std::string patch;
    feed.diff(view, patch);
    return patch;
  };
  write(1, 2);
  EXPECT_EQ(diff(), R"("a":1,"b":2)");
  EXPECT_EQ(diff(), "");
  write(1, 3);
  EXPECT_EQ(diff(), R"("b":3)");
  write(5, 3);
  EXPECT_FALSE(feed.join_with(view));  // a newcomer has a = 5, the others 1 …
  write(1, 3);
  EXPECT_EQ(diff(), R"("a":1)");  // … and it goes back: the newcomer must hear it
  EXPECT_TRUE(feed.join_with(view));
  feed.clear();
  EXPECT_EQ(diff(), R"("a":1,"b":3)");
}

TEST(Feed, ChangesAreMembersThatAreNotTheSame) {
  rules::ViewWriter before;
  rules::ViewWriter now;
  const auto write = [](rules::ViewWriter& view, int a, std::string_view b) {
    view.clear(false);
    view.member("a", a);
    view.member("b", b);
  };
  write(before, 1, "x");
  write(now, 1, "y");
  std::string patch;
  append_changes(before, now, patch);
  EXPECT_EQ(patch, R"("b":"y")");
  EXPECT_NE(before.hash(), now.hash());
  write(before, 1, "y");
  EXPECT_EQ(before.hash(), now.hash());
  before.clear(false);
  patch = "{";
  append_changes(before, now, patch);
  EXPECT_EQ(patch, R"({"a":1,"b":"y")");
  patch.clear();
  append_nulls(now, patch);
  EXPECT_EQ(patch, R"("a":null,"b":null)");
}

// ---- event log and replay ---------------------------------------------------------------------

rules::Table three() {
  rules::Table table;
  for (const char* id : {"1", "2", "bot_1"}) {
    rules::SeatInfo seat;
    seat.id = std::string_view(id);
    seat.name = std::string_view(id);
    seat.bot = id[0] == 'b';
    table.seats.push_back(seat);
  }
  return table;
}

TEST(Replay, FoldsToTheSameBytesAtAnyPoint) {
  base::JsonParser parser(4096);
  rules::Effects effects;
  OpenMatch open;
  MatchRun run(open, test::counter(), base::MatchId{1, 2}, 0xfedcba9876543210ull, log_bytes_max);
  run.open_in(open);
  open.table = three();
  run.start(open, {rules::Settings{}, 3, 0xffffffffffffffffull}, effects);
  for (int i = 0; i < 12; ++i) {
    run.tick(open, effects);
    const auto payload = parser.parse(R"({"by":17,"x":1.25e-3,"s":"a\"b"})");
    ASSERT_TRUE(run.input(open, {Seat{1}, "ADD", *payload, 250}, effects).has_value());
    if (i == 4) run.leave(open, {Seat{0}, rules::Leave::Why::bot}, effects);
    if (i == 7) run.join(open, Seat{0}, effects);
    const auto replayed = replay(test::counter(), run.log_text(three()));
    ASSERT_TRUE(replayed.has_value()) << replayed.error().sentence();
    EXPECT_TRUE(std::ranges::equal(replayed->state, open.state_bytes()));
    EXPECT_EQ(replayed->table.name(Seat{2}), "bot_1");
    EXPECT_FALSE(replayed->outcome.has_value());
  }
}

TEST(EventLog, AnEventIsAFewBytesAndItsLineIsWhole) {
  base::JsonParser parser(4096);
  const rules::GameInfo& game = test::Counter::info();
  std::string scratch;
  EventLog log(1000);
  log.add(0, rules::Join{Seat{9}});
  log.add(130, rules::Leave{Seat{1}, rules::Leave::Why::abandoned});
  EXPECT_EQ(log.size(), 2U + 3U);
  const auto payload = parser.parse(R"({ "by" : 5.0 })");
  log.add(131, {Seat{2}, "ADD", *payload, 999}, game, scratch);
  EXPECT_EQ(log.size(), 5U + 6U + 10U);
  log.add(131, {Seat{2}, "OF_ANOTHER_GAME", *payload, 70'000}, game, scratch);
  log.end(300);
  log.add(301, rules::Join{Seat{0}});  // nothing comes after the end
  const rules::Table table = three();
  const std::string text = log.text({game, 7, {}, table});
  EXPECT_THAT(text, HasSubstr(R"({"k":0,"join":9}
{"k":130,"leave":1,"why":"abandoned"}
{"k":131,"in":2,"type":"ADD","ms":999,"p":{"by":5.0}}
{"k":131,"in":2,"type":"OF_ANOTHER_GAME","ms":70000,"p":{"by":5.0}}
{"k":300,"end":true}
)"));
}

TEST(EventLog, WhatDoesNotFitMarksIt) {
  const rules::GameInfo& game = test::Counter::info();
  EventLog log(5);
  log.add(1, rules::Join{Seat{0}});
  log.add(2, rules::Join{Seat{0}});
  EXPECT_FALSE(log.truncated());
  log.add(3, rules::Join{Seat{0}});
  EXPECT_TRUE(log.truncated());
  log.end(4);
  const std::string text = log.text({game, 7, {}, three()});
  EXPECT_THAT(text, HasSubstr("{\"k\":2,\"join\":0}\n{\"k\":3,\"truncated\":true}\n"));
  EventLog none(0);
  none.add(1, rules::Join{Seat{0}});
  EXPECT_FALSE(none.truncated());
  EXPECT_EQ(none.text({game, 7, {}, three()}), "");
}

TEST(Replay, RefusesWhatIsNoLog) {
  rules::Effects effects;
  OpenMatch open;
  MatchRun run(open, test::counter(), {}, 1, log_bytes_max);
  run.open_in(open);
  open.table = three();
  run.start(open, {}, effects);
  const std::string head = run.log_text(three());
  struct Case {
    std::string log;
    std::string why;
  };
  std::string other = head;
  other.replace(other.find("counter"), 7, "another");
  const std::vector<Case> cases = {
      {"", "empty"},
      {"x\n", "Line 1"},
      {"{}\n", "no head"},
      {other, "another game"},
      {head + "[]\n", "no JSON object"},
      {head + "{}\n", "wrong k"},
      {head + "{\"k\":-1,\"join\":0}\n", "wrong k"},
      {head + "{\"k\":99999,\"join\":0}\n", "wrong k"},
      {head + "{\"k\":0,\"join\":3}\n", "no event"},
      {head + "{\"k\":0,\"leave\":1,\"why\":\"bored\"}\n", "why"},
      {head + "{\"k\":0,\"in\":1,\"type\":\"ADD\",\"ms\":0}\n", "whole input"},
      {head + "{\"k\":0,\"in\":1,\"type\":\"ADD\",\"ms\":99999999999,\"p\":{}}\n", "whole input"},
      {head + "{\"k\":1,\"end\":true}\n", "goes on"},
      {head + "{\"k\":35,\"join\":0}\n", "after the end"},
  };
  for (const Case& one : cases) {
    const auto result = replay(test::counter(), one.log);
    ASSERT_FALSE(result.has_value()) << one.log;
    EXPECT_EQ(result.error().code, ErrorCode::malformed);
    EXPECT_THAT(result.error().message, HasSubstr(one.why)) << one.log;
  }
  EXPECT_EQ(replay(test::counter(), head + "{\"k\":30,\"end\":true}\n")->ticks, 30u);
}

TEST(MatchRun, ThatDoesNotEndInTimeIsABrokenRule) {
  struct Endless : test::Counter {
    static base::Result<> apply(State&, const rules::Event&, rules::Ctx&) { return {}; }
  };
  static const rules::GameOf<Endless> game;
  rules::Effects effects;
  OpenMatch open;
  MatchRun run(open, game, {}, 1, 0);
  run.open_in(open);
  open.table = three();
  run.start(open, {}, effects);
  EXPECT_TRUE(run.log_text(three()).empty());
  for (int i = 1; i < 40; ++i) run.tick(open, effects);
  EXPECT_THROW(run.tick(open, effects), base::RuleViolation);
}

// ---- the room itself --------------------------------------------------------------------------

class Ears final : public Outbox {
 public:
  void send(Targets to, std::string_view json, Kind) override { heard.emplace_back(to, json); }
  void close(Place place, wire::Close code, std::string_view) override {
    closed.emplace_back(place, code);
  }
  void places_open() override { ++opened; }

  std::vector<std::pair<Targets, std::string>> heard;
  std::vector<std::pair<Place, wire::Close>> closed;
  int opened = 0;
};

struct Fixture {
  explicit Fixture(bool matchmade = false) {
    RoomSpec spec;
    spec.id = base::RoomId{1};
    spec.game = &test::counter();
    spec.matchmade = matchmade;
    spec.creator = UserId{2};
    room = std::move(*Room::make(spec, {}, base::UnixMs{0}, 1, Fresh{1, {1, 1}}));
  }
  base::Result<> say(Place place, std::string_view type, std::string_view payload) {
    return room->on_message(turn, place, type, *parser.parse(payload), 0);
  }
  base::JsonParser parser{4096};
  Ears ears;
  Scratch scratch;
  Turn turn{base::UnixMs{5000}, ears, scratch};
  std::unique_ptr<Room> room;
};

TEST(Room, ThoseWhoHearTheSameHearOneText) {
  Fixture f;
  std::vector<Place> places;
  for (int user = 1; user <= 4; ++user) places.push_back(f.room->sit(f.turn, person(user, "p")));
  f.room->watch(wire::Role::screen);
  ASSERT_TRUE(f.say(places[1], "START", "{}").has_value());  // the creator is host
  f.room->flush(f.turn);
  f.ears.heard.clear();
  ASSERT_TRUE(f.say(places[0], "ADD", R"({"by":1})").has_value());
  f.room->flush(f.turn);
  // The event to all; STATE: one text for whom nothing private changed, one for the one who added.
  ASSERT_EQ(f.ears.heard.size(), 3u);
  EXPECT_EQ(f.ears.heard[0].first, Targets::all());
  std::uint16_t together = Targets::live_bit;
  for (int i = 1; i < 4; ++i) together |= Targets::of(places[static_cast<std::size_t>(i)]).bits;
  EXPECT_EQ(f.ears.heard[1].first, Targets::of(places[0]));
  EXPECT_EQ(f.ears.heard[2].first.bits, together);
  f.ears.heard.clear();
  f.room->tick(f.turn, base::UnixMs{1000});
  ASSERT_EQ(f.ears.heard.size(), 1u);  // one TICK for all
  EXPECT_THAT(f.ears.heard[0].second, HasSubstr(R"("type":"TICK")"));
}

TEST(Room, TheCreatorIsHostWhenHeComes) {
  Fixture f;
  const Place first = f.room->sit(f.turn, person(1, "a"));
  EXPECT_EQ(f.room->card().host, "a");
  f.room->sit(f.turn, person(2, "b"));
  EXPECT_EQ(f.room->card().host, "b");
  EXPECT_EQ(f.say(first, "START", "{}").error().code, ErrorCode::not_host);
}

TEST(Room, AClosedRoomDoesNothing) {
  Fixture f;
  const Place place = f.room->sit(f.turn, person(1, "a"));
  f.room->close(wire::Close::room_closed, "enough");
  EXPECT_TRUE(f.room->closed());
  EXPECT_FALSE(f.say(place, "READY", "{}").has_value());
  f.room->tick(f.turn, base::UnixMs{1000});
  f.room->flush(f.turn);
  EXPECT_TRUE(f.ears.heard.empty());
  EXPECT_EQ(f.room->check(UserId{5}, wire::Role::player).error().code, ErrorCode::room_not_found);
}

TEST(Room, TooManyExpectedPeopleAreRefused) {
  RoomSpec spec;
  spec.game = &test::counter();
  spec.matchmade = true;
  for (int user = 1; user <= 9; ++user) spec.expected.push_back(UserId{user});
  EXPECT_EQ(Room::make(spec, {}, {}, 1, {}).error().code, ErrorCode::invalid_input);
  spec.expected.resize(8);
  const auto room = Room::make(spec, {}, {}, 1, {});
  ASSERT_TRUE(room.has_value());
  EXPECT_EQ((*room)->card().seats, 8);  // the default of this game is six
}

}  // namespace
}  // namespace whoosh::room
