// Goal: whatever a game's code throws ends its room and nothing else. Method: the tests' game
// throws on a word.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shard/test_world.h"

namespace whoosh::shard {
namespace {

using test::World;

TEST(Faults, AnExceptionOfALibraryEndsItsRoomOnly) {
  World world;
  const RoomId broken = world.make(7);
  const ConnId ada = world.join(broken, 17);
  const ConnId bob = world.join(broken, 18);
  world.join(broken, 19);
  const ConnId dan = world.join(world.make(8), 20);
  world.say(ada, "START", "{}");
  world.say(bob, "BOOM", R"({"thrown":true})");
  EXPECT_EQ(world.at(ada).closed, wire::Close::bug);
  EXPECT_EQ(world.at(bob).closed, wire::Close::bug);
  EXPECT_THAT(world.broken, testing::HasSubstr("a library's exception"));
  EXPECT_THAT(world.closed_rooms, testing::ElementsAre(broken));
  world.pass_s(2);
  EXPECT_EQ(world.at(dan).count("TICK"), 2u);
}

}  // namespace
}  // namespace whoosh::shard
