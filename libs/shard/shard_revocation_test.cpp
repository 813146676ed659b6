// Goal: a revocation ends exactly the connections and resume tokens of what is revoked. Method: one
// user with several sign-ins in rooms, audience and lobby of a test world.
#include <gtest/gtest.h>

#include "shard/test_world.h"

namespace whoosh::shard::test {
namespace {

constexpr auto phone = SessionKey::of("phone");
constexpr auto laptop = SessionKey::of("laptop");
const UserId ann{1};
const UserId bob{2};

class Revoke : public testing::Test {
 protected:
  Admission by(RoomId room, std::int64_t user, SessionKey key,
               wire::Role role = wire::Role::player) {
    Admission in = world.admission(room, user, role);
    in.who.session = key;
    in.who.issued_at = world.clock.now();
    return in;
  }
  ConnId join(RoomId room, std::int64_t user, SessionKey key,
              wire::Role role = wire::Role::player) {
    const Admission in = by(room, user, key, role);
    EXPECT_TRUE(world.shard.admit(in).has_value());
    return in.conn;
  }
  Result<wire::Role> resume(RoomId room, const std::string& token, ConnId* conn = nullptr) {
    Admission in;
    in.conn = ConnId{world.next_conn++};
    in.room = room;
    in.resume = token;
    if (conn != nullptr) *conn = in.conn;
    const auto role = world.shard.check(in);
    return role ? world.shard.admit(in) : role;
  }
  std::size_t revoke(UserId user, SessionKey key = {}, bool banned = false) {
    const Revocation one{user, key, world.clock.now(), banned};
    return world.shard.revoke({&one, 1});
  }
  std::optional<wire::Close> closed(ConnId conn) { return world.at(conn).closed; }

  World world;
};

TEST_F(Revoke, OneSignInOfSeveral) {
  const RoomId first = world.make(11);
  const RoomId second = world.make(12);
  const ConnId on_phone = join(first, 1, phone);
  const ConnId on_laptop = join(second, 1, laptop);
  const ConnId others = join(first, 2, phone);  // the same key, but another person
  const ConnId nameless = join(second, 2, {});
  EXPECT_EQ(revoke(ann, phone), 1U);
  EXPECT_EQ(closed(on_phone), wire::Close::token_expired);
  EXPECT_EQ(closed(on_laptop), std::nullopt);
  EXPECT_EQ(closed(others), std::nullopt);
  EXPECT_EQ(closed(nameless), std::nullopt);
  EXPECT_EQ(world.shard.counters().closed_revoked, 1U);
  EXPECT_EQ(world.shard.counters().players, 3U);
  EXPECT_EQ(revoke(ann, phone), 0U) << "nothing is left of it";
}

TEST_F(Revoke, WatchersAndLobbyConnectionsToo) {
  const RoomId room = world.make(11);
  const ConnId screen = join(room, 1, phone, wire::Role::screen);
  const ConnId spectator = join(room, 1, laptop, wire::Role::spectator);
  const ConnId lobby{world.next_conn++};
  Identity who{ann, "Ann", "owl"};
  who.session = phone;
  world.shard.admit_lobby(lobby, who);
  EXPECT_EQ(revoke(ann, phone), 2U);
  EXPECT_EQ(closed(screen), wire::Close::token_expired);
  EXPECT_EQ(closed(lobby), wire::Close::token_expired);
  EXPECT_EQ(closed(spectator), std::nullopt);
  EXPECT_EQ(world.shard.counters().sessions, 1U);
  EXPECT_FALSE(world.shard.notify(ann, "{}"));
}

TEST_F(Revoke, EverythingIssuedUpToAMoment) {
  const RoomId room = world.make(11);
  const ConnId old = join(room, 1, phone);
  const Revocation all{ann, {}, world.clock.now(), false};
  world.clock.advance_ms(2'000);
  const ConnId fresh = join(room, 2, laptop);
  const RoomId other = world.make(12);
  const ConnId again = join(other, 1, laptop);
  EXPECT_EQ(world.shard.revoke({&all, 1}), 1U);
  EXPECT_EQ(closed(old), wire::Close::token_expired);
  EXPECT_EQ(closed(again), std::nullopt) << "signed in since";
  EXPECT_EQ(closed(fresh), std::nullopt);
}

TEST_F(Revoke, TheResumeTokenOfARevokedSignInIsVoid) {
  const RoomId room = world.make(11);
  const ConnId conn = join(room, 1, phone);
  join(room, 2, laptop);
  const std::string token = world.at(conn).resume;
  world.drop(conn);  // away already when it happens
  EXPECT_EQ(revoke(ann, phone), 0U);
  EXPECT_EQ(resume(room, token).error().code, base::ErrorCode::bad_resume);
  const ConnId back = join(room, 1, laptop);  // the seat is still the person's
  EXPECT_EQ(world.at(back).last("WELCOME").at("you").at("seat").scalar, "0");
  EXPECT_EQ(world.shard.counters().players, 2U);
  const std::string fresh = world.at(back).resume;
  EXPECT_NE(fresh, token);
  world.drop(back);
  EXPECT_TRUE(resume(room, fresh).has_value());
}

TEST_F(Revoke, ATokenOfWhoWasReplacedIsVoidWithItsSignIn) {
  const RoomId room = world.make(11);
  const ConnId on_phone = join(room, 1, phone);
  const std::string phones = world.at(on_phone).resume;
  const ConnId on_laptop = join(room, 1, laptop);
  const std::string laptops = world.at(on_laptop).resume;
  EXPECT_EQ(closed(on_phone), wire::Close::replaced);
  EXPECT_EQ(resume(room, phones).error().code, base::ErrorCode::bad_resume)
      << "or the phone would keep a key to the seat after its sign-in is revoked";
  EXPECT_EQ(revoke(ann, phone), 0U);
  EXPECT_EQ(closed(on_laptop), std::nullopt);
  world.drop(on_laptop);
  EXPECT_TRUE(resume(room, laptops).has_value());
}

TEST_F(Revoke, ComingBackByTheSameSignInKeepsTheToken) {
  const RoomId room = world.make(11);
  const ConnId first = join(room, 1, phone);
  const ConnId second = join(room, 1, phone);
  EXPECT_EQ(world.at(first).resume, world.at(second).resume);
}

TEST_F(Revoke, WhoResumedBelongsToTheSignInThatGotTheToken) {
  const RoomId room = world.make(11);
  const ConnId first = join(room, 1, phone);
  const std::string token = world.at(first).resume;
  world.drop(first);
  ConnId back;
  ASSERT_TRUE(resume(room, token, &back).has_value());
  EXPECT_EQ(revoke(ann, laptop), 0U);
  EXPECT_EQ(revoke(ann, phone), 1U);
  EXPECT_EQ(closed(back), wire::Close::token_expired);
  EXPECT_EQ(resume(room, token).error().code, base::ErrorCode::bad_resume);
}

TEST_F(Revoke, LatecomersSitDownWithTheirSignIn) {
  const RoomId room = world.make(11);
  const ConnId host = join(room, 1, phone);
  join(room, 2, phone);
  join(room, 3, phone);
  world.say(host, "START", "{}");
  const Admission late = by(room, 4, laptop);
  ASSERT_EQ(*world.shard.admit(late), wire::Role::audience);
  world.say(host, "END", "{}");
  world.say(host, "START", "{}");
  ASSERT_EQ(world.at(late.conn).last("WELCOME").text("role"), "player");
  const std::string token = world.at(late.conn).resume;
  EXPECT_EQ(revoke(UserId{4}, phone), 0U);
  EXPECT_EQ(revoke(UserId{4}, laptop), 1U);
  EXPECT_EQ(resume(room, token).error().code, base::ErrorCode::bad_resume);
}

TEST_F(Revoke, ABannedPersonGivesTheSeatUp) {
  const RoomId room = world.make(11);
  const ConnId conn = join(room, 1, phone);
  join(room, 2, laptop);
  const RoomId other = world.make(12);
  const ConnId away = join(other, 1, laptop);
  const std::string tokens[] = {world.at(conn).resume, world.at(away).resume};
  world.drop(away);
  EXPECT_EQ(revoke(ann, {}, true), 1U);
  EXPECT_EQ(closed(conn), wire::Close::banned);
  EXPECT_EQ(resume(room, tokens[0]).error().code, base::ErrorCode::bad_resume);
  EXPECT_EQ(world.shard.counters().players, 1U);
  EXPECT_EQ(world.shard.card(room)->players, 1);
  EXPECT_FALSE(resume(other, tokens[1]).has_value());
}

TEST_F(Revoke, ABanDecidesTheCodeWhateverElseIsRevoked) {
  const RoomId room = world.make(11);
  const ConnId conn = join(room, 1, phone);
  join(room, 2, laptop);
  const UnixMs now = world.clock.now();
  const Revocation all[] = {
      {ann, phone, now, false}, {ann, {}, now, true}, {bob, phone, now, false}};
  EXPECT_EQ(world.shard.revoke(all), 1U);
  EXPECT_EQ(closed(conn), wire::Close::banned);
}

TEST_F(Revoke, InTheMiddleOfAMatchTheGameGoesOn) {
  const RoomId room = world.make(11, true, {ann, bob, UserId{3}});
  std::vector<ConnId> conns;
  for (std::int64_t user = 1; user <= 3; ++user) conns.push_back(join(room, user, phone));
  world.pass_s(8);
  ASSERT_EQ(world.phase(room), "playing");
  EXPECT_EQ(revoke(ann, phone), 1U);
  world.pass_s(2);
  EXPECT_EQ(world.phase(room), "playing");
  EXPECT_EQ(closed(conns[1]), std::nullopt);
  const ConnId back = join(room, 1, laptop);
  EXPECT_EQ(world.at(back).count("WELCOME"), 1U) << "the seat is kept for another sign-in";
}

}  // namespace
}  // namespace whoosh::shard::test
