// Goal: people's ways through a room, end to end without sockets: admission, seats, phases, kicks,
// talk, time. Method: a World (virtual time, seeded entropy) with clients that read every frame;
// sentences as tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "room/replay.h"
#include "shard/test_world.h"
#include "shard/used_tickets.h"

namespace whoosh::shard {
namespace {

using test::World;
using wire::Close;
using wire::Role;

constexpr std::int64_t ada = 17, bob = 18, eve = 19, dan = 20;

struct Table {  // a private room with three people, Ada host
  explicit Table(World& world) : room(world.make(7)) {
    a = world.join(room, ada);
    b = world.join(room, bob);
    e = world.join(room, eve);
  }
  RoomId room;
  ConnId a, b, e;
};

// ---- welcome ----------------------------------------------------------------------------------

TEST(Shard, WelcomesWithRoleSeatAndAnEmptyStateWhileWaiting) {
  World world;
  const RoomId room = world.make(7);
  const ConnId a = world.join(room, ada);
  const auto& messages = world.at(a).messages;
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].type, "WELCOME");
  EXPECT_EQ(messages[1].type, "ROOM");
  const auto& welcome = world.at(a).last("WELCOME");
  EXPECT_EQ(welcome.text("code"), "BRTK");
  EXPECT_EQ(welcome.text("role"), "player");
  EXPECT_EQ(welcome.at("you").text("id"), "17");
  EXPECT_EQ(welcome.at("you").number("seat"), 0);
  EXPECT_TRUE(welcome.at("state").members.empty());
  EXPECT_EQ(world.at(a).resume.size(), 22u);
  world.pass_s(2);
  EXPECT_EQ(world.at(a).count("TICK"), 2u);
  EXPECT_EQ(world.at(a).last("TICK").text("phase"), "WAITING");
}

TEST(Shard, NoTicksForWhoOptedOut) {
  World world;
  const RoomId room = world.make(7);
  Admission quiet = world.admission(room, ada);
  quiet.wants_ticks = false;
  ASSERT_TRUE(world.shard.admit(quiet).has_value());
  world.pass_s(20);
  EXPECT_EQ(world.at(quiet.conn).count("TICK"), 0u);
  EXPECT_EQ(world.at(quiet.conn).count("WELCOME"), 1u);
}

// ---- admission --------------------------------------------------------------------------------

TEST(Shard, RefusesInTheProtocolsOrder) {
  World world;
  wire::SettingsChange small;
  small.max_seats = 3;
  small.audience = false;
  const RoomId room = world.make(7, false, {}, small);
  const auto code = [&](const Admission& in) {
    const auto role = world.shard.check(in);
    return role ? std::string("ok") : std::string(base::error_name(role.error().code));
  };
  EXPECT_EQ(code(world.admission(RoomId{99}, ada)), "room_not_found");
  Admission forged = world.admission(room, ada);
  forged.resume = "AAAAAAAAAAAAAAAAAAAAAA";
  EXPECT_EQ(code(forged), "bad_resume");
  forged.resume = "no base64url!";
  EXPECT_EQ(code(forged), "bad_resume");
  Admission ticket = world.admission(room, ada);
  ticket.ticket = "t1";
  ticket.ticket_expires = world.clock.now().plus_s(60);
  EXPECT_EQ(code(ticket), "ok");
  ASSERT_TRUE(world.shard.admit(ticket).has_value());
  Admission again = world.admission(room, bob);
  again.ticket = "t1";
  again.ticket_expires = ticket.ticket_expires;
  EXPECT_EQ(code(again), "bad_ticket");
  again.ticket = std::string(65, 'x');
  EXPECT_EQ(code(again), "bad_ticket");
  world.join(room, bob);
  EXPECT_EQ(code(world.admission(room, eve, Role::spectator)), "forbidden");
  world.join(room, eve);
  EXPECT_EQ(code(world.admission(room, dan)), "room_full");
  EXPECT_EQ(code(world.admission(room, eve)), "ok");  // has a seat
  EXPECT_EQ(code(world.admission(room, 0)), "unauthorized");
  EXPECT_EQ(world.shard.counters().admission_refused.at(base::ErrorCode::bad_ticket), 2u);
}

TEST(Shard, LockedStartedAndFullRoomsTakeAnAudience) {
  World world;
  Table table(world);
  world.say(table.a, "SETTINGS", R"({"locked":true})");
  EXPECT_EQ(world.shard.check(world.admission(table.room, dan)).value(), Role::audience);
  world.say(table.a, "SETTINGS", R"({"audience":false})");
  EXPECT_EQ(world.shard.check(world.admission(table.room, dan)).error().code,
            base::ErrorCode::room_locked);
  world.say(table.a, "SETTINGS", R"({"locked":false})");
  world.say(table.a, "START", "{}");
  EXPECT_EQ(world.shard.check(world.admission(table.room, dan)).error().code,
            base::ErrorCode::room_started);
  EXPECT_EQ(world.shard.check(world.admission(table.room, ada)).value(), Role::player);
}

TEST(Shard, UsedTicketsAreRememberedForTheirWholeLifeAndForgottenAfterwards) {
  UsedTickets used;
  const UnixMs now{1'000'000};
  used.add("a", now.plus_s(60), now);
  EXPECT_TRUE(used.contains("a"));
  EXPECT_FALSE(used.full(now.plus_s(89)));
  EXPECT_TRUE(used.contains("a"));
  EXPECT_FALSE(used.full(now.plus_s(60 + 91)));
  EXPECT_FALSE(used.contains("a"));
  for (std::size_t i = 0; i < used_tickets_max; ++i)
    used.add(std::to_string(i), now.plus_s(60), now);
  EXPECT_TRUE(used.full(now.plus_s(10)));
  EXPECT_FALSE(used.full(now.plus_s(200)));
}

TEST(Shard, LimitsOfRoomsAndSessionsAnswerUnavailable) {
  Options options;
  options.rooms = 1;
  options.sessions = 2;
  World world(1, options);
  const RoomId room = world.make(7);
  RoomSpec second;
  second.id = RoomId{8};
  second.game = &room::test::counter();
  EXPECT_EQ(world.shard.create_room(second).error().code, base::ErrorCode::unavailable);
  world.join(room, ada);
  world.join(room, bob);
  EXPECT_EQ(world.shard.check(world.admission(room, eve)).error().code,
            base::ErrorCode::unavailable);
  EXPECT_EQ(world.shard.check_lobby().error().code, base::ErrorCode::unavailable);
  EXPECT_TRUE(world.shard.check(world.admission(room, bob)).has_value()) << "who has a seat";
}

TEST(Shard, TheAudienceIsBoundedAndScreensAreTwo) {
  Options options;
  options.audience = 2;
  World world(1, options);
  const RoomId room = world.make(7);
  world.join(room, 101, Role::audience);
  world.join(room, 102, Role::spectator);
  EXPECT_EQ(world.shard.check(world.admission(room, 103, Role::audience)).error().code,
            base::ErrorCode::room_full);
  world.join(room, 1, Role::screen);
  world.join(room, 1, Role::screen);
  EXPECT_EQ(world.shard.check(world.admission(room, 1, Role::screen)).error().code,
            base::ErrorCode::room_full);
  EXPECT_EQ(world.shard.card(room)->audience, 2);
}

TEST(Shard, BadSettingsOfANewRoomNameTheirFields) {
  World world;
  RoomSpec spec;
  spec.id = RoomId{1};
  spec.game = &room::test::counter();
  spec.settings.max_seats = 2;
  spec.settings.pace = "warp";
  const auto made = world.shard.create_room(spec);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, base::ErrorCode::invalid_input);
  EXPECT_EQ(made.error().fields.size(), 2u);
}

// ---- connections ------------------------------------------------------------------------------

TEST(Shard, ANewerConnectionReplacesTheOlderOne) {
  World world;
  Table table(world);
  const ConnId second = world.join(table.room, ada);
  EXPECT_EQ(world.at(table.a).closed, Close::replaced);
  EXPECT_EQ(world.at(second).last("WELCOME").at("you").number("seat"), 0);
  world.drop(table.a);  // net's late word changes nothing
  world.pass_s(5);
  EXPECT_EQ(world.shard.counters().players, 3u);
  EXPECT_EQ(world.at(table.b).last("ROOM").at("players").scalar.find(R"("connected":false)"),
            std::string::npos);
}

TEST(Shard, TheResumeTokenGivesTheSeatBack) {
  World world;
  Table table(world);
  world.say(table.a, "START", "{}");
  const auto before = world.at(table.b).state;
  world.drop(table.b);
  Admission back = world.admission(table.room, 0);
  back.resume = world.at(table.b).resume;
  ASSERT_TRUE(world.shard.check(back).has_value());
  ASSERT_TRUE(world.shard.admit(back).has_value());
  EXPECT_EQ(world.at(back.conn).id, "18");
  EXPECT_EQ(world.at(back.conn).state.at("secret"), before.at("secret"));
}

TEST(Shard, AwayIsShownAfterThreeSecondsAndABotPlaysLaterUntilTheOwnerIsBack) {
  World world;
  Table table(world);
  world.say(table.a, "START", "{}");
  world.drop(table.b);
  world.pass_s(2);
  EXPECT_EQ(world.at(table.a).state.at("away").scalar, "[false,false,false,false,false]");
  world.pass_s(2);
  EXPECT_EQ(world.at(table.a).state.at("away").scalar, "[false,true,false,false,false]");
  EXPECT_NE(world.at(table.a).last("ROOM").at("players").scalar.find(R"("connected":false)"),
            std::string::npos);
  const ConnId again = world.join(table.room, bob);
  EXPECT_EQ(world.at(again).state.at("away").scalar, "[false,false,false,false,false]");
  EXPECT_EQ(world.at(table.a).state.at("away").scalar, "[false,false,false,false,false]");
}

TEST(Shard, AMatchmadeSeatGoesToABotAfterAMinuteAway) {
  // The match of this game is shorter than that: while waiting and in results the clock runs, too.
  World world;
  const RoomId room = world.make(7, true, {UserId{ada}, UserId{bob}});
  const ConnId a = world.join(room, ada);
  const ConnId b = world.join(room, bob);
  world.drop(b);
  world.pass_s(1);
  EXPECT_EQ(world.phase(room), "waiting");  // Bob is missing
  world.pass_s(15);
  EXPECT_EQ(world.phase(room), "waiting");  // one human alone does not start
  world.pass_s(15);
  EXPECT_EQ(world.phase(room), "playing");  // but is not left alone for ever
  EXPECT_EQ(world.at(a).state.at("adds").members.size(), 4u);
  world.pass_s(28);
  EXPECT_EQ(world.at(a).state.at("bots").scalar, "[false,false,true,true]");
}

TEST(Shard, SlowViewersMissUpdatesAndGetTheWholeViewLater) {
  World world;
  Table table(world);
  world.say(table.a, "START", "{}");
  world.stuck[table.b.value] = true;
  world.say(table.a, "ADD", R"({"by":5})");
  world.pass_s(7);
  world.say(table.a, "ADD", R"({"by":6})");
  EXPECT_EQ(world.shard.counters().overflows, 1u);
  EXPECT_GT(world.shard.counters().dropped, 5u);
  world.stuck.clear();
  world.shard.on_drained(table.b);
  world.shard.flush();
  EXPECT_EQ(world.at(table.b).state.number("sum"), 11);
  world.say(table.a, "ADD", R"({"by":1})");
  world.pass_s(7);
  EXPECT_EQ(world.at(table.b).state.number("sum"), 12);
  EXPECT_EQ(world.at(table.b).gaps, 0u);
}

TEST(Shard, ExpiredTokensCloseOnlyBetweenMatches) {
  World world;
  const RoomId room = world.make(7);
  Admission in = world.admission(room, ada);
  in.token_expires = world.clock.now().plus_s(5);
  ASSERT_TRUE(world.shard.admit(in).has_value());
  world.say(in.conn, "START", "{}");
  ASSERT_EQ(world.phase(room), "playing");
  world.pass_s(29);
  EXPECT_FALSE(world.at(in.conn).closed.has_value());
  world.pass_s(15);
  EXPECT_EQ(world.at(in.conn).closed, Close::token_expired);
}

TEST(Shard, LobbyConnectionsHearNotificationsAndAreOnePerUser) {
  World world;
  world.shard.admit_lobby(ConnId{900}, {UserId{ada}, "Ada", "", false});
  EXPECT_EQ(world.clients[900].last("WELCOME").at("you").text("name"), "Ada");
  EXPECT_EQ(world.clients[900].last("WELCOME").members.count("room"), 0u);
  EXPECT_TRUE(world.shard.notify(UserId{ada}, R"({"type":"MATCH_FOUND","payload":{}})"));
  EXPECT_EQ(world.clients[900].count("MATCH_FOUND"), 1u);
  EXPECT_FALSE(world.shard.notify(UserId{bob}, "{}"));
  world.shard.admit_lobby(ConnId{901}, {UserId{ada}, "Ada", "", false},
                          world.clock.now().plus_s(5));
  EXPECT_EQ(world.clients[900].closed, Close::replaced);
  world.say(ConnId{901}, "READY", "{}");
  EXPECT_EQ(world.error_of(ConnId{901}), "phase");
  world.pass_s(30);
  EXPECT_EQ(world.clients[901].closed, Close::token_expired);
  EXPECT_EQ(world.shard.counters().lobby, 0u);
}

// ---- messages ---------------------------------------------------------------------------------

struct TextCase {
  std::string text;
  std::string answer;  // error code, or the type of the answer
};

TEST(Shard, AnswersEveryText) {
  const std::vector<TextCase> cases = {
      {"", "bad_message"},
      {"[]", "bad_message"},
      {"{}", "bad_message"},
      {R"({"type":1})", "bad_message"},
      {R"({"type":"PING","payload":3})", "bad_message"},
      {R"({"type":"PING","id":3})", "bad_message"},
      {R"({"type":"PING","id":")" + std::string(65, 'i') + R"("})", "bad_message"},
      {R"({"type":"PING","type":"PONG"})", "bad_message"},
      {R"({"type":"NOPE","payload":{}})", "unknown_type"},
      {R"({"type":"EVENT_SAID","payload":{}})", "unknown_type"},
      {R"({"type":"ADD","payload":{"by":1}})", "phase"},
      {R"({"type":"READY","payload":{"ready":"yes"}})", "bad_payload"},
      {R"({"type":"CHAT","payload":{}})", "bad_payload"},
      {R"({"type":"CHAT","payload":{"text":"  "}})", "bad_payload"},
      {R"({"type":"CHAT","payload":{"text":")" + std::string(201, 'x') + R"("}})", "too_long"},
      {R"({"type":"EMOTE","payload":{"emote":"spit"}})", "bad_payload"},
      {R"({"type":"KICK","payload":{"target":"404"}})", "target"},
      {R"({"type":"KICK","payload":{"target":"17"}})", "target"},
      {R"({"type":"REMATCH"})", "phase"},
      {R"({"type":"SETTINGS","payload":{"pace":"warp"}})", "bad_payload"},
      {R"({"type":"CHAT","payload":{"text":"hi"},"x":")" + std::string(5000, 'x') + R"("})",
       "too_long"},
      {R"({"type":"DRAW","payload":{"x":")" + std::string(5000, 'x') + R"("}})", "phase"},
      {R"({"type":"PING","payload":{"t":[1,2]}})", "PONG"},
      {R"({"type":"SYNC"})", "WELCOME"},
      {R"({"type":"READY"})", "ROOM"},
      {R"({"type":"CHAT","payload":{"text":"hi"}})", "EVENT_CHAT"},
      {R"({"type":"EMOTE","payload":{"emote":"wave"}})", "EVENT_EMOTE"},
      {R"({"type":"SETTINGS","payload":{"max_seats":4}})", "ROOM"},
  };
  for (const TextCase& one : cases) {
    World world;
    const RoomId room = world.make(7);
    const ConnId a = world.join(room, ada);
    world.at(a).messages.clear();
    world.say(a, one.text);
    const auto& heard = world.at(a);
    ASSERT_FALSE(heard.messages.empty()) << one.text;
    if (one.answer.find('_') != std::string::npos && one.answer[0] >= 'a') {
      EXPECT_EQ(world.error_of(a), one.answer) << one.text;
    } else if (heard.count("ERROR") != 0) {
      EXPECT_EQ(world.error_of(a), one.answer) << one.text;
    } else {
      EXPECT_EQ(heard.count(one.answer), 1u) << one.text;
    }
  }
}

TEST(Shard, TheIdComesBackWhereverItWasGiven) {
  World world;
  const RoomId room = world.make(7);
  const ConnId a = world.join(room, ada);
  world.say(a, "READY", "{}", "r1");
  EXPECT_EQ(world.at(a).last("ACK").text("id"), "r1");
  world.say(a, "NOPE", "{}", "r2");
  EXPECT_EQ(world.at(a).last("ERROR").text("id"), "r2");
  world.say(a, "PING", R"({"t":"x"})", "r3");
  EXPECT_EQ(world.at(a).last("PONG").text("t"), "x");
  EXPECT_EQ(world.at(a).last("PONG").text("id"), "r3");
  EXPECT_EQ(world.at(a).last("ACK").text("id"), "r3");
  world.say(a, "LEAVE", "{}", "r4");
  EXPECT_EQ(world.at(a).last("ACK").text("id"), "r4");
  EXPECT_EQ(world.at(a).closed, Close::left);
}

TEST(Shard, TenWrongMessagesInTenSecondsClose) {
  World world;
  Table table(world);
  for (int i = 0; i < 9; ++i) world.say(table.a, "junk");
  world.pass_s(11);
  for (int i = 0; i < 9; ++i) world.say(table.a, "junk");
  EXPECT_FALSE(world.at(table.a).closed.has_value());
  world.say(table.a, "junk");
  EXPECT_EQ(world.at(table.a).closed, Close::policy);
  EXPECT_EQ(world.shard.counters().closed_wrong, 1u);
  world.join(table.room, ada);  // the seat is still hers
  EXPECT_EQ(world.shard.card(table.room)->players, 3);
}

TEST(Shard, RefusedMovesAreNotWrong) {
  World world;
  Table table(world);
  for (int i = 0; i < 15; ++i) world.say(table.a, "ADD", R"({"by":1})");
  EXPECT_EQ(world.error_of(table.a), "phase");
  EXPECT_FALSE(world.at(table.a).closed.has_value());
}

TEST(Shard, TwentyMessagesASecondAreEnough) {
  World world;
  Table table(world);
  for (int i = 0; i < 20; ++i) world.say(table.a, "PING", "{}");
  EXPECT_EQ(world.at(table.a).count("PONG"), 20u);
  world.say(table.a, "PING", "{}", "late");
  EXPECT_EQ(world.error_of(table.a), "rate");
  EXPECT_EQ(world.at(table.a).last("ERROR").text("id"), "late");
  world.pass_s(1);
  world.say(table.a, "PING", "{}");
  EXPECT_EQ(world.at(table.a).count("PONG"), 21u);
}

TEST(Shard, ChatIsFiveInABurstThenOneASecondAndEmotesOneASecond) {
  World world;
  Table table(world);
  for (int i = 0; i < 6; ++i) world.say(table.a, "CHAT", R"({"text":"hello"})");
  EXPECT_EQ(world.at(table.b).count("EVENT_CHAT"), 5u);
  EXPECT_EQ(world.error_of(table.a), "rate");
  EXPECT_EQ(world.at(table.b).last("EVENT_CHAT").text("name"), "P17");
  world.say(table.b, "EMOTE", R"({"emote":"fire"})");
  world.say(table.b, "EMOTE", R"({"emote":"fire"})");
  EXPECT_EQ(world.at(table.a).count("EVENT_EMOTE"), 1u);
  world.pass_s(1);
  world.say(table.b, "EMOTE", R"({"emote":"fire"})");
  EXPECT_EQ(world.at(table.a).count("EVENT_EMOTE"), 2u);
}

TEST(Shard, TheRoomsFilterHoldsForChatAndForNames) {
  World world;
  Table table(world);
  world.say(table.a, "CHAT", R"({"text":"what a SH1T show"})");
  EXPECT_EQ(world.error_of(table.a), "filter");
  EXPECT_EQ(world.at(table.b).count("EVENT_CHAT"), 0u);
  world.say(table.a, "SETTINGS", R"({"filter":"none"})");
  world.say(table.a, "CHAT", R"({"text":"what a SH1T show"})");
  EXPECT_EQ(world.at(table.b).count("EVENT_CHAT"), 1u);

  World second;
  Admission rude = second.admission(second.make(7), 77);
  rude.who.name = "fucker";
  ASSERT_TRUE(second.shard.admit(rude).has_value());
  EXPECT_EQ(second.at(rude.conn).last("WELCOME").at("you").text("name"), "Player");
}

TEST(Shard, WatchersMayOnlyWatch) {
  World world;
  Table table(world);
  const ConnId screen = world.join(table.room, 50, Role::screen);
  world.say(screen, "START", "{}");
  EXPECT_EQ(world.error_of(screen), "not_a_player");
  world.say(screen, "ADD", "{}");
  EXPECT_EQ(world.error_of(screen), "not_a_player");
  world.say(screen, "LEAVE", "{}");
  EXPECT_EQ(world.at(screen).closed, Close::left);
}

TEST(Shard, MillisecondsIntoTheTickAreThoseOfTheGamesSecond) {
  Options options;
  options.tick_ms = 20;
  World world(1, options);
  Table table(world);
  world.say(table.a, "START", "{}");
  while (world.at(table.a).last("TICK").number("elapsed") < 2) {
    world.clock.advance_ms(1);
    world.shard.run_due();
  }
  world.clock.advance_ms(10);
  world.say(table.a, "LATE", "{}");
  EXPECT_NEAR(static_cast<double>(world.at(table.a).last("EVENT_LATE").number("ms")), 500, 50);
  EXPECT_EQ(world.at(table.a).last("WELCOME").text("tick_hz"), "50");
}

}  // namespace
}  // namespace whoosh::shard
