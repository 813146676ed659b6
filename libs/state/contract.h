// The contract of live state, as tests: every adapter passes them. A test of an adapter defines a
// fixture class with what `Rig` names below and instantiates the suites:
//
//   INSTANTIATE_TYPED_TEST_SUITE_P(Memory, DirectoryContract, MemoryRig);   ... QueueContract,
//   LimitsContract
//
//   struct MemoryRig {
//     state::Directory& directory();
//     state::Queue& queue();
//     state::RateLimits& limits();
//     runtime::Mailbox& mailbox();
//     runtime::ManualClock& clock();   // what the adapter takes for the time
//     void settle();                   // runs until every answer that is due has been given
//   };
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/clock.h"
#include "runtime/mailbox.h"
#include "state/room_code.h"
#include "state/state.h"

namespace whoosh::state::contract {

using base::ErrorCode;

// Where an answer lands. Checks that it comes once.
template <class T>
struct Slot {
  std::optional<base::Result<T>> answer;

  [[nodiscard]] bool has() const { return answer.has_value(); }
  [[nodiscard]] bool ok() const { return answer && answer->has_value(); }
  [[nodiscard]] ErrorCode error() const {
    return answer && answer->has_error() ? answer->error().code : ErrorCode::internal;
  }
};

template <class Rig>
class Base : public ::testing::Test {
 protected:
  template <class T>
  using Slots = std::shared_ptr<Slot<T>>;

  template <class T>
  Reply<T> reply_to(const Slots<T>& slot) {
    return Reply<T>(rig_.mailbox(), [slot](base::Result<T> result) {
      EXPECT_FALSE(slot->has()) << "answered twice";
      slot->answer.emplace(std::move(result));
    });
  }
  // Asks, waits, and expects an answer.
  template <class T, class Ask>
  Slot<T> ask(Ask&& call) {
    auto slot = std::make_shared<Slot<T>>();
    call(reply_to<T>(slot));
    rig_.settle();
    EXPECT_TRUE(slot->has()) << "not answered";
    return *slot;
  }
  [[nodiscard]] UnixMs now() { return rig_.clock().now(); }

  Rig rig_;
};

// ---- directory ---------------------------------------------------------------------------------

template <class Rig>
class DirectoryContract : public Base<Rig> {
 protected:
  static RoomEntry room(std::uint64_t id, std::int64_t created_ms = 1000) {
    RoomEntry entry;
    entry.room = RoomId{id};
    entry.node = "edge-1";
    entry.epoch = 1;
    entry.game = "suspect";
    entry.created_at = {created_ms};
    return entry;
  }
  Slot<RoomEntry> claim(const RoomEntry& entry) {
    return this->template ask<RoomEntry>(
        [&](auto reply) { this->rig_.directory().claim_room(entry, std::move(reply)); });
  }
  Slot<RoomEntry> find(std::uint64_t id) {
    return this->template ask<RoomEntry>(
        [&](auto reply) { this->rig_.directory().find_room(RoomId{id}, std::move(reply)); });
  }
  Slot<RoomEntry> by_code(const std::string& code) {
    return this->template ask<RoomEntry>(
        [&](auto reply) { this->rig_.directory().find_code(code, std::move(reply)); });
  }
  Slot<void> release(std::uint64_t id, std::uint32_t epoch) {
    return this->template ask<void>([&](auto reply) {
      this->rig_.directory().release_room(RoomId{id}, epoch, std::move(reply));
    });
  }
  Slot<Directory::Page> page(const std::string& game, std::optional<std::string> cursor,
                             std::int32_t limit) {
    return this->template ask<Directory::Page>([&](auto reply) {
      this->rig_.directory().public_rooms(game, std::move(cursor), limit, std::move(reply));
    });
  }
  // Ids of all public rooms of a game, read in pages of `limit`.
  std::vector<std::uint64_t> listed(const std::string& game, std::int32_t limit) {
    std::vector<std::uint64_t> ids;
    std::optional<std::string> cursor;
    do {
      const auto got = page(game, cursor, limit);
      if (!got.ok()) return {};
      const Directory::Page& read = **got.answer;
      EXPECT_LE(read.rooms.size(), static_cast<std::size_t>(limit));
      for (const RoomEntry& entry : read.rooms) ids.push_back(entry.room.value);
      cursor = read.next;
    } while (cursor && ids.size() < 1000);
    return ids;
  }
};
TYPED_TEST_SUITE_P(DirectoryContract);

TYPED_TEST_P(DirectoryContract, AClaimedRoomIsFoundByIdAndCode) {
  const auto claimed = this->claim(this->room(7));
  ASSERT_TRUE(claimed.ok());
  const RoomEntry entry = **claimed.answer;
  EXPECT_EQ(entry.code.size(), 4U);
  EXPECT_EQ(fold_room_code(entry.code), entry.code);
  EXPECT_EQ(entry.node, "edge-1");
  ASSERT_TRUE(this->find(7).ok());
  EXPECT_EQ((**this->find(7).answer).code, entry.code);
  ASSERT_TRUE(this->by_code(entry.code).ok());
  EXPECT_EQ((**this->by_code(entry.code).answer).room, RoomId{7});
  std::string typed = " " + entry.code.substr(0, 2) + "-" + entry.code.substr(2);
  for (char& letter : typed) letter = static_cast<char>(std::tolower(letter));
  EXPECT_TRUE(this->by_code(typed).ok()) << typed;
}

TYPED_TEST_P(DirectoryContract, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(this->find(1).error(), ErrorCode::room_not_found);
  for (const char* code :
       {"", "ABC", "ABCDEF", "AB1D", "ABOD", "ABID", "ABLD", "AB0D", "ÄBCD", "ZZZZ"}) {
    EXPECT_EQ(this->by_code(code).error(), ErrorCode::room_not_found) << code;
  }
}

TYPED_TEST_P(DirectoryContract, CodesAreUnique) {
  std::set<std::string> codes;
  for (std::uint64_t id = 1; id <= 500; ++id) {
    const auto claimed = this->claim(this->room(id));
    ASSERT_TRUE(claimed.ok());
    EXPECT_TRUE(codes.insert((**claimed.answer).code).second);
  }
}

TYPED_TEST_P(DirectoryContract, ANewerLifeKeepsTheCodeAndAnOlderIsRefused) {
  RoomEntry entry = this->room(7);
  entry.epoch = 3;
  const std::string code = (**this->claim(entry).answer).code;
  entry.epoch = 4;
  entry.node = "edge-2";
  const auto moved = this->claim(entry);
  ASSERT_TRUE(moved.ok());
  EXPECT_EQ((**moved.answer).code, code);
  EXPECT_EQ((**this->by_code(code).answer).node, "edge-2");
  entry.epoch = 3;
  EXPECT_EQ(this->claim(entry).error(), ErrorCode::conflict);
  EXPECT_EQ(this->release(7, 3).error(), ErrorCode::conflict);
  EXPECT_EQ((**this->find(7).answer).node, "edge-2");
}

TYPED_TEST_P(DirectoryContract, AReleasedRoomIsGoneAndReleasingTwiceIsFine) {
  const std::string code = (**this->claim(this->room(7)).answer).code;
  EXPECT_TRUE(this->release(7, 1).ok());
  EXPECT_EQ(this->find(7).error(), ErrorCode::room_not_found);
  EXPECT_EQ(this->by_code(code).error(), ErrorCode::room_not_found);
  EXPECT_TRUE(this->release(7, 1).ok());
}

TYPED_TEST_P(DirectoryContract, PublicRoomsNewestFirstInPages) {
  for (std::uint64_t id = 1; id <= 9; ++id) {
    RoomEntry entry = this->room(id, static_cast<std::int64_t>(id / 2));  // two of a millisecond
    entry.is_public = id != 5;
    if (id % 3 == 0) entry.game = "brainwave";
    ASSERT_TRUE(this->claim(entry).ok());
  }
  using Ids = std::vector<std::uint64_t>;
  for (const std::int32_t limit : {1, 2, 3, 100}) {
    EXPECT_EQ(this->listed("", limit), (Ids{8, 9, 6, 7, 4, 2, 3, 1}));
    EXPECT_EQ(this->listed("brainwave", limit), (Ids{9, 6, 3}));
    EXPECT_EQ(this->listed("chess", limit), Ids{});
  }
  ASSERT_TRUE(this->release(6, 1).ok());
  EXPECT_EQ(this->listed("brainwave", 2), (Ids{9, 3}));
}

TYPED_TEST_P(DirectoryContract, APageGoesOnWhenItsLastRoomIsGone) {
  for (std::uint64_t id = 1; id <= 4; ++id) {
    RoomEntry entry = this->room(id, static_cast<std::int64_t>(id));
    entry.is_public = true;
    ASSERT_TRUE(this->claim(entry).ok());
  }
  const auto first = this->page("", std::nullopt, 2);
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE((**first.answer).next);
  ASSERT_TRUE(this->release(3, 1).ok());
  const auto second = this->page("", (**first.answer).next, 2);
  ASSERT_TRUE(second.ok());
  ASSERT_EQ((**second.answer).rooms.size(), 2U);
  EXPECT_EQ((**second.answer).rooms[0].room, RoomId{2});
  EXPECT_FALSE((**second.answer).next);
}

TYPED_TEST_P(DirectoryContract, ForeignCursorsAreMalformed) {
  for (const char* cursor :
       {"", "x", "17", "17.", ".0123456789abcdef", "17.zz", "1e3.0123456789abcdef"}) {
    EXPECT_EQ(this->page("", cursor, 10).error(), ErrorCode::malformed) << cursor;
  }
}

TYPED_TEST_P(DirectoryContract, ARoomThatTurnsPrivateIsListedNoMore) {
  RoomEntry entry = this->room(7);
  entry.is_public = true;
  ASSERT_TRUE(this->claim(entry).ok());
  entry.is_public = false;
  ASSERT_TRUE(this->claim(entry).ok());
  EXPECT_TRUE(this->listed("", 10).empty());
}

REGISTER_TYPED_TEST_SUITE_P(DirectoryContract, AClaimedRoomIsFoundByIdAndCode,
                            WhatIsNotThereIsNotFound, CodesAreUnique,
                            ANewerLifeKeepsTheCodeAndAnOlderIsRefused,
                            AReleasedRoomIsGoneAndReleasingTwiceIsFine,
                            PublicRoomsNewestFirstInPages, APageGoesOnWhenItsLastRoomIsGone,
                            ForeignCursorsAreMalformed, ARoomThatTurnsPrivateIsListedNoMore);

// ---- queue -------------------------------------------------------------------------------------

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
                            AnotherGameIsRefusedWhileSearching, PositionsCountWithinOneGame,
                            OthersTicketsAreNotFound, MatchingTakesAllOrNobody, ATicketEndsOnce,
                            TheTicketStaysWhileTheMatchsRoomLives,
                            AfterTheMatchAJoinGivesANewTicketThoughTheRoomLives,
                            AWaitIsAnsweredWhenTheTicketEnds,
                            AWaitThatIsOverAnswersAsItIs,
                            AWaitOnAnEndedTicketOrOfNoTimeAnswersAtOnce, TicketsExpire,
                            CancellingWithoutATicketIsFine, EstimatesComeFromRecentMatches);

// ---- rate limits -------------------------------------------------------------------------------

template <class Rig>
class LimitsContract : public Base<Rig> {
 protected:
  std::int32_t take(const std::string& key, RateRule rule, UnixMs at) {
    const auto taken = this->template ask<std::int32_t>(
        [&](auto reply) { this->rig_.limits().take(key, rule, at, std::move(reply)); });
    EXPECT_TRUE(taken.ok());
    return taken.ok() ? **taken.answer : -1;
  }
};
TYPED_TEST_SUITE_P(LimitsContract);

TYPED_TEST_P(LimitsContract, ABurstThenEvenly) {
  const RateRule rule{3, 6};  // one in ten seconds
  const UnixMs start{1'000'000};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(this->take("a", rule, start), 0);
  EXPECT_EQ(this->take("a", rule, start), 10);
  EXPECT_EQ(this->take("a", rule, start.plus_ms(1)), 10);
  EXPECT_EQ(this->take("a", rule, start.plus_ms(9'001)), 1);
  EXPECT_EQ(this->take("b", rule, start), 0);
  EXPECT_EQ(this->take("a", rule, start.plus_s(10)), 0);
  EXPECT_EQ(this->take("a", rule, start.plus_s(10)), 10);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(this->take("a", rule, start.plus_s(3600)), 0);
  EXPECT_EQ(this->take("a", rule, start.plus_s(3600)), 10);
}

TYPED_TEST_P(LimitsContract, RefusalsCostNothing) {
  const RateRule rule{1, 60};
  const UnixMs start{1'000'000};
  EXPECT_EQ(this->take("a", rule, start), 0);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(this->take("a", rule, start), 1);
  EXPECT_EQ(this->take("a", rule, start.plus_s(1)), 0);
}

TYPED_TEST_P(LimitsContract, AClockThatJumpsBackLocksNobodyOutForLong) {
  const RateRule rule{2, 60};
  const UnixMs start{10'000'000};
  EXPECT_EQ(this->take("a", rule, start), 0);
  const UnixMs earlier{1'000'000};
  EXPECT_LE(this->take("a", rule, earlier), 1);
  EXPECT_EQ(this->take("a", rule, earlier.plus_s(2)), 0);
}

REGISTER_TYPED_TEST_SUITE_P(LimitsContract, ABurstThenEvenly, RefusalsCostNothing,
                            AClockThatJumpsBackLocksNobodyOutForLong);

}  // namespace whoosh::state::contract
