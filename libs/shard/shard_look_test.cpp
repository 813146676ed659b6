// Goal: what a person wears is seen by the others in his room, follows his newest ticket, and
// decides which emotes he may show; nothing that a client says changes it. Method: a room with
// three people and the words of ROOM.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cosmetics/worn.h"
#include "shard/test_world.h"

namespace whoosh::shard {
namespace {

using test::World;
using testing::HasSubstr;
using testing::Not;

struct Ids {
  std::string frame;
  std::string colour;
  std::string title;
  std::string reactions;
};

Admission dressed(World& world, RoomId room, std::int64_t user, const Ids& ids,
                  const std::string& ticket) {
  Admission in = world.admission(room, user);
  in.who.worn = cosmetics::worn(ids);
  in.ticket = ticket;
  in.ticket_expires = world.clock.now().plus_ms(60'000);
  return in;
}

ConnId admit(World& world, const Admission& in) {
  EXPECT_TRUE(world.shard.check(in).has_value());
  EXPECT_TRUE(world.shard.admit(in).has_value());
  return in.conn;
}

std::string room_seen_by(World& world, ConnId conn) {
  const auto& messages = world.at(conn).messages;
  for (auto at = messages.rbegin(); at != messages.rend(); ++at) {
    if (at->type == "ROOM") return at->raw;
  }
  return "";
}

TEST(ShardLook, OthersSeeWhatSomebodyWearsAndNothingOfWhoWearsNothing) {
  World world;
  const RoomId room = world.make(1);
  const ConnId bare = world.join(room, 17);
  EXPECT_THAT(room_seen_by(world, bare), Not(HasSubstr("look")));
  admit(world, dressed(world, room, 18, {"frame_ink", "", "title_late", "reactions_zoo"}, "t1"));
  const std::string seen = room_seen_by(world, bare);
  EXPECT_THAT(seen, HasSubstr(R"("look":{"frame":"frame_ink","title":"title_late",)"
                              R"("reactions":"reactions_zoo"})"));
  EXPECT_THAT(seen, HasSubstr(R"("seat":0},{"id":"18")")) << "17 has no look";
}

TEST(ShardLook, FollowsTheNewestTicketAndStaysWithOtherCredentials) {
  World world;
  const RoomId room = world.make(1);
  const ConnId other = world.join(room, 17);
  admit(world, dressed(world, room, 18, {"frame_ink", "", "", ""}, "t1"));
  EXPECT_THAT(room_seen_by(world, other), HasSubstr("frame_ink"));
  admit(world, dressed(world, room, 18, {"frame_neon", "", "", ""}, "t2"));
  EXPECT_THAT(room_seen_by(world, other), HasSubstr("frame_neon"));
  EXPECT_THAT(room_seen_by(world, other), Not(HasSubstr("frame_ink")));
  world.join(room, 18);  // by access token, which knows no look
  EXPECT_THAT(room_seen_by(world, other), HasSubstr("frame_neon"));
  admit(world, dressed(world, room, 18, {}, "t3"));
  EXPECT_THAT(room_seen_by(world, other), Not(HasSubstr("look")));
}

TEST(ShardLook, APackAddsItsEmotesForItsWearerOnly) {
  World world;
  const RoomId room = world.make(1);
  const ConnId bare = world.join(room, 17);
  const ConnId zoo = admit(world, dressed(world, room, 18, {"", "", "", "reactions_zoo"}, "t1"));
  const ConnId framed = admit(world, dressed(world, room, 19, {"frame_ink", "", "", ""}, "t2"));
  world.say(zoo, "EMOTE", R"({"emote":"duck"})");
  EXPECT_EQ(world.at(bare).last("EVENT_EMOTE").text("emote"), "duck");
  for (const ConnId conn : {bare, framed}) {
    world.say(conn, "EMOTE", R"({"emote":"duck","reactions":"reactions_zoo"})");
    EXPECT_EQ(world.error_of(conn), "bad_payload");
    world.say(conn, "EMOTE", R"({"emote":"wave"})");
  }
  world.pass_s(1);
  world.say(zoo, "EMOTE", R"({"emote":"pizza"})");
  EXPECT_EQ(world.error_of(zoo), "bad_payload") << "of another pack";
  world.say(zoo, "EMOTE", R"({"emote":"wave"})");
  EXPECT_EQ(world.at(bare).count("EVENT_EMOTE"), 4u) << "the duck and everybody's wave";
}

}  // namespace
}  // namespace whoosh::shard
