// The contract of matchmaking tickets; see state/contract.h.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "state/contract_base.h"
#include "state/state.h"

namespace whoosh::state::contract {

template <class Rig>
class QueueContract : public Base<Rig> {
 protected:
  Ticket fresh(std::int64_t user, const std::string& game = "suspect") {
    Ticket ticket;
    ticket.id = "t" + std::to_string(user) + "." + std::to_string(++made_);
    ticket.user = UserId{user};
    ticket.name = "User " + std::to_string(user);
    ticket.queue = "standard";
    ticket.game = game;
    ticket.created_at = this->now();
    ticket.expires_at = this->now().plus_s(600);
    return ticket;
  }
  Slot<Ticket> join(const Ticket& ticket) {
    return this->template ask<Ticket>(
        [&](auto reply) { this->rig_.queue().join(ticket, std::move(reply)); });
  }
  std::string joined(std::int64_t user) { return (**join(fresh(user)).answer).id; }
  Slot<Ticket> find(const std::string& id, std::int64_t user) {
    return this->template ask<Ticket>(
        [&](auto reply) { this->rig_.queue().find(id, UserId{user}, std::move(reply)); });
  }
  TicketStatus status(const std::string& id, std::int64_t user) {
    const auto found = find(id, user);
    EXPECT_TRUE(found.ok());
    return found.ok() ? (**found.answer).status : TicketStatus::expired;
  }
  std::shared_ptr<Slot<Ticket>> wait(const std::string& id, std::int64_t user, std::int64_t ms) {
    auto slot = std::make_shared<Slot<Ticket>>();
    this->rig_.queue().wait(id, UserId{user}, ms, this->template reply_to<Ticket>(slot));
    this->rig_.settle();
    return slot;
  }
  Slot<void> cancel(const std::string& id, std::int64_t user) {
    return this->template ask<void>(
        [&](auto reply) { this->rig_.queue().cancel(id, UserId{user}, std::move(reply)); });
  }
  std::vector<std::string> searching() {
    const auto read = this->template ask<std::vector<Ticket>>(
        [&](auto reply) { this->rig_.queue().searching(this->now(), std::move(reply)); });
    std::vector<std::string> ids;
    if (!read.ok()) return ids;
    for (const Ticket& ticket : **read.answer) ids.push_back(ticket.id);
    return ids;
  }
  bool match(std::vector<std::string> ids, const RoomEntry& room) {
    const auto done = this->template ask<bool>(
        [&](auto reply) { this->rig_.queue().match(std::move(ids), room, std::move(reply)); });
    EXPECT_TRUE(done.ok());
    return done.ok() && **done.answer;
  }
  RoomEntry open_room(std::uint64_t id) {
    RoomEntry entry;
    entry.room = RoomId{id};
    entry.epoch = 1;
    entry.game = "suspect";
    entry.created_at = this->now();
    return **this->template ask<RoomEntry>([&](auto reply) {
                   this->rig_.directory().claim_room(entry, std::move(reply));
                 })
                 .answer;
  }
  void close_room(std::uint64_t id) {
    this->template ask<void>(
        [&](auto reply) { this->rig_.directory().release_room(RoomId{id}, 1, std::move(reply)); });
  }
  void later(std::int64_t ms) {
    this->rig_.clock().advance_ms(ms);
    this->rig_.settle();
  }

 private:
  int made_ = 0;
};
TYPED_TEST_SUITE_P(QueueContract);

using Ids = std::vector<std::string>;

TYPED_TEST_P(QueueContract, JoiningTwiceGivesTheSameTicket) {
  const std::string id = this->joined(1);
  const auto again = this->join(this->fresh(1));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((**again.answer).id, id);
  EXPECT_EQ(this->searching(), Ids{id});
}

TYPED_TEST_P(QueueContract, ATicketKeepsEverythingItWasEnteredWith) {
  Ticket entered = this->fresh(1);
  entered.name = "Zoë \"\\\r\n";
  entered.avatar = "fox";
  entered.newcomer = true;
  entered.session = "family-1";
  entered.look = {"frame_neon", "colour_mint", "title_liar", "reactions_cats"};
  entered.host = "play.example.org:8000";
  entered.mu = 31.0625;
  ASSERT_TRUE(this->join(entered).ok());
  const auto expect_same = [&](const Ticket& read) {
    EXPECT_EQ(read.id, entered.id);
    EXPECT_EQ(read.user, entered.user);
    EXPECT_EQ(read.name, entered.name);
    EXPECT_EQ(read.avatar, entered.avatar);
    EXPECT_TRUE(read.newcomer);
    EXPECT_EQ(read.session, entered.session);
    EXPECT_EQ(read.look, entered.look);
    EXPECT_EQ(read.host, entered.host);
    EXPECT_EQ(read.queue, entered.queue);
    EXPECT_EQ(read.game, entered.game);
    EXPECT_EQ(read.mu, entered.mu);
    EXPECT_EQ(read.created_at, entered.created_at);
    EXPECT_EQ(read.expires_at, entered.expires_at);
  };
  expect_same(**this->find(entered.id, 1).answer);
  const auto listed = this->template ask<std::vector<Ticket>>(
      [&](auto reply) { this->rig_.queue().searching(this->now(), std::move(reply)); });
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ((**listed.answer).size(), 1U);
  expect_same((**listed.answer).front());  // what the matcher signs seat tickets from
}

TYPED_TEST_P(QueueContract, AnotherGameIsRefusedWhileSearching) {
  const std::string id = this->joined(1);
  EXPECT_EQ(this->join(this->fresh(1, "brainwave")).error(), ErrorCode::already_queued);
  ASSERT_TRUE(this->cancel(id, 1).ok());
  EXPECT_TRUE(this->join(this->fresh(1, "brainwave")).ok());
}

TYPED_TEST_P(QueueContract, PositionsCountWithinOneGame) {
  const std::string first = this->joined(1);
  ASSERT_TRUE(this->join(this->fresh(2, "brainwave")).ok());
  const std::string second = this->joined(3);
  const std::string third = this->joined(4);
  ASSERT_TRUE(this->cancel(second, 3).ok());
  const Ticket ticket = **this->find(third, 4).answer;
  EXPECT_EQ(ticket.position, 2);
  EXPECT_EQ(ticket.waiting, 2);
  EXPECT_EQ(this->searching().size(), 3U);
  EXPECT_EQ(this->searching().front(), first);
}

TYPED_TEST_P(QueueContract, OthersTicketsAreNotFound) {
  const std::string id = this->joined(1);
  EXPECT_EQ(this->find(id, 2).error(), ErrorCode::ticket_not_found);
  EXPECT_EQ(this->find("none", 1).error(), ErrorCode::ticket_not_found);
  EXPECT_EQ(this->cancel(id, 2).error(), ErrorCode::ticket_not_found);
  EXPECT_EQ(this->wait(id, 2, 1000)->error(), ErrorCode::ticket_not_found);
  EXPECT_EQ(this->status(id, 1), TicketStatus::searching);
}

TYPED_TEST_P(QueueContract, MatchingTakesAllOrNobody) {
  const std::string a = this->joined(1);
  const std::string b = this->joined(2);
  const std::string c = this->joined(3);
  const RoomEntry room = this->open_room(9);
  ASSERT_TRUE(this->cancel(b, 2).ok());
  EXPECT_FALSE(this->match({a, b}, room));
  EXPECT_FALSE(this->match({a, "none"}, room));
  EXPECT_FALSE(this->match({a, a}, room));
  EXPECT_FALSE(this->match({}, room));
  EXPECT_EQ(this->status(a, 1), TicketStatus::searching);
  EXPECT_TRUE(this->match({a, c}, room));
  EXPECT_FALSE(this->match({a, c}, room));
  const Ticket ticket = **this->find(a, 1).answer;
  EXPECT_EQ(ticket.status, TicketStatus::matched);
  ASSERT_TRUE(ticket.room);
  EXPECT_EQ(ticket.room->room, room.room);
  EXPECT_EQ(ticket.room->code, room.code);
  EXPECT_TRUE(this->searching().empty());
}

TYPED_TEST_P(QueueContract, ATicketEndsOnce) {
  const std::string id = this->joined(1);
  const RoomEntry room = this->open_room(9);
  ASSERT_TRUE(this->match({id}, room));
  EXPECT_TRUE(this->cancel(id, 1).ok());
  this->later(601'000);
  this->searching();
  EXPECT_EQ(this->status(id, 1), TicketStatus::matched);
}

TYPED_TEST_P(QueueContract, TheTicketStaysWhileTheMatchsRoomLives) {
  const std::string id = this->joined(1);
  ASSERT_TRUE(this->match({id}, this->open_room(9)));
  this->later(3'600'000);
  this->searching();  // the time at which old tickets are forgotten
  EXPECT_EQ((**this->join(this->fresh(1)).answer).id, id);
  EXPECT_EQ((**this->join(this->fresh(1, "brainwave")).answer).id, id);
  this->close_room(9);
  const Ticket next = **this->join(this->fresh(1)).answer;
  EXPECT_NE(next.id, id);
  EXPECT_EQ(next.status, TicketStatus::searching);
}

TYPED_TEST_P(QueueContract, AfterTheMatchAJoinGivesANewTicketThoughTheRoomLives) {
  const std::string mine = this->joined(1);
  const std::string other = this->joined(2);
  const std::string elsewhere = this->joined(3);
  ASSERT_TRUE(this->match({mine, other}, this->open_room(9)));
  ASSERT_TRUE(this->match({elsewhere}, this->open_room(10)));
  const auto over = this->template ask<void>([&](auto reply) {
    this->rig_.queue().match_over(RoomId{9}, {UserId{1}, UserId{3}, UserId{4}}, std::move(reply));
  });
  EXPECT_TRUE(over.ok());
  EXPECT_EQ(this->status(mine, 1), TicketStatus::matched);  // the way back to the room
  EXPECT_EQ((**this->join(this->fresh(2)).answer).id, other);
  EXPECT_EQ((**this->join(this->fresh(3)).answer).id, elsewhere);
  const Ticket next = **this->join(this->fresh(1)).answer;
  EXPECT_NE(next.id, mine);
  EXPECT_EQ(next.status, TicketStatus::searching);
}

TYPED_TEST_P(QueueContract, AWaitIsAnsweredWhenTheTicketEnds) {
  const std::string a = this->joined(1);
  const std::string b = this->joined(2);
  const auto matched = this->wait(a, 1, 25'000);
  const auto cancelled = this->wait(b, 2, 25'000);
  this->later(10'000);
  EXPECT_FALSE(matched->has());
  EXPECT_FALSE(cancelled->has());
  ASSERT_TRUE(this->match({a}, this->open_room(9)));
  ASSERT_TRUE(matched->ok());
  EXPECT_EQ((**matched->answer).status, TicketStatus::matched);
  EXPECT_FALSE(cancelled->has());
  ASSERT_TRUE(this->cancel("", 2).ok());
  ASSERT_TRUE(cancelled->ok());
  EXPECT_EQ((**cancelled->answer).status, TicketStatus::cancelled);
}

TYPED_TEST_P(QueueContract, AWaitThatIsOverAnswersAsItIs) {
  const std::string id = this->joined(1);
  const auto longer = this->wait(id, 1, 20'000);
  const auto shorter = this->wait(id, 1, 5'000);
  this->later(4'999);
  EXPECT_FALSE(shorter->has());
  this->later(1);
  ASSERT_TRUE(shorter->ok());
  EXPECT_EQ((**shorter->answer).status, TicketStatus::searching);
  EXPECT_EQ((**shorter->answer).position, 1);
  EXPECT_FALSE(longer->has());
  this->later(15'000);
  EXPECT_TRUE(longer->ok());
}

TYPED_TEST_P(QueueContract, AWaitOnAnEndedTicketOrOfNoTimeAnswersAtOnce) {
  const std::string id = this->joined(1);
  EXPECT_TRUE(this->wait(id, 1, 0)->ok());
  EXPECT_TRUE(this->wait(id, 1, -1)->ok());
  ASSERT_TRUE(this->cancel(id, 1).ok());
  EXPECT_TRUE(this->wait(id, 1, 25'000)->ok());
}

TYPED_TEST_P(QueueContract, TicketsExpire) {
  const std::string id = this->joined(1);
  this->later(590'000);
  EXPECT_EQ(this->searching(), Ids{id});
  const auto waiting = this->wait(id, 1, 60'000);
  this->later(10'000);
  EXPECT_TRUE(this->searching().empty());
  ASSERT_TRUE(waiting->ok());
  EXPECT_EQ((**waiting->answer).status, TicketStatus::expired);
  EXPECT_EQ(this->status(id, 1), TicketStatus::expired);
  EXPECT_FALSE(this->match({id}, this->open_room(9)));
  EXPECT_NE(this->joined(1), id);
}

TYPED_TEST_P(QueueContract, CancellingWithoutATicketIsFine) {
  EXPECT_TRUE(this->cancel("", 1).ok());
  const std::string id = this->joined(1);
  EXPECT_TRUE(this->cancel(id, 1).ok());
  EXPECT_TRUE(this->cancel(id, 1).ok());
  EXPECT_EQ(this->status(id, 1), TicketStatus::cancelled);
  EXPECT_NE(this->joined(1), id);
}

TYPED_TEST_P(QueueContract, EstimatesComeFromRecentMatches) {
  const std::string a = this->joined(1);
  EXPECT_FALSE((**this->find(a, 1).answer).estimate_s);
  ASSERT_TRUE(this->match({a}, this->open_room(9)));
  const std::string b = this->joined(2);
  const Ticket ticket = **this->find(b, 2).answer;
  ASSERT_TRUE(ticket.estimate_s);
  EXPECT_EQ(*ticket.estimate_s, 300);  // one person in five minutes
}

REGISTER_TYPED_TEST_SUITE_P(QueueContract, JoiningTwiceGivesTheSameTicket,
                            ATicketKeepsEverythingItWasEnteredWith,
                            AnotherGameIsRefusedWhileSearching, PositionsCountWithinOneGame,
                            OthersTicketsAreNotFound, MatchingTakesAllOrNobody, ATicketEndsOnce,
                            TheTicketStaysWhileTheMatchsRoomLives,
                            AfterTheMatchAJoinGivesANewTicketThoughTheRoomLives,
                            AWaitIsAnsweredWhenTheTicketEnds, AWaitThatIsOverAnswersAsItIs,
                            AWaitOnAnEndedTicketOrOfNoTimeAnswersAtOnce, TicketsExpire,
                            CancellingWithoutATicketIsFine, EstimatesComeFromRecentMatches);

}  // namespace whoosh::state::contract
