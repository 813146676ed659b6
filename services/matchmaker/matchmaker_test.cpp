// Goal: waiting people become rooms, each ticket ends exactly once, and a lone user keeps
// searching. Method: the real queue in memory, an edge that does as told, virtual time in steps of
// half a second.
#include "services/matchmaker/matchmaker.h"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <deque>
#include <map>
#include <numeric>
#include <optional>
#include <thread>

#include "base/rng.h"
#include "state/memory/directory.h"
#include "state/memory/queue.h"

namespace whoosh::matchmaker {
namespace {

using base::ErrorCode;
using base::UserId;
using runtime::Reply;
using state::RoomEntry;
using state::Ticket;
using state::TicketStatus;

// Makes rooms at once, or holds the calls until release(); notes everything.
class FakeEdge final : public api::EdgeGateway {
 public:
  explicit FakeEdge(state::Directory& directory) : directory_(directory) {}

  void create_room(api::NewRoom room, Reply<RoomEntry> reply) override {
    asked.push_back(std::move(room));
    if (failures > 0) {
      --failures;
      reply(base::Error{ErrorCode::unavailable});
      return;
    }
    held_.emplace_back(asked.back().game, std::move(reply));
    if (!hold) release();
  }
  void room_card(RoomEntry, Reply<wire::RoomCard> reply) override {
    reply(base::Error{ErrorCode::room_not_found});
  }
  void may_join(RoomEntry, UserId, wire::Role wanted, Reply<wire::Role> reply) override {
    reply(wanted);
  }
  void notify(UserId user, std::string message) override { told.emplace_back(user, message); }
  std::string ws_url(const RoomEntry& entry, std::string_view host) const override {
    return "ws://" + std::string(host) + "/ws?game_id=" + entry.room.text();
  }

  void rooms(api::RoomsAsked, runtime::Reply<api::RoomsPage> reply) override {
    reply(api::RoomsPage{});
  }
  void room_report(state::RoomEntry, runtime::Reply<wire::RoomReport> reply) override {
    reply(base::ErrorCode::room_not_found);
  }
  void close_room(state::RoomEntry, std::string, runtime::Reply<> reply) override {
    reply(base::ErrorCode::room_not_found);
  }
  void nodes(runtime::Reply<std::vector<wire::NodeReport>> reply) override {
    reply(std::vector<wire::NodeReport>{});
  }
  void drain_node(std::string, bool, runtime::Reply<> reply) override {
    reply(base::ErrorCode::node_not_found);
  }

  void release() {
    while (!held_.empty()) {
      RoomEntry entry;
      entry.room = base::RoomId{++rooms_made};
      entry.game = held_.front().first;
      entry.epoch = 1;
      directory_.claim_room(entry, std::move(held_.front().second));
      held_.pop_front();
    }
  }

  bool hold = false;
  int failures = 0;
  std::uint64_t rooms_made = 0;
  std::vector<api::NewRoom> asked;
  std::vector<std::pair<UserId, std::string>> told;

 private:
  state::Directory& directory_;
  std::deque<std::pair<std::string, Reply<RoomEntry>>> held_;
};

wire::JoinInfo invitation(const Ticket& ticket, const RoomEntry& room) {
  wire::JoinInfo info;
  info.room = room.room.text();
  info.code = room.code;
  info.game = room.game;
  info.ticket = "seat-of-" + base::user_id_text(ticket.user);
  return info;
}

Config config() {
  Config made;
  made.games["suspect"] = {};
  made.games["brainwave"].seats_min = 3;
  return made;
}

class MatchmakerTest : public ::testing::Test {
 protected:
  // Rooms that can't be made are part of the plan here; their warnings are not.
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::off); }

  static state::memory::QueueOptions by_hand() {
    state::memory::QueueOptions options;
    options.own_thread = false;
    return options;
  }

  void settle() {
    while (mailbox_.run_all() > 0) {
    }
  }
  // Virtual time passes in the matchmaker's own steps.
  void pass_s(double seconds) {
    const std::int64_t end_ms = clock_.monotonic_ms() + static_cast<std::int64_t>(seconds * 1000);
    for (;;) {
      const std::int64_t next_ms = matchmaker_.turn();
      settle();
      const std::int64_t now_ms = clock_.monotonic_ms();
      if (now_ms >= end_ms) return;
      clock_.advance_ms(std::min(next_ms, end_ms - now_ms));
    }
  }
  void join(std::int64_t user, double mu = 25, const std::string& game = "suspect") {
    Ticket ticket;
    ticket.id = "t" + std::to_string(user);
    ticket.user = UserId{user};
    ticket.queue = "standard";
    ticket.game = game;
    ticket.mu = mu;
    ticket.created_at = clock_.now();
    ticket.expires_at = clock_.now().plus_s(120);
    queue_.join(ticket, {mailbox_, [](base::Result<Ticket> got) { EXPECT_TRUE(got.has_value()); }});
    settle();
  }
  void cancel(std::int64_t user) {
    queue_.cancel("", UserId{user}, {mailbox_, [](base::Result<>) {}});
    settle();
  }
  Ticket ticket(std::int64_t user) {
    Ticket found;
    queue_.find("t" + std::to_string(user), UserId{user}, {mailbox_, [&](base::Result<Ticket> got) {
                                                             ASSERT_TRUE(got.has_value());
                                                             found = *got;
                                                           }});
    settle();
    return found;
  }
  std::vector<UserId> told() const {
    std::vector<UserId> users;
    for (const auto& [user, message] : edge_.told) users.push_back(user);
    return users;
  }
  static std::vector<UserId> users(std::int64_t from, std::int64_t to) {
    std::vector<UserId> all;
    for (std::int64_t user = from; user <= to; ++user) all.push_back(UserId{user});
    return all;
  }

  runtime::ManualClock clock_;
  runtime::SeededEntropy entropy_{1};
  runtime::QueueMailbox mailbox_;
  state::memory::Directory directory_{entropy_};
  state::memory::Queue queue_{directory_, clock_, by_hand()};
  FakeEdge edge_{directory_};
  Matchmaker matchmaker_{config(), {queue_, edge_, clock_}, invitation, mailbox_};
};

TEST_F(MatchmakerTest, EightTicketsMakeOneRoom) {
  for (std::int64_t user = 1; user <= 8; ++user) join(user);
  pass_s(0.5);
  ASSERT_EQ(edge_.asked.size(), 1U);
  EXPECT_EQ(edge_.asked[0].game, "suspect");
  EXPECT_TRUE(edge_.asked[0].matchmade);
  EXPECT_FALSE(edge_.asked[0].is_public);
  EXPECT_EQ(edge_.asked[0].creator, UserId{});
  EXPECT_EQ(edge_.asked[0].expected, users(1, 8));
  EXPECT_EQ(told(), users(1, 8));
  for (std::int64_t user = 1; user <= 8; ++user) {
    EXPECT_EQ(ticket(user).status, TicketStatus::matched);
    EXPECT_EQ(ticket(user).room->room, base::RoomId{1});
  }
  EXPECT_EQ(matchmaker_.counters().matches, 1U);
  EXPECT_EQ(matchmaker_.counters().humans, 8U);
  const Counters::Line& line = matchmaker_.counters().games.at("suspect");
  EXPECT_EQ(line.matches, 1U);
  EXPECT_EQ(line.humans, 8U);
  const auto& waits = matchmaker_.counters().waits;
  EXPECT_EQ(std::accumulate(waits.begin(), waits.end(), std::uint64_t{0}), 8U);
}

TEST_F(MatchmakerTest, SaysHowManyWaitAndHowLong) {
  join(1);
  pass_s(3);
  join(2);
  pass_s(2);
  const Counters::Line& line = matchmaker_.counters().games.at("suspect");
  EXPECT_EQ(line.waiting, 2);
  EXPECT_GE(line.oldest_wait_ms, 4'000);
  EXPECT_LE(line.oldest_wait_ms, 5'000);
  for (std::int64_t user = 3; user <= 8; ++user) join(user);
  pass_s(1);
  EXPECT_EQ(line.waiting, 0) << "they play";
}

TEST_F(MatchmakerTest, WhoIsAloneIsNeverOverdue) {
  join(1);
  pass_s(100);
  const Counters::Line& line = matchmaker_.counters().games.at("suspect");
  EXPECT_EQ(line.waiting, 1);
  EXPECT_GE(line.oldest_wait_ms, 99'000);
  EXPECT_EQ(line.overdue_ms, 0);
}

TEST_F(MatchmakerTest, WhoeverGetsNoRoomIsOverdueAlsoWhileItBacksOff) {
  join(1);
  join(2);
  edge_.failures = 1'000;
  pass_s(40);
  const Counters::Line& line = matchmaker_.counters().games.at("suspect");
  EXPECT_EQ(line.overdue_ms, 0) << "bots fill up later";
  for (int half_seconds = 0; half_seconds < 80; ++half_seconds) {
    pass_s(0.5);
    EXPECT_EQ(line.waiting, 2);
  }
  EXPECT_GE(line.overdue_ms, 34'000);
  edge_.failures = 0;
  pass_s(20);
  EXPECT_EQ(told(), users(1, 2));
  EXPECT_EQ(line.overdue_ms, 0);
}

TEST_F(MatchmakerTest, EverybodyIsSentHisOwnInvitation) {
  for (std::int64_t user = 1; user <= 8; ++user) join(user);
  pass_s(0.5);
  ASSERT_EQ(edge_.told.size(), 8U);
  const std::string code = ticket(3).room->code;
  EXPECT_EQ(edge_.told[2].second,
            R"({"type":"MATCH_FOUND","payload":{"room":{"room":"0000000000000001","code":")" +
                code + R"(","game":"suspect","ws_url":"","ticket":"seat-of-3","node":""}}})");
}

TEST_F(MatchmakerTest, ALoneUserKeepsSearchingUntilHisTicketExpires) {
  join(1);
  pass_s(119);
  EXPECT_TRUE(edge_.asked.empty());
  EXPECT_EQ(ticket(1).status, TicketStatus::searching);
  pass_s(2);
  EXPECT_EQ(ticket(1).status, TicketStatus::expired);
  EXPECT_TRUE(edge_.told.empty());
}

TEST_F(MatchmakerTest, TwoUsersPlayWithBotsAfter45Seconds) {
  join(1);
  join(2);
  pass_s(44.5);
  EXPECT_TRUE(edge_.asked.empty());
  pass_s(1);
  ASSERT_EQ(edge_.asked.size(), 1U);
  EXPECT_EQ(edge_.asked[0].expected, users(1, 2));
  EXPECT_EQ(told(), users(1, 2));
}

TEST_F(MatchmakerTest, GamesAndQueuesDoNotMix) {
  for (std::int64_t user = 1; user <= 7; ++user) join(user);
  join(8, 25, "brainwave");
  pass_s(10);
  EXPECT_TRUE(edge_.asked.empty());
  pass_s(36);
  ASSERT_EQ(edge_.asked.size(), 1U);
  EXPECT_EQ(edge_.asked[0].expected, users(1, 7));
}

TEST_F(MatchmakerTest, TicketsOfAnUnknownGameExpire) {
  for (std::int64_t user = 1; user <= 8; ++user) join(user, 25, "chess");
  pass_s(121);
  EXPECT_TRUE(edge_.asked.empty());
  EXPECT_EQ(ticket(1).status, TicketStatus::expired);
}

TEST_F(MatchmakerTest, WhoCancelsMeanwhileIsNotMatchedAndTheOthersTryAgain) {
  for (std::int64_t user = 1; user <= 9; ++user) join(user);
  edge_.hold = true;
  pass_s(0.5);
  ASSERT_EQ(edge_.asked.size(), 1U);
  cancel(4);
  edge_.hold = false;
  edge_.release();
  settle();
  EXPECT_TRUE(edge_.told.empty());
  EXPECT_EQ(matchmaker_.counters().lost_races, 1U);
  pass_s(0.5);
  ASSERT_EQ(edge_.asked.size(), 2U);
  EXPECT_EQ(ticket(4).status, TicketStatus::cancelled);
  EXPECT_EQ(ticket(9).status, TicketStatus::matched);
  EXPECT_EQ(ticket(9).room->room, base::RoomId{2});
  EXPECT_EQ(told().size(), 8U);
}

TEST_F(MatchmakerTest, ATicketIsInOneGroupAtATime) {
  for (std::int64_t user = 1; user <= 8; ++user) join(user);
  edge_.hold = true;
  pass_s(10);
  EXPECT_EQ(edge_.asked.size(), 1U);
  for (std::int64_t user = 11; user <= 18; ++user) join(user);
  pass_s(1);
  ASSERT_EQ(edge_.asked.size(), 2U);
  EXPECT_EQ(edge_.asked[1].expected, users(11, 18));
  edge_.release();
  settle();
  EXPECT_EQ(matchmaker_.counters().matches, 2U);
}

TEST_F(MatchmakerTest, WithoutARoomItBacksOffAndTriesAgain) {
  for (std::int64_t user = 1; user <= 8; ++user) join(user);
  edge_.failures = 3;
  pass_s(0);
  EXPECT_EQ(edge_.asked.size(), 1U);
  pass_s(0.5);
  EXPECT_EQ(edge_.asked.size(), 1U);
  pass_s(0.5);
  EXPECT_EQ(edge_.asked.size(), 2U);  // after 1 s, then after 2, then after 4
  pass_s(2);
  EXPECT_EQ(edge_.asked.size(), 3U);
  pass_s(3.5);
  EXPECT_EQ(edge_.asked.size(), 3U);
  pass_s(0.5);
  EXPECT_EQ(edge_.asked.size(), 4U);
  EXPECT_EQ(told(), users(1, 8));
  EXPECT_EQ(matchmaker_.counters().failures, 3U);
}

TEST_F(MatchmakerTest, ATroubledGameHoldsNoOtherUp) {
  for (std::int64_t user = 1; user <= 8; ++user) join(user, 25, "brainwave");
  edge_.failures = 1;
  pass_s(0.4);
  for (std::int64_t user = 11; user <= 18; ++user) join(user);
  pass_s(0.5);
  EXPECT_EQ(told(), users(11, 18));
}

TEST_F(MatchmakerTest, AsksForSoManyRoomsAtATime) {
  Config few = config();
  few.rooms_under_way_max = 2;
  Matchmaker matchmaker(few, {queue_, edge_, clock_}, invitation, mailbox_);
  for (std::int64_t user = 1; user <= 24; ++user) join(user);
  matchmaker.turn();
  settle();
  EXPECT_EQ(edge_.asked.size(), 2U);
  clock_.advance_ms(500);
  matchmaker.turn();
  settle();
  EXPECT_EQ(edge_.asked.size(), 3U);
}

TEST_F(MatchmakerTest, AnotherPairingMayTakeItsPlace) {
  Config pairs = config();
  pairs.pairing = [](std::span<const match::Candidate> waiting, const match::PairingRules&) {
    std::vector<match::Group> groups;
    for (std::size_t i = 0; i + 1 < waiting.size(); i += 2) groups.push_back({{i, i + 1}, 4});
    return groups;
  };
  Matchmaker matchmaker(pairs, {queue_, edge_, clock_}, invitation, mailbox_);
  for (std::int64_t user = 1; user <= 5; ++user) join(user);
  matchmaker.turn();
  settle();
  EXPECT_EQ(edge_.asked.size(), 2U);
  EXPECT_EQ(told(), users(1, 4));
}

TEST_F(MatchmakerTest, TwoMatchmakersHarmNobody) {
  Matchmaker other(config(), {queue_, edge_, clock_}, invitation, mailbox_);
  for (std::int64_t user = 1; user <= 8; ++user) join(user);
  matchmaker_.turn();
  other.turn();
  settle();
  EXPECT_EQ(edge_.asked.size(), 2U);
  EXPECT_EQ(told(), users(1, 8));
  EXPECT_EQ(matchmaker_.counters().matches + other.counters().matches, 1U);
  EXPECT_EQ(matchmaker_.counters().lost_races + other.counters().lost_races, 1U);
}

TEST_F(MatchmakerTest, StoppingWaitsForWhatIsUnderWayAndStartsNothingMore) {
  for (std::int64_t user = 1; user <= 8; ++user) join(user);
  edge_.hold = true;
  pass_s(0);
  bool idle = false;
  matchmaker_.stop([&] { idle = true; });
  EXPECT_FALSE(idle);
  edge_.release();
  settle();
  EXPECT_TRUE(idle);
  EXPECT_EQ(told(), users(1, 8));
  for (std::int64_t user = 11; user <= 18; ++user) join(user);
  pass_s(2);
  EXPECT_EQ(edge_.asked.size(), 1U);
}

// People come, lose patience and join again for ten minutes; rooms fail and are slow. Whoever was
// told has a matched ticket of that room, and nobody is told twice for one ticket.
TEST_F(MatchmakerTest, ACrowdIsServedAndTicketsAreConserved) {
  base::Rng rng(41);
  std::map<std::int64_t, int> joined;
  for (int step = 0; step < 1200; ++step) {
    edge_.hold = rng.chance(30);
    if (rng.chance(3)) edge_.failures = 1;
    for (std::uint32_t i = rng.below(3); i > 0; --i) {
      const std::int64_t user = 1 + static_cast<std::int64_t>(joined.size());
      joined[user] = 1;
      join(user, 10.0 + rng.below(30));
    }
    if (!joined.empty() && rng.chance(10)) {
      cancel(1 + static_cast<std::int64_t>(rng.below(static_cast<std::uint32_t>(joined.size()))));
    }
    pass_s(0.5);
    if (!edge_.hold) edge_.release();
  }
  edge_.hold = false;
  edge_.failures = 0;
  edge_.release();
  pass_s(121);
  std::map<std::int64_t, int> invited;
  for (const auto& [user, message] : edge_.told) ++invited[user.value];
  for (const auto& [user, times] : invited) {
    ASSERT_EQ(times, 1) << user;
    ASSERT_EQ(ticket(user).status, TicketStatus::matched) << user;
  }
  EXPECT_EQ(matchmaker_.counters().humans, invited.size());
  EXPECT_GT(invited.size(), joined.size() * 8 / 10);
}

TEST(MatchmakerThreadTest, RunsByItselfAndStopsTwice) {
  runtime::OsClock clock;
  runtime::SeededEntropy entropy(1);
  state::memory::Directory directory(entropy);
  state::memory::Queue queue(directory, clock);
  FakeEdge edge(directory);
  runtime::LoopThread answers;
  Config quick = config();
  quick.period_ms = 5;
  MatchmakerThread matchmaker(quick, {queue, edge, clock}, invitation);
  std::atomic<int> matched = 0;
  for (std::int64_t user = 1; user <= 8; ++user) {
    Ticket ticket;
    ticket.id = "t" + std::to_string(user);
    ticket.user = UserId{user};
    ticket.game = "suspect";
    ticket.created_at = clock.now();
    ticket.expires_at = clock.now().plus_s(60);
    queue.join(ticket, {answers, [](base::Result<Ticket>) {}});
    queue.wait(ticket.id, ticket.user, 60'000, {answers, [&](base::Result<Ticket> got) {
                                                  if (got->status == TicketStatus::matched)
                                                    ++matched;
                                                }});
  }
  while (matched < 8) std::this_thread::yield();
  matchmaker.stop();
  matchmaker.stop();
  EXPECT_EQ(edge.told.size(), 8U);
  answers.stop();
}

}  // namespace
}  // namespace whoosh::matchmaker
