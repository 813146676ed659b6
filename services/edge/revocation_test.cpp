// Goal: a revocation reaches the door and the live connections of an edge within moments, and only
// those that it is about. Method: an edge of two shards over real sockets, fed by the memory twin.
#include <gtest/gtest.h>

#include "services/edge/edge_test_support.h"

namespace whoosh::edge {
namespace {

class Revoked : public net::OnBothEngines {
 protected:
  void SetUp() override {
    OnBothEngines::SetUp();
    if (IsSkipped()) return;
    EdgeConfig config;
    config.listen = "127.0.0.1";
    config.port = 0;
    config.shards = 2;
    config.net.io = net::io_under_test;
    edge = std::make_unique<EdgeServer>(config,
                                        Ports{*shared.authority, shared.directory, shared.limits,
                                              shared.revocation_list, shared.clock},
                                        [](match::MatchRecord) {});
    shared.gateway.target = edge.get();
    ASSERT_TRUE(edge->start(shared.gateway));
    feed = std::make_unique<state::RevocationFeed>(
        shared.revocations, shared.revocation_list, shared.clock,
        [this](std::span<const state::Revoked> revoked) { edge->revoke(revoked); },
        state::RevocationFeed::Options{5, 60'000});
    const auto made = ask<state::RoomEntry>(shared.mailbox, [&](auto reply) {
      api::NewRoom suspect;
      suspect.game = "suspect";
      edge->create_room(suspect, std::move(reply));
    });
    ASSERT_TRUE(made);
    room = made->room;
  }
  void TearDown() override {
    if (feed != nullptr) feed->stop();
    if (edge != nullptr) edge->stop();
    OnBothEngines::TearDown();
  }
  void revoke(std::int64_t user, std::string family, bool banned = false) {
    const base::UnixMs now = shared.clock.now();
    const state::Revoked one{base::UserId{user}, std::move(family), banned, now,
                             now.plus_ms(3'660'000)};
    shared.revocations.publish({one}, {shared.mailbox, [](base::Result<>) {}});
    ASSERT_TRUE(net::eventually(
        [&] { return shared.revocation_list.is_revoked(one.user, one.family, one.at); }));
  }
  TestPlayer by_access(const std::string& token) {
    return {edge->port(), "/ws?game_id=" + room.text() + "&token=" + token};
  }
  TestPlayer by_ticket(const std::string& ticket) {
    return {edge->port(), "/ws?game_id=" + room.text(),
            "Sec-WebSocket-Protocol: whoosh.v1, ticket." + ticket + "\r\n"};
  }
  TestPlayer by_resume(const std::string& token) {
    return {edge->port(), "/ws?game_id=" + room.text() + "&resume=" + token};
  }
  static void refused(TestPlayer player, int status, const std::string& code) {
    EXPECT_EQ(player.status(), status);
    EXPECT_EQ(player.code(), code);
  }

  TestDeployment shared;
  std::unique_ptr<EdgeServer> edge;
  std::unique_ptr<state::RevocationFeed> feed;
  base::RoomId room;
};

WHOOSH_ENGINES(Revoked);

TEST_P(Revoked, ASignedOutSessionLosesItsConnectionAndItsDoors) {
  const std::string phone = shared.access(1, "phone");
  TestPlayer on_phone = by_access(phone);
  const std::string resume = member(on_phone.message("WELCOME"), "resume");
  TestPlayer lobby(edge->port(), "/ws?token=" + shared.access(1, "laptop"));
  ASSERT_EQ(lobby.status(), 101);
  const std::string unused = shared.ticket(1, room, "phone");
  revoke(1, "phone");
  EXPECT_EQ(on_phone.end(), "close:4001");
  refused(by_access(phone), 401, "bad_token");
  refused(by_ticket(unused), 401, "bad_ticket");
  refused(by_resume(resume), 401, "bad_resume");

  edge->notify(base::UserId{1}, R"({"type":"STILL","payload":{}})");
  EXPECT_EQ(lobby.message("STILL").substr(0, 5), "text:") << "the other session's stays";
  EXPECT_EQ(by_access(shared.access(1, "laptop")).status(), 101);
}

TEST_P(Revoked, LobbyConnectionsOnAnyShard) {
  std::vector<TestPlayer> people;
  for (std::int64_t user = 1; user <= 4; ++user) {
    people.emplace_back(edge->port(), "/ws?token=" + shared.access(user));
    ASSERT_EQ(people.back().status(), 101);
  }
  for (std::int64_t user = 1; user <= 4; ++user) revoke(user, "phone");
  for (TestPlayer& person : people) EXPECT_EQ(person.end(), "close:4001");
}

TEST_P(Revoked, ABannedPersonIsOutWhateverHeShows) {
  const std::string token = shared.access(1);
  TestPlayer player = by_access(token);
  const std::string resume = member(player.message("WELCOME"), "resume");
  TestPlayer other = by_access(shared.access(2));
  ASSERT_EQ(other.status(), 101);
  const std::string unused = shared.ticket(1, room);
  revoke(1, "", true);
  EXPECT_EQ(player.end(), "close:4003");
  refused(by_access(token), 403, "banned");
  refused(by_ticket(unused), 403, "banned");
  refused(by_resume(resume), 401, "bad_resume");
  refused({edge->port(), "/ws?token=" + token}, 403, "banned");
  EXPECT_EQ(by_access(shared.access(2)).status(), 101);
}

}  // namespace
}  // namespace whoosh::edge
