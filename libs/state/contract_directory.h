// The contract of the room directory; see state/contract.h.
#pragma once

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "state/contract_base.h"
#include "state/room_code.h"
#include "state/state.h"

namespace whoosh::state::contract {

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
  static RoomEntry room_of(const std::string& node, std::uint16_t number, std::uint64_t random) {
    RoomEntry entry = room(RoomId::make(number, base::ShardNo{0}, random).value);
    entry.node = node;
    return entry;
  }
  std::int64_t release_node(const std::string& node, std::uint16_t number) {
    const auto released = this->template ask<std::int64_t>(
        [&](auto reply) { this->rig_.directory().release_node(node, number, std::move(reply)); });
    EXPECT_TRUE(released.ok());
    return released.ok() ? **released.answer : -1;
  }
  Slot<Directory::Page> rooms_page(const std::string& node, std::optional<std::string> cursor,
                                   std::int32_t limit) {
    return this->template ask<Directory::Page>([&](auto reply) {
      this->rig_.directory().rooms(node, std::move(cursor), limit, std::move(reply));
    });
  }
  // Ids of all rooms of a node, read in pages of `limit`.
  std::vector<std::uint64_t> rooms(const std::string& node, std::int32_t limit) {
    std::vector<std::uint64_t> ids;
    std::optional<std::string> cursor;
    do {
      const auto got = rooms_page(node, cursor, limit);
      if (!got.ok()) return {};
      const Directory::Page& read = **got.answer;
      EXPECT_LE(read.rooms.size(), static_cast<std::size_t>(limit));
      for (const RoomEntry& entry : read.rooms) ids.push_back(entry.room.value);
      cursor = read.next;
    } while (cursor && ids.size() < 3000);
    return ids;
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

TYPED_TEST_P(DirectoryContract, ARoomKeepsEverythingItWasEnteredWith) {
  RoomEntry entry = this->room(0x7fff'ffff'ffff'ffff, 1'700'000'000'123);
  entry.node = "edge-1 {x} \"%s\r\n";
  entry.epoch = 4'294'967'295;
  entry.game = "Ärger";
  entry.is_public = true;
  ASSERT_TRUE(this->claim(entry).ok());
  const RoomEntry found = **this->find(entry.room.value).answer;
  EXPECT_EQ(found.room, entry.room);
  EXPECT_EQ(found.node, entry.node);
  EXPECT_EQ(found.epoch, entry.epoch);
  EXPECT_EQ(found.game, entry.game);
  EXPECT_TRUE(found.is_public);
  EXPECT_EQ(found.created_at, entry.created_at);
}

TYPED_TEST_P(DirectoryContract, RoomsOfANodeByIdInPages) {
  for (std::uint64_t id = 1; id <= 9; ++id) {
    RoomEntry entry = this->room(id * 1'000'000'007 % 97);  // 7 14 21 … in no order of time
    entry.node = id % 3 == 0 ? "edge-2" : "edge-1";
    ASSERT_TRUE(this->claim(entry).ok());
  }
  std::vector<std::uint64_t> all = this->rooms("", 100);
  EXPECT_EQ(all.size(), 9U);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  const std::vector<std::uint64_t> second = this->rooms("edge-2", 100);
  EXPECT_EQ(second.size(), 3U);
  for (const std::int32_t limit : {1, 2, 3, 9}) {
    EXPECT_EQ(this->rooms("", limit), all);
    EXPECT_EQ(this->rooms("edge-2", limit), second);
  }
  EXPECT_TRUE(this->rooms("edge-3", 10).empty());
  for (const char* cursor : {"", "x", "17", "17.0123456789abcdef"}) {
    EXPECT_EQ(this->rooms_page("", cursor, 10).error(), ErrorCode::malformed) << cursor;
  }
}

TYPED_TEST_P(DirectoryContract, ARoomThatMovesIsListedAtItsNewNode) {
  RoomEntry entry = this->room(7);
  ASSERT_TRUE(this->claim(entry).ok());
  entry.epoch = 2;
  entry.node = "edge-2";
  ASSERT_TRUE(this->claim(entry).ok());
  EXPECT_TRUE(this->rooms("edge-1", 10).empty());
  EXPECT_EQ(this->rooms("edge-2", 10), std::vector<std::uint64_t>{7});
  ASSERT_TRUE(this->release(7, 2).ok());
  EXPECT_TRUE(this->rooms("edge-2", 10).empty());
  EXPECT_TRUE(this->rooms("", 10).empty());
}

TYPED_TEST_P(DirectoryContract, ADeadNodesRoomsAreReleasedAndItsNextLifesAreLeft) {
  RoomEntry old = this->room_of("edge-1", 3, 1);
  old.is_public = true;
  const std::string code = (**this->claim(old).answer).code;
  ASSERT_TRUE(this->claim(this->room_of("edge-1", 3, 2)).ok());
  const RoomEntry next = this->room_of("edge-1", 4, 1);
  const RoomEntry other = this->room_of("edge-2", 3, 3);
  ASSERT_TRUE(this->claim(next).ok());
  ASSERT_TRUE(this->claim(other).ok());
  EXPECT_EQ(this->release_node("edge-9", 3), 0);
  EXPECT_EQ(this->release_node("edge-1", 3), 2);
  EXPECT_EQ(this->release_node("edge-1", 3), 0);
  EXPECT_EQ(this->find(old.room.value).error(), ErrorCode::room_not_found);
  EXPECT_EQ(this->by_code(code).error(), ErrorCode::room_not_found);
  EXPECT_TRUE(this->listed("", 10).empty());
  EXPECT_EQ(this->rooms("", 10), (std::vector<std::uint64_t>{other.room.value, next.room.value}));
}

TYPED_TEST_P(DirectoryContract, AThousandRoomsOfADeadNodeACall) {
  for (std::uint64_t number = 1; number <= 1005; ++number) {
    this->rig_.directory().claim_room(
        this->room_of("edge-1", 3, number),
        this->template reply_to<RoomEntry>(std::make_shared<Slot<RoomEntry>>()));
  }
  this->rig_.settle();
  EXPECT_EQ(this->release_node("edge-1", 3), 1000);
  EXPECT_EQ(this->release_node("edge-1", 3), 5);
  EXPECT_EQ(this->release_node("edge-1", 3), 0);
}

TYPED_TEST_P(DirectoryContract, ARoomThatWasLostHasItsCodeAgain) {
  RoomEntry lost = this->room(7);
  lost.code = (**this->claim(lost).answer).code;
  ASSERT_TRUE(this->release(7, 1).ok());
  ASSERT_EQ((**this->claim(lost).answer).code, lost.code);
  EXPECT_EQ((**this->by_code(lost.code).answer).room, RoomId{7});
  ASSERT_EQ((**this->claim(lost).answer).code, lost.code);  // again: nothing changes

  RoomEntry other = this->room(8);
  other.code = lost.code;  // taken: any other
  const auto entered = this->claim(other);
  ASSERT_TRUE(entered.ok());
  EXPECT_NE((**entered.answer).code, lost.code);
  EXPECT_EQ((**this->by_code((**entered.answer).code).answer).room, RoomId{8});
  EXPECT_EQ((**this->by_code(lost.code).answer).room, RoomId{7});

  std::uint64_t id = 9;
  for (const char* none : {"ABOD", "abcd", "AB-CD", "X", "ABCDEF", " "}) {
    RoomEntry odd = this->room(id++);
    odd.code = none;
    const auto given = this->claim(odd);
    ASSERT_TRUE(given.ok());
    EXPECT_NE((**given.answer).code, none);
    EXPECT_EQ((**given.answer).code.size(), 4U);
  }
}

REGISTER_TYPED_TEST_SUITE_P(DirectoryContract, ARoomThatWasLostHasItsCodeAgain,
                            AClaimedRoomIsFoundByIdAndCode, WhatIsNotThereIsNotFound,
                            CodesAreUnique, ANewerLifeKeepsTheCodeAndAnOlderIsRefused,
                            AReleasedRoomIsGoneAndReleasingTwiceIsFine,
                            PublicRoomsNewestFirstInPages, APageGoesOnWhenItsLastRoomIsGone,
                            ForeignCursorsAreMalformed, ARoomThatTurnsPrivateIsListedNoMore,
                            ARoomKeepsEverythingItWasEnteredWith, RoomsOfANodeByIdInPages,
                            ARoomThatMovesIsListedAtItsNewNode,
                            ADeadNodesRoomsAreReleasedAndItsNextLifesAreLeft,
                            AThousandRoomsOfADeadNodeACall);

}  // namespace whoosh::state::contract
