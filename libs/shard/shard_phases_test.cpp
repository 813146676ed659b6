// Goal: the life of a room: waiting, matches, results, rematches, hosts, kicks, ends; and the
// shard's time. Method: as shard_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "room/replay.h"
#include "shard/test_world.h"

namespace whoosh::shard {
namespace {

using test::World;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using wire::Close;
using wire::Role;

constexpr std::int64_t ada = 17, bob = 18, eve = 19, dan = 20;

struct Table {
  explicit Table(World& world) : room(world.make(7)) {
    a = world.join(room, ada);
    b = world.join(room, bob);
    e = world.join(room, eve);
  }
  RoomId room;
  ConnId a, b, e;
};

// ---- one match --------------------------------------------------------------------------------

TEST(Phases, OneMatchFromStartToTheNextWaiting) {
  World world;
  Table table(world);
  const std::int64_t started = world.clock.now().value;
  world.say(table.b, "START", "{}");
  EXPECT_EQ(world.error_of(table.b), "not_host");
  world.say(table.a, "START", "{}");
  EXPECT_EQ(world.phase(table.room), "playing");
  const auto& state = world.at(table.b).state;
  EXPECT_EQ(state.at("adds").members.size(), 5u);  // two bots
  EXPECT_EQ(state.at("clock").text("phase"), "EARLY");
  EXPECT_NEAR(static_cast<double>(state.at("clock").number("started_at") - started), 0, 1000);
  EXPECT_EQ(state.at("clock").number("ends_at"), state.at("clock").number("started_at") + 10'000);
  world.say(table.b, "ADD", R"({"by":7})");
  EXPECT_EQ(world.at(table.a).last("EVENT_SAID").text("text"), "P18 added");
  world.say(table.b, "TELL", "{}");
  EXPECT_THAT(world.at(table.b).last("EVENT_SAID").text("text"), HasSubstr("secret"));
  EXPECT_THAT(world.at(table.a).last("EVENT_SAID").text("text"), HasSubstr("added"));
  world.say(table.a, "START", "{}");
  EXPECT_EQ(world.error_of(table.a), "room_started");
  world.pass_s(12);
  const auto& tick = world.at(table.a).last("TICK");
  EXPECT_EQ(tick.text("phase"), "LATE");
  EXPECT_EQ(tick.number("elapsed") + tick.number("remaining"), 30);
  EXPECT_EQ(tick.number("sum"), 7);
  EXPECT_EQ(tick.number("ts"), world.at(table.a).state.at("clock").number("started_at") +
                                   tick.number("elapsed") * 1000);
  world.pass_s(19);
  ASSERT_EQ(world.at(table.a).count("GAME_OVER"), 1u);
  const auto& over = world.at(table.a).last("GAME_OVER");
  EXPECT_EQ(over.text("winner_id"), "18");
  EXPECT_EQ(over.number("sum"), 7);
  EXPECT_THAT(over.at("standings").scalar,
              HasSubstr(R"("id":"18","name":"P18","score":7,"placement":1)"));
  EXPECT_THAT(over.at("standings").scalar, HasSubstr(R"("elo_after":1010,"xp_gained":50)"));
  EXPECT_THAT(over.at("standings").scalar, HasSubstr(R"("id":"bot_1")"));
  EXPECT_EQ(world.phase(table.room), "results");
  EXPECT_EQ(world.at(table.a).last("TICK").text("phase"), "FINISHED");
  world.pass_s(4);
  EXPECT_EQ(world.phase(table.room), "rematch");
  world.pass_s(20);
  EXPECT_EQ(world.phase(table.room), "waiting");
  EXPECT_TRUE(world.at(table.a).state.members.empty());
  EXPECT_EQ(world.shard.card(table.room)->bots, 0);
  EXPECT_EQ(world.at(table.a).gaps + world.at(table.b).gaps + world.at(table.e).gaps, 0u);
}

TEST(Phases, TheRecordNamesEverySeat) {
  World world;
  Table table(world);
  world.say(table.a, "START", "{}");
  world.say(table.e, "ADD", R"({"by":3})");
  world.say(table.b, "LEAVE", "{}");
  EXPECT_EQ(world.at(table.b).closed, Close::left);
  world.pass_s(10);
  world.say(table.a, "END", "{}");
  ASSERT_EQ(world.records.size(), 1u);
  const match::MatchRecord& record = world.records[0];
  EXPECT_EQ(record.game, "counter");
  EXPECT_EQ(record.room, table.room);
  EXPECT_FALSE(record.matchmade);
  EXPECT_EQ(record.played_s, 10);
  ASSERT_EQ(record.seats.size(), 5u);
  EXPECT_EQ(record.seats[1].user.value, bob);
  EXPECT_TRUE(record.seats[1].abandoned);
  EXPECT_EQ(record.seats[2].placement, 1);
  EXPECT_TRUE(record.seats[2].is_winner);
  EXPECT_EQ(record.seats[3].user.value, 0);
  EXPECT_EQ(record.seats[3].public_id, "bot_1");
  EXPECT_EQ(world.shard.counters().matches_finished, 1u);
}

TEST(Phases, GameOverWaitsForTheStoreThreeSecondsAndNotLonger) {
  World world;
  world.settles = false;
  Table table(world);
  world.say(table.a, "START", "{}");
  world.say(table.a, "END", "{}");
  world.pass_s(2);
  EXPECT_EQ(world.at(table.a).count("GAME_OVER"), 0u);
  world.say(table.a, "ADD", "{}");
  EXPECT_EQ(world.error_of(table.a), "phase");
  world.pass_s(2);
  ASSERT_EQ(world.at(table.a).count("GAME_OVER"), 1u);
  EXPECT_THAT(world.at(table.a).last("GAME_OVER").at("standings").scalar,
              HasSubstr(R"("elo_before":null)"));
  world.shard.settled(table.room, world.records[0].id, match::Settlement{});
  world.shard.settled(table.room, MatchId{}, match::Settlement{});
  world.shard.settled(RoomId{404}, MatchId{}, match::Settlement{});
  EXPECT_EQ(world.shard.counters().settlements_late, 3u);
  EXPECT_EQ(world.at(table.a).count("GAME_OVER"), 1u);
}

TEST(Phases, WhoComesBackDuringResultsHearsThem) {
  World world;
  Table table(world);
  world.say(table.a, "START", "{}");
  world.drop(table.b);
  world.say(table.a, "END", "{}");
  const ConnId back = world.join(table.room, bob);
  EXPECT_EQ(world.at(back).count("GAME_OVER"), 1u);
  EXPECT_FALSE(world.at(back).state.members.empty());
}

TEST(Phases, TheLogOfAMatchReplaysByteForByte) {
  World world(5);
  Table table(world);
  world.say(table.a, "START", "{}");
  world.say(table.a, "ADD", R"({"by":5,"note":"\u00e9\n"})");
  world.pass_s(5);
  world.drop(table.b);
  world.say(table.e, "ADD", R"({"by":2000})");  // refused
  world.pass_s(6);
  world.join(table.room, bob);
  world.say(table.e, "LEAVE", "{}");
  world.pass_s(30);
  ASSERT_EQ(world.logs.size(), 1u);
  const auto replayed = room::replay(room::test::counter(), world.logs[0]);
  ASSERT_TRUE(replayed.has_value()) << replayed.error().sentence();
  EXPECT_EQ(replayed->ticks, 30u);
  ASSERT_TRUE(replayed->outcome.has_value());
  room::test::Counter::State state;
  ASSERT_EQ(replayed->state.size(), sizeof state);
  std::memcpy(static_cast<void*>(&state), replayed->state.data(), sizeof state);
  EXPECT_EQ(state.sum, 5);
  EXPECT_EQ(std::to_string(state.secret[0]), world.at(table.a).state.at("secret").scalar);
  EXPECT_TRUE(state.bot[2]);
  EXPECT_FALSE(state.away[1]);
}

TEST(Phases, ABrokenRuleEndsItsRoomOnly) {
  World world;
  Table table(world);
  const RoomId other = world.make(8);
  const ConnId dans = world.join(other, dan);
  world.say(table.a, "START", "{}");
  world.say(table.a, "ADD", R"({"by":1})");
  world.say(table.b, "BOOM", "{}");
  for (const ConnId conn : {table.a, table.b, table.e})
    EXPECT_EQ(world.at(conn).closed, Close::bug);
  EXPECT_THAT(world.broken, HasSubstr("boom"));
  ASSERT_EQ(world.logs.size(), 1u);
  EXPECT_THAT(world.logs[0], HasSubstr(R"("type":"BOOM")"));
  EXPECT_THAT(world.closed_rooms, ElementsAre(table.room));
  EXPECT_EQ(world.shard.counters().rooms_broken, 1u);
  world.pass_s(2);
  EXPECT_EQ(world.at(dans).count("TICK"), 2u);
  EXPECT_EQ(world.shard.counters().sessions, 1u);
}

TEST(Phases, AnOutgrownLogIsMarkedAndTheMatchGoesOn) {
  Options options;
  options.log_bytes = 600;
  World world(1, options);
  Table table(world);
  world.say(table.a, "START", "{}");
  for (int i = 0; i < 20; ++i) {
    world.say(table.a, "ADD", R"({"by":1,"padding":"0123456789012345678901234567890123456789"})");
    world.pass_s(1);
  }
  world.pass_s(15);
  EXPECT_EQ(world.at(table.a).last("GAME_OVER").number("sum"), 20);
  ASSERT_EQ(world.logs.size(), 1u);
  EXPECT_LE(world.logs[0].size(), 1900u);  // as lines it is three times as long
  EXPECT_THAT(world.logs[0], HasSubstr(R"("truncated":true)"));
  EXPECT_EQ(world.shard.counters().logs_truncated, 1u);
  EXPECT_TRUE(room::replay(room::test::counter(), world.logs[0])->truncated);
}

// ---- private rooms ----------------------------------------------------------------------------

TEST(Phases, OnePersonMayTryAGameWithBotsUnlessTheyAreOff) {
  World world;
  const RoomId room = world.make(7);
  const ConnId a = world.join(room, ada);
  world.say(a, "SETTINGS", R"({"bots":"off"})");
  world.say(a, "START", "{}");
  EXPECT_EQ(world.error_of(a), "not_enough_players");
  world.say(a, "SETTINGS", R"({"bots":"fill"})");
  world.say(a, "START", "{}");
  EXPECT_EQ(world.phase(room), "playing");
  EXPECT_EQ(world.shard.card(room)->bots, 4);
  world.say(a, "SETTINGS", R"({"bots":"off"})");
  EXPECT_EQ(world.error_of(a), "phase");
  world.say(a, "CHAT", R"({"text":"psst"})");
  EXPECT_EQ(world.error_of(a), "phase");
}

TEST(Phases, TheHostsPowersMoveAfterTenSecondsAway) {
  World world;
  Table table(world);
  world.drop(table.a);
  world.pass_s(9);
  world.say(table.b, "START", "{}");
  EXPECT_EQ(world.error_of(table.b), "not_host");
  world.pass_s(2);
  const ConnId again = world.join(table.room, ada);
  world.say(again, "START", "{}");
  EXPECT_EQ(world.error_of(again), "not_host");
  world.say(table.b, "START", "{}");
  EXPECT_EQ(world.phase(table.room), "playing");
}

TEST(Phases, WhileWaitingAnAwaySeatIsFreeAfterTwoMinutes) {
  World world;
  Table table(world);
  world.drop(table.b);
  world.pass_s(119);
  EXPECT_EQ(world.shard.card(table.room)->players, 3);
  world.pass_s(2);
  EXPECT_EQ(world.shard.card(table.room)->players, 2);
  Admission back = world.admission(table.room, 0);
  back.resume = world.at(table.b).resume;
  EXPECT_EQ(world.shard.check(back).error().code, base::ErrorCode::bad_resume);
}

TEST(Phases, KickedPeopleStayOutForTheLifeOfTheRoom) {
  World world;
  Table table(world);
  world.say(table.b, "KICK", R"({"target":"19"})");
  EXPECT_EQ(world.error_of(table.b), "not_host");
  world.say(table.a, "KICK", R"({"target":"19"})");
  EXPECT_EQ(world.at(table.e).closed, Close::kicked);
  EXPECT_EQ(world.shard.check(world.admission(table.room, eve)).error().code,
            base::ErrorCode::banned);
  world.say(table.a, "START", "{}");
  world.pass_s(5);
  world.say(table.a, "KICK", R"({"target":"18"})");
  EXPECT_EQ(world.at(table.b).closed, Close::kicked);
  EXPECT_EQ(world.at(table.a).state.at("bots").scalar, "[false,true,true,true,true]");
  world.say(table.a, "KICK", R"({"target":"bot_1"})");
  EXPECT_EQ(world.error_of(table.a), "target");
  world.pass_s(40);
  EXPECT_FALSE(world.records.at(0).seats.at(1).abandoned) << "it was not his decision";
  EXPECT_EQ(world.records.at(0).seats.at(1).played_s, 5) << "and he keeps what he earned so far";
  EXPECT_EQ(world.records.at(0).seats.at(0).played_s, -1);
  EXPECT_EQ(world.shard.counters().kicked, 2u);
}

TEST(Phases, AllSayingAgainStartsAtOnceAndSoDoesTheHost) {
  World world;
  Table table(world);
  world.say(table.a, "START", "{}");
  world.say(table.a, "END", "{}");
  for (const ConnId conn : {table.a, table.b, table.e}) world.say(conn, "REMATCH", "{}");
  EXPECT_EQ(world.phase(table.room), "results");
  world.pass_s(5);
  EXPECT_EQ(world.phase(table.room), "playing");
  world.say(table.a, "END", "{}");
  world.say(table.a, "START", "{}");
  EXPECT_EQ(world.phase(table.room), "playing");
  EXPECT_EQ(world.records.size(), 2u);
  EXPECT_NE(world.records[0].id, world.records[1].id);
  EXPECT_EQ(world.at(table.a).state.at("adds").members.size(), 5u);
  EXPECT_EQ(world.at(table.a).gaps, 0u);
}

TEST(Phases, LatecomersWatchAndSitDownBeforeTheNextMatch) {
  World world;
  Table table(world);
  world.say(table.a, "START", "{}");
  const ConnId late = world.join(table.room, dan);
  EXPECT_EQ(world.at(late).last("WELCOME").text("role"), "audience");
  world.say(table.a, "END", "{}");
  world.say(table.a, "START", "{}");
  EXPECT_EQ(world.at(late).last("WELCOME").text("role"), "player");
  EXPECT_EQ(world.at(late).resume.size(), 22u);
  EXPECT_EQ(world.at(late).state.members.count("secret"), 1u);
  world.say(late, "ADD", R"({"by":9})");
  EXPECT_EQ(world.at(table.a).state.number("sum"), 9);
  EXPECT_EQ(world.at(late).gaps, 0u);
  EXPECT_EQ(world.shard.card(table.room)->players, 4);
}

TEST(Phases, WhoCameToAFullTableSitsDownWhenSomebodyLeavesIt) {
  World world;
  Table table(world);
  world.say(table.a, "SETTINGS", R"({"max_seats":3})");
  const ConnId late = world.join(table.room, dan);
  const ConnId watcher = world.join(table.room, 55, Role::spectator);
  EXPECT_EQ(world.at(late).last("WELCOME").text("role"), "audience");
  world.pass_s(2);
  EXPECT_EQ(world.at(late).last("WELCOME").text("role"), "audience");
  world.say(table.b, "LEAVE", "{}");
  world.pass_s(2);
  EXPECT_EQ(world.at(late).last("WELCOME").text("role"), "player");
  EXPECT_EQ(world.at(watcher).last("WELCOME").text("role"), "spectator")
      << "who only watches stays";
  EXPECT_EQ(world.shard.card(table.room)->players, 3);
}

TEST(Phases, AnEmptyRoomClosesAndAScreenKeepsItOpenLonger) {
  World world;
  const RoomId empty = world.make(7);
  const RoomId screened = world.make(8);
  world.join(screened, ada, Role::screen);
  world.pass_s(119);
  EXPECT_EQ(world.phase(empty), "waiting");
  world.pass_s(3);
  EXPECT_THAT(world.closed_rooms, ElementsAre(empty));
  world.pass_s(1700);
  EXPECT_THAT(world.closed_rooms, ElementsAre(empty, screened));
}

TEST(Phases, WhenAllAreGoneTheMatchIsPlayedOutAndTheRoomCloses) {
  World world;
  Table table(world);
  world.say(table.a, "START", "{}");
  world.drop(table.a);
  world.drop(table.b);
  world.say(table.e, "LEAVE", "{}");
  world.pass_s(40);
  EXPECT_EQ(world.records.size(), 1u);
  EXPECT_THAT(world.closed_rooms, testing::IsEmpty()) << "two of them may be on their way back";
  world.pass_s(160);
  EXPECT_THAT(world.closed_rooms, ElementsAre(table.room));
}

TEST(Phases, FriendsWhosePhonesSleepThroughTheResultsFindTheirRoomAgain) {
  World world;
  Table table(world);
  world.say(table.a, "START", "{}");
  world.say(table.a, "END", "{}");
  world.drop(table.a);
  world.drop(table.b);
  world.say(table.e, "LEAVE", "{}");
  world.pass_s(60);
  EXPECT_EQ(world.phase(table.room), "waiting");
  const ConnId back = world.join(table.room, ada);
  EXPECT_EQ(world.at(back).last("WELCOME").text("role"), "player");
}

TEST(Phases, AClosedRoomTellsItsPeople) {
  World world;
  Table table(world);
  EXPECT_TRUE(world.shard.close_room(table.room, "The operator closed this room.").has_value());
  EXPECT_EQ(world.at(table.b).closed, Close::room_closed);
  EXPECT_EQ(world.shard.close_room(table.room, "again").error().code,
            base::ErrorCode::room_not_found);
  EXPECT_EQ(world.shard.card(table.room).error().code, base::ErrorCode::room_not_found);
}

TEST(Phases, EndingAUserClosesHisConnectionsAndFreesHisSeat) {
  World world;
  Table table(world);
  const ConnId screen = world.join(table.room, bob, Role::screen);
  EXPECT_EQ(world.shard.end_user(UserId{bob}, Close::banned, "This account is banned."), 2u);
  EXPECT_EQ(world.at(table.b).closed, Close::banned);
  EXPECT_EQ(world.at(screen).closed, Close::banned);
  EXPECT_EQ(world.shard.card(table.room)->players, 2);
}

TEST(Phases, FullTakesNobodyNewButLetsPlayersBackIn) {
  World world;
  Table table(world);
  world.shard.set_full(true);
  const auto refused = world.shard.check(world.admission(table.room, dan));
  EXPECT_EQ(refused.error().code, base::ErrorCode::unavailable);
  EXPECT_EQ(refused.error().retry_after_s, full_retry_s);
  EXPECT_EQ(world.shard.check_lobby().error().code, base::ErrorCode::unavailable);
  world.drop(table.b);
  EXPECT_TRUE(world.shard.check(world.admission(table.room, bob)).has_value());
  world.shard.set_full(false);
  EXPECT_TRUE(world.shard.check(world.admission(table.room, dan)).has_value());
  EXPECT_TRUE(world.shard.check_lobby().has_value());
}

TEST(Phases, DrainingTakesNobodyNewButLetsPlayersBackIn) {
  World world;
  Table table(world);
  world.say(table.a, "START", "{}");
  world.shard.set_draining(true);
  EXPECT_EQ(world.shard.check(world.admission(table.room, dan)).error().code,
            base::ErrorCode::draining);
  world.drop(table.b);
  EXPECT_TRUE(world.shard.check(world.admission(table.room, bob)).has_value());
  world.shard.close_all(Close::going_away, "The server stops.");
  EXPECT_EQ(world.at(table.a).closed, Close::going_away);
  EXPECT_EQ(world.shard.counters().rooms, 0u);
  EXPECT_EQ(world.shard.counters().sessions, 0u);
}

// ---- matchmade rooms --------------------------------------------------------------------------

std::vector<UserId> four() {
  return {UserId{ada}, UserId{bob}, UserId{eve}, UserId{dan}};
}

TEST(Phases, AMatchmadeRoomStartsWhenAllAreHereAndHasNoHost) {
  World world;
  const RoomId room = world.make(7, true, four());
  std::vector<ConnId> conns;
  for (const UserId user : four()) conns.push_back(world.join(room, user.value));
  EXPECT_EQ(world.shard.check(world.admission(room, 55)).value(), Role::audience);
  world.say(conns[0], "START", "{}");
  EXPECT_EQ(world.error_of(conns[0]), "not_host");
  world.say(conns[0], "SETTINGS", "{}");
  EXPECT_EQ(world.error_of(conns[0]), "not_host");
  world.pass_s(1);
  EXPECT_EQ(world.phase(room), "playing");
  EXPECT_EQ(world.shard.card(room)->bots, 1);
  world.say(conns[1], "END", "{}");
  EXPECT_TRUE(world.records.at(0).matchmade);
}

TEST(Phases, AMatchmadeRoomWaitsFifteenSecondsForTheMissing) {
  World world;
  const RoomId room = world.make(7, true, four());
  const ConnId a = world.join(room, ada);
  world.join(room, bob);
  world.pass_s(14);
  EXPECT_EQ(world.phase(room), "waiting");
  world.pass_s(2);
  EXPECT_EQ(world.phase(room), "playing");
  EXPECT_EQ(world.shard.card(room)->bots, 2);  // never more bots than people
  EXPECT_EQ(world.at(a).state.at("adds").members.size(), 4u);
}

TEST(Phases, AMatchmadeRoomWithoutAnybodyCloses) {
  World world;
  const RoomId room = world.make(7, true, four());
  world.pass_s(31);
  EXPECT_THAT(world.closed_rooms, ElementsAre(room));
}

TEST(Phases, MatchmadePlayersVoteSomebodyOut) {
  World world;
  const RoomId room = world.make(7, true, four());
  std::vector<ConnId> conns;
  for (const UserId user : four()) conns.push_back(world.join(room, user.value));
  world.pass_s(1);
  world.say(conns[0], "KICK", R"({"target":"20"})");
  EXPECT_EQ(world.at(conns[3]).last("EVENT_KICK_VOTE").number("needed"), 2);
  world.say(conns[0], "KICK", R"({"target":"20"})");
  EXPECT_EQ(world.error_of(conns[0]), "duplicate");
  world.say(conns[1], "KICK", R"({"target":"19"})");
  EXPECT_EQ(world.error_of(conns[1]), "conflict");
  world.say(conns[1], "KICK", R"({"target":"20"})");
  EXPECT_EQ(world.at(conns[3]).closed, Close::kicked);
}

TEST(Phases, AVoteIsForgottenAfterHalfAMinute) {
  World world;
  const RoomId room = world.make(7, true, {UserId{ada}, UserId{bob}, UserId{eve}});
  const ConnId a = world.join(room, ada);
  const ConnId b = world.join(room, bob);
  world.say(a, "KICK", R"({"target":"18"})");  // one against one: no majority
  EXPECT_FALSE(world.at(b).closed.has_value());
  world.pass_s(31);
  world.say(b, "KICK", R"({"target":"17"})");
  EXPECT_EQ(world.at(b).count("ERROR"), 0u);
}

TEST(Phases, WhoseVoteHasFailedWaitsAMinuteBeforeTheNext) {
  World world;
  const RoomId room = world.make(7, true, four());
  std::vector<ConnId> conns;
  for (const UserId user : four()) conns.push_back(world.join(room, user.value));
  world.pass_s(1);
  world.say(conns[0], "KICK", R"({"target":"20"})");
  world.pass_s(31);
  world.say(conns[0], "KICK", R"({"target":"20"})");
  EXPECT_EQ(world.error_of(conns[0]), "rate");
  world.say(conns[0], "KICK", R"({"target":"19"})");
  EXPECT_EQ(world.error_of(conns[0]), "rate") << "about nobody";
  world.say(conns[1], "KICK", R"({"target":"20"})");
  EXPECT_EQ(world.at(conns[1]).count("ERROR"), 0u) << "others may call one";
  const std::size_t errors = world.at(conns[0]).count("ERROR");
  world.say(conns[0], "KICK", R"({"target":"20"})");
  EXPECT_EQ(world.at(conns[0]).count("ERROR"), errors) << "and he may agree";
  EXPECT_EQ(world.at(conns[3]).closed, Close::kicked);
  world.say(conns[0], "END", "{}");
  for (const ConnId conn : {conns[0], conns[1], conns[2]}) world.say(conn, "REMATCH", "{}");
  world.pass_s(8);
  ASSERT_EQ(world.phase(room), "playing");
  world.say(conns[0], "KICK", R"({"target":"19"})");
  EXPECT_EQ(world.error_of(conns[0]), "rate") << "a new match does not shorten it";
  for (int match = 0; match < 2; ++match) {
    world.pass_s(20);
    world.say(conns[0], "END", "{}");
    for (const ConnId conn : {conns[0], conns[1], conns[2]}) world.say(conn, "REMATCH", "{}");
    world.pass_s(8);
    ASSERT_EQ(world.phase(room), "playing");
  }
  const std::size_t before = world.at(conns[0]).count("ERROR");
  world.say(conns[0], "KICK", R"({"target":"19"})");
  EXPECT_EQ(world.at(conns[0]).count("ERROR"), before);
  EXPECT_EQ(world.at(conns[2]).last("EVENT_KICK_VOTE").number("votes"), 1);
}

TEST(Phases, AVoteWhoseCallerLeavesIsForgotten) {
  World world;
  const RoomId room = world.make(7, true, four());
  std::vector<ConnId> conns;
  for (const UserId user : four()) conns.push_back(world.join(room, user.value));
  world.pass_s(1);
  world.say(conns[0], "KICK", R"({"target":"20"})");
  world.say(conns[0], "LEAVE", "{}");
  world.say(conns[1], "KICK", R"({"target":"19"})");
  EXPECT_EQ(world.at(conns[1]).count("ERROR"), 0u);
  EXPECT_EQ(world.at(conns[1]).last("EVENT_KICK_VOTE").number("votes"), 1);
}

TEST(Phases, WhoIsIdleIsAskedThenPlayedForAndTakesHisSeatBack) {
  World world;
  Table table(world);
  const auto seat_of_bob = [&] {
    const std::string players = world.at(table.a).last("ROOM").at("players").scalar;
    const std::size_t begin = players.find(R"({"id":"18")");
    return players.substr(begin, players.find(R"({"id")", begin + 1) - begin);
  };
  const auto has = [](const char* text) { return HasSubstr(text); };
  const auto is_awake = [] { return Not(HasSubstr("idle")); };
  world.say(table.b, "READY", "{}");
  world.say(table.a, "START", "{}");
  world.say(table.b, "READY", "{}");
  EXPECT_EQ(world.error_of(table.b), "phase") << "nobody has asked";
  world.pass_s(1);
  EXPECT_THAT(seat_of_bob(), is_awake());

  world.say(table.b, "DOZE", R"({"by":1})");
  world.pass_s(1);
  EXPECT_THAT(seat_of_bob(), has(R"("idle":"asked")"));
  EXPECT_THAT(seat_of_bob(), has(R"("bot":false)"));
  world.say(table.b, "DOZE", R"({"by":2})");
  world.pass_s(1);
  EXPECT_THAT(seat_of_bob(), has(R"("idle":"bot")"));
  EXPECT_THAT(seat_of_bob(), has(R"("bot":true)"));
  EXPECT_THAT(seat_of_bob(), has(R"("connected":true)"));

  const std::size_t errors = world.at(table.b).count("ERROR");
  world.say(table.b, "READY", "{}");
  world.pass_s(1);
  EXPECT_EQ(world.at(table.b).count("ERROR"), errors);
  EXPECT_THAT(seat_of_bob(), is_awake());
  EXPECT_THAT(seat_of_bob(), has(R"("bot":false)"));

  world.say(table.b, "DOZE", R"({"by":2})");
  world.pass_s(1);
  world.say(table.b, "ADD", R"({"by":1})");  // whatever he does
  world.pass_s(1);
  EXPECT_THAT(seat_of_bob(), is_awake());

  world.say(table.b, "DOZE", R"({"by":2})");
  world.say(table.a, "END", "{}");
  world.pass_s(5);
  EXPECT_THAT(seat_of_bob(), is_awake()) << "the match is over";
  EXPECT_THAT(seat_of_bob(), has(R"("bot":false)"));
}

TEST(Phases, AfterAMatchmadeMatchThoseWhoWantAgainStayTogether) {
  World world;
  const RoomId room = world.make(7, true, four());
  std::vector<ConnId> conns;
  for (const UserId user : four()) conns.push_back(world.join(room, user.value));
  world.pass_s(1);
  world.say(conns[0], "END", "{}");
  world.say(conns[0], "REMATCH", "{}");
  world.say(conns[2], "REMATCH", "{}");
  world.pass_s(10);
  EXPECT_EQ(world.phase(room), "rematch");
  world.pass_s(15);
  EXPECT_EQ(world.phase(room), "playing");
  EXPECT_EQ(world.at(conns[1]).closed, Close::left);
  EXPECT_FALSE(world.at(conns[2]).closed.has_value());
  EXPECT_EQ(world.at(conns[2]).state.at("adds").members.size(), 4u);
  world.say(conns[2], "END", "{}");
  world.pass_s(40);
  EXPECT_THAT(world.closed_rooms, ElementsAre(room));
}

TEST(Phases, WhoLeavesAMatchmadeMatchHasNotWonIt) {
  World world;
  const RoomId room = world.make(7, true, four());
  std::vector<ConnId> conns;
  for (const UserId user : four()) conns.push_back(world.join(room, user.value));
  world.pass_s(1);
  world.say(conns[0], "ADD", R"({"by":9})");
  world.say(conns[0], "LEAVE", "{}");
  world.settles = false;
  world.say(conns[1], "END", "{}");
  world.say(conns[3], "LEAVE", "{}");  // after the end, before its result: he stayed
  world.pass_s(4);
  ASSERT_EQ(world.records.size(), 1u);
  const auto& seats = world.records[0].seats;
  EXPECT_TRUE(seats.at(0).abandoned);
  EXPECT_FALSE(seats.at(0).is_winner);
  EXPECT_EQ(seats.at(0).placement, 5);
  EXPECT_FALSE(seats.at(3).abandoned);
  EXPECT_EQ(world.at(conns[1]).last("GAME_OVER").at("winners").scalar, "[]");
}

TEST(Phases, WhoOnlyClosedHisTabIsNotTakenIntoTheNextMatchmadeMatch) {
  World world;
  const RoomId room = world.make(7, true, four());
  std::vector<ConnId> conns;
  for (const UserId user : four()) conns.push_back(world.join(room, user.value));
  world.pass_s(1);
  world.say(conns[0], "END", "{}");
  world.drop(conns[3]);
  for (int i = 0; i < 3; ++i) world.say(conns[i], "REMATCH", "{}");
  world.pass_s(10);
  EXPECT_EQ(world.phase(room), "playing");
  world.say(conns[0], "END", "{}");
  ASSERT_EQ(world.records.size(), 2u);
  for (const auto& seat : world.records[1].seats) EXPECT_NE(seat.user, UserId{dan});
}

// ---- time -------------------------------------------------------------------------------------
TEST(Phases, TicksAreSpreadOverTheSecondAndEveryRoomGetsItsOwn) {
  World world;
  for (std::uint64_t i = 1; i <= 200; ++i) world.make(i * 1'000'003);
  world.pass_s(1);
  EXPECT_NEAR(static_cast<double>(world.shard.counters().ticks), 200, 10);
  world.pass_s(9);
  EXPECT_NEAR(static_cast<double>(world.shard.counters().ticks), 2000, 10);
  std::set<std::int64_t> due;
  for (int i = 0; i < 50; ++i) {
    due.insert(*world.shard.next_due_ms() % 1000);
    world.clock.advance_ms(*world.shard.next_due_ms() - world.clock.monotonic_ms());
    world.shard.run_due();
  }
  EXPECT_GT(due.size(), 40u);
}

TEST(Phases, AStallIsCaughtUpForFiveTicksAndTheRestIsSkipped) {
  World world;
  Table table(world);
  world.say(table.a, "START", "{}");
  world.pass_s(2);
  const std::int64_t elapsed = world.at(table.a).last("TICK").number("elapsed");
  world.clock.advance_ms(12'000);
  world.shard.run_due();
  EXPECT_EQ(world.at(table.a).last("TICK").number("elapsed"), elapsed + 5);
  EXPECT_EQ(world.shard.counters().ticks_skipped, 7u);
  EXPECT_GE(world.shard.counters().ticks_late, 4u);
  // The match's clock moved on with it.
  const auto& state = world.at(table.a).state.at("clock");
  EXPECT_NEAR(static_cast<double>(world.clock.now().value - state.number("started_at")),
              static_cast<double>((elapsed + 5) * 1000), 1001);
}

TEST(Phases, AFasterClockPlaysTheSameMatch) {
  Options options;
  options.tick_ms = 20;
  World world(1, options);
  Table table(world);
  world.say(table.a, "START", "{}");
  for (int i = 0; i < 65; ++i) {
    world.clock.advance_ms(10);
    world.shard.run_due();
  }
  EXPECT_EQ(world.at(table.a).count("GAME_OVER"), 1u);
  EXPECT_EQ(world.records.at(0).played_s, 30);
  EXPECT_EQ((world.records[0].ended_at.value - world.records[0].started_at.value + 10) / 20, 30);
}

TEST(Phases, TheAudienceHearsEveryOtherSecond) {
  World world;
  Table table(world);
  world.say(table.a, "START", "{}");
  const ConnId fan = world.join(table.room, 300, Role::audience);
  const ConnId fan2 = world.join(table.room, 301, Role::spectator);
  for (int i = 0; i < 20; ++i) {
    world.say(table.a, "ADD", R"({"by":1})");
    world.pass_ms(500);
  }
  EXPECT_LE(world.at(fan).count("STATE"), 6u);
  EXPECT_GE(world.at(fan2).count("STATE"), 20u);
  world.pass_s(2);
  EXPECT_EQ(world.at(fan).state.number("sum"), 20);
  EXPECT_EQ(world.at(fan).state.members.count("secret"), 0u);
  EXPECT_EQ(world.at(table.a).last("ROOM").number("audience"), 2);
  EXPECT_EQ(world.at(fan).gaps + world.at(fan2).gaps, 0u);
}

}  // namespace
}  // namespace whoosh::shard
