// Goal: an operator sees rooms as they are, in order of their ids; the lobby connection of a user
// ends when he has another elsewhere. Method: a shard with its test world.
#include <gtest/gtest.h>

#include "shard/test_world.h"

namespace whoosh::shard {
namespace {

using test::World;

TEST(ShardOperator, OneRoomLive) {
  World world;
  const RoomId room = world.make(7);
  const ConnId ada = world.join(room, 17);
  const ConnId bob = world.join(room, 18);
  world.join(room, 19);
  world.pass_s(3);
  auto report = world.shard.report(room);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->summary.card.room, room.text());
  EXPECT_EQ(report->summary.card.code, "BRTK");
  EXPECT_EQ(report->summary.connected, 3);
  EXPECT_EQ(report->summary.ticks, 3);
  EXPECT_FALSE(report->summary.matchmade);
  EXPECT_EQ(report->state.phase, wire::RoomPhase::waiting);
  ASSERT_EQ(report->state.players.size(), 3U);
  EXPECT_TRUE(report->state.players[0].host);
  EXPECT_FALSE(report->match);

  world.say(ada, "START", "{}");
  world.pass_s(2);
  world.drop(bob);
  report = world.shard.report(room);
  ASSERT_TRUE(report->match);
  EXPECT_FALSE(report->match->over);
  EXPECT_EQ(report->match->elapsed_s, 2);
  EXPECT_EQ(report->summary.connected, 2);
  EXPECT_EQ(world.shard.report(RoomId{8}).error().code, base::ErrorCode::room_not_found);
}

TEST(ShardOperator, ListsInOrderOfIdsFromWhereOneStopped) {
  World world;
  for (const std::uint64_t id : {9, 3, 7, 5, 1}) world.make(id);
  const auto ids = [&](std::string_view game, std::uint64_t after, std::size_t limit) {
    std::vector<std::string> out;
    for (const auto& room : world.shard.summaries(game, RoomId{after}, limit))
      out.push_back(room.card.room);
    return out;
  };
  const auto texts = [](std::vector<std::uint64_t> numbers) {
    std::vector<std::string> out;
    for (const std::uint64_t number : numbers) out.push_back(RoomId{number}.text());
    return out;
  };
  EXPECT_EQ(ids("", 0, 100), texts({1, 3, 5, 7, 9}));
  EXPECT_EQ(ids("", 0, 2), texts({1, 3}));
  EXPECT_EQ(ids("", 3, 2), texts({5, 7}));
  EXPECT_EQ(ids("", 9, 2), texts({}));
  EXPECT_EQ(ids("chess", 0, 2), texts({}));
}

TEST(ShardOperator, ALobbyConnectionEndsForANewerOneElsewhere) {
  World world;
  const ConnId lobby{500};
  world.shard.admit_lobby(lobby, {UserId{17}, "Ada", "owl", false});
  EXPECT_EQ(world.shard.lobby_users(), std::vector<UserId>{UserId{17}});
  EXPECT_FALSE(world.shard.end_lobby(UserId{18}));
  EXPECT_TRUE(world.shard.end_lobby(UserId{17}));
  EXPECT_EQ(world.at(lobby).closed, wire::Close::replaced);
  EXPECT_TRUE(world.shard.lobby_users().empty());
  EXPECT_FALSE(world.shard.end_lobby(UserId{17}));
  EXPECT_FALSE(world.shard.notify(UserId{17}, "{}"));
}

}  // namespace
}  // namespace whoosh::shard
