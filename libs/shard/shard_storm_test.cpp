// Goal: whatever people do, each viewer's picture (last WELCOME and all STATE patches since) is the
// room's view of him, no seq is missing, nothing hidden reaches others, and nothing is left over
// when all have gone. Method: many rooms in virtual time; every step one random act of a random
// person (join, talk, play, vanish, come back, stall, leave, start, kick); a SYNC gives the whole
// view to compare with. Failing seeds are listed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/rng.h"
#include "shard/test_world.h"

namespace whoosh::shard {
namespace {

using test::Client;
using test::Json;
using test::World;
using wire::Role;

Json without_backlogs(Json state) {
  state.members.erase("talk");
  state.members.erase("lines");
  return state;
}

class Storm {
 public:
  explicit Storm(std::uint64_t seed) : world_(seed), rng_(seed) {
    for (std::uint64_t i = 0; i < rooms; ++i) {
      if (rng_.chance(30)) {
        std::vector<UserId> expected;
        for (std::int64_t user = 1; user <= 4; ++user) expected.push_back(person(i, user));
        rooms_.push_back(world_.make(100 + i * 7919, true, expected));
      } else {
        rooms_.push_back(world_.make(100 + i * 7919));
      }
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      act();
      if (rng_.chance(30)) world_.pass_ms(10 + rng_.below(800));
      if (rng_.chance(10)) compare_one();
    }
  }

  // Everybody stalled reads again; then everybody compares, leaves, and the rooms close by
  // themselves.
  void calm() {
    unstick();
    for (const ConnId conn : open_conns()) compare(conn);
    for (const auto& [conn, client] : world_.clients)
      EXPECT_EQ(client.gaps, 0u) << "connection " << conn;
    for (const ConnId conn : open_conns()) world_.drop(conn);
    world_.pass_s(300);
    EXPECT_EQ(world_.shard.counters().rooms, 0u);
    EXPECT_EQ(world_.shard.counters().sessions, 0u);
    EXPECT_EQ(world_.shard.counters().players, 0u);
    EXPECT_EQ(world_.closed_rooms.size(), rooms_.size());
    EXPECT_EQ(world_.shard.counters().rooms_broken, 0u) << world_.broken;
    EXPECT_EQ(world_.records.size(), world_.logs.size());
    EXPECT_GT(world_.records.size(), 0u);
  }

 private:
  static constexpr std::size_t rooms = 12;
  static UserId person(std::size_t room, std::int64_t user) {
    return UserId{static_cast<std::int64_t>(room) * 100 + user};
  }

  std::vector<ConnId> open_conns() {
    std::vector<ConnId> out;
    for (const auto& [conn, client] : world_.clients) {
      if (!client.closed && gone_.count(conn) == 0) out.push_back(ConnId{conn});
    }
    return out;
  }
  std::optional<ConnId> any() {
    const auto open = open_conns();
    if (open.empty()) return std::nullopt;
    return open[rng_.below(static_cast<std::uint32_t>(open.size()))];
  }

  void join_somebody() {
    const auto room = rng_.below(rooms);
    Admission in = world_.admission(rooms_[room], person(room, 1 + rng_.below(9)).value);
    in.role = rng_.chance(75) ? Role::player : static_cast<Role>(1 + rng_.below(3));
    in.wants_ticks = rng_.chance(80);
    if (!world_.shard.check(in)) return;
    EXPECT_TRUE(world_.shard.admit(in).has_value());
  }

  void act() {
    const std::uint32_t dice = rng_.below(100);
    if (dice < 15) return join_somebody();
    const auto conn = any();
    if (!conn) return join_somebody();
    const std::string by = fmt::format(R"({{"by":{}}})", rng_.below(1500));
    if (dice < 45)
      world_.say(*conn, "ADD", by);
    else if (dice < 50)
      world_.say(*conn, "TELL", "{}");
    else if (dice < 62)
      world_.say(*conn, "START", "{}");
    else if (dice < 68)
      world_.say(*conn, "REMATCH", "{}");
    else if (dice < 71)
      world_.say(*conn, "CHAT", R"({"text":"hey"})");
    else if (dice < 74)
      world_.say(*conn, "READY", "{}");
    else if (dice < 75)
      world_.say(*conn, "END", "{}");
    else if (dice < 77)
      world_.say(*conn, "LEAVE", "{}");
    else if (dice < 78)
      world_.say(*conn, "KICK", fmt::format(R"({{"target":"{}"}})", world_.at(*conn).id));
    else if (dice < 80)
      world_.say(*conn, "KICK", fmt::format(R"({{"target":"{}"}})", rng_.below(1200)));
    else if (dice < 84)
      world_.say(*conn, "SETTINGS", fmt::format(R"({{"max_seats":{}}})", 3 + rng_.below(6)));
    else if (dice < 90)
      vanish(*conn);
    else if (dice < 94)
      world_.stuck[conn->value] = true;
    else
      unstick();
  }

  void vanish(ConnId conn) {
    world_.drop(conn);
    gone_.insert(conn.value);
  }

  void unstick() {
    for (const auto& [conn, yes] : std::exchange(world_.stuck, {}))
      world_.shard.on_drained(ConnId{conn});
    world_.shard.flush();
  }

  void compare_one() {
    const auto conn = any();
    if (conn && world_.stuck.count(conn->value) == 0) compare(*conn);
  }

  // Audience is behind by up to two seconds, so only live viewers are compared at any time.
  void compare(ConnId conn) {
    Client& client = world_.at(conn);
    if (client.seq < 0 || client.last("WELCOME").text("role") == "audience") return;
    const Json before = without_backlogs(client.state);
    const std::size_t welcomes = client.count("WELCOME");
    world_.say(conn, "SYNC", "{}");
    if (client.count("WELCOME") == welcomes) return;  // too fast: refused
    const Json now = without_backlogs(client.state);
    EXPECT_TRUE(before == now) << "connection " << conn.value << "\n" << client.messages.back().raw;
    client.messages.erase(client.messages.begin(), client.messages.end() - 2);
  }

  World world_;
  base::Rng rng_;
  std::vector<RoomId> rooms_;
  std::set<std::uint64_t> gone_;
};

TEST(Storm, EveryViewersPictureIsTheRoomsView) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    SCOPED_TRACE(seed);
    Storm storm(seed);
    storm.run(2500);
    storm.calm();
    if (testing::Test::HasFailure()) break;
  }
}

// The audience may be late, never wrong.
TEST(Storm, TheAudienceCatchesUp) {
  World world(9);
  base::Rng rng(9);
  const RoomId room = world.make(5);
  const ConnId a = world.join(room, 1);
  world.say(a, "START", "{}");
  std::vector<ConnId> fans;
  for (int i = 0; i < 20; ++i) {
    world.say(a, "ADD", fmt::format(R"({{"by":{}}})", rng.below(9)));
    // Between two updates of the audience: this one knows more than the others.
    fans.push_back(world.join(room, 100 + i, Role::audience));
    world.pass_ms(rng.below(1200));
  }
  world.say(a, "END", "{}");
  world.pass_s(3);
  for (const ConnId fan : fans) {
    const Json before = without_backlogs(world.at(fan).state);
    world.say(fan, "SYNC", "{}");
    EXPECT_TRUE(before == without_backlogs(world.at(fan).state));
    EXPECT_EQ(world.at(fan).gaps, 0u);
  }
}

TEST(Storm, NothingHiddenReachesOthers) {
  World world(11);
  const RoomId room = world.make(5);
  const ConnId a = world.join(room, 1);
  const ConnId b = world.join(room, 2);
  const ConnId screen = world.join(room, 3, Role::screen);
  const ConnId fan = world.join(room, 4, Role::audience);
  world.say(a, "START", "{}");
  world.say(a, "TELL", "{}");
  world.say(b, "ADD", R"({"by":1})");
  world.pass_s(35);
  const std::string secret = world.at(a).state.at("secret").scalar;
  ASSERT_GT(secret.size(), 3u);
  for (const ConnId other : {b, screen, fan}) {
    for (const auto& message : world.at(other).messages) {
      EXPECT_EQ(message.raw.find(secret), std::string::npos) << message.raw;
    }
  }
}

}  // namespace
}  // namespace whoosh::shard
