// The contract of results on their way to the store; see state/contract.h.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "state/contract_base.h"
#include "state/state.h"

namespace whoosh::state::contract {

template <class Rig>
class ResultsContract : public Base<Rig> {
 protected:
  using Entries = std::vector<Results::Entry>;

  static match::MatchRecord record(std::uint64_t number, std::uint32_t epoch = 1) {
    match::MatchRecord record;
    record.id = base::MatchId::make(number, number);
    record.room = base::RoomId{number};
    record.epoch = epoch;
    record.game = "suspect";
    return record;
  }
  Slot<void> append(const match::MatchRecord& record) {
    return this->template ask<void>(
        [&](auto reply) { this->rig_.results().append(record, std::move(reply)); });
  }
  std::shared_ptr<Slot<Entries>> begin_take(std::int32_t count, std::int64_t wait_ms,
                                            const std::string& consumer = "one") {
    auto slot = std::make_shared<Slot<Entries>>();
    this->rig_.results().take(consumer, count, wait_ms, this->template reply_to<Entries>(slot));
    this->rig_.settle();
    return slot;
  }
  // What is there now.
  Entries take(std::int32_t count = 100, const std::string& consumer = "one") {
    const auto slot = begin_take(count, 0, consumer);
    EXPECT_TRUE(slot->ok());
    return slot->ok() ? **slot->answer : Entries{};
  }
  bool done(const Entries& entries) {
    std::vector<std::string> ids;
    for (const auto& entry : entries) ids.push_back(entry.id);
    return this
        ->template ask<void>(
            [&](auto reply) { this->rig_.results().done(std::move(ids), std::move(reply)); })
        .ok();
  }
  bool set_aside(const std::string& id) {
    return this
        ->template ask<void>(
            [&](auto reply) { this->rig_.results().set_aside(id, "no seats", std::move(reply)); })
        .ok();
  }
  std::int64_t pending() {
    const auto read = this->template ask<std::int64_t>(
        [&](auto reply) { this->rig_.results().pending(std::move(reply)); });
    EXPECT_TRUE(read.ok());
    return read.ok() ? **read.answer : -1;
  }
  static std::vector<std::uint64_t> rooms(const Entries& entries) {
    std::vector<std::uint64_t> rooms;
    for (const auto& entry : entries) rooms.push_back(entry.record.room.value);
    return rooms;
  }
};
TYPED_TEST_SUITE_P(ResultsContract);

using Rooms = std::vector<std::uint64_t>;

TYPED_TEST_P(ResultsContract, AreTakenOnceOldestFirst) {
  for (std::uint64_t number = 1; number <= 5; ++number) {
    ASSERT_TRUE(this->append(this->record(number)).ok());
  }
  EXPECT_EQ(this->pending(), 5);
  const auto first = this->take(2);
  EXPECT_EQ(this->rooms(first), (Rooms{1, 2}));
  EXPECT_EQ(first[0].deliveries, 1);
  EXPECT_EQ(this->rooms(this->take(2, "two")), (Rooms{3, 4}));
  EXPECT_EQ(this->rooms(this->take()), Rooms{5});
  EXPECT_TRUE(this->take().empty());
  EXPECT_EQ(this->pending(), 5);
  EXPECT_TRUE(this->done(first));
  EXPECT_EQ(this->pending(), 3);
}

TYPED_TEST_P(ResultsContract, EverythingInARecordArrives) {
  match::MatchRecord record = this->record(7, 4'294'967'295);
  record.room = base::RoomId{0x7fff'ffff'ffff'ffff};
  record.started_at = {1'700'000'000'001};
  record.ended_at = {1'700'000'300'002};
  record.played_s = 299;
  record.matchmade = true;
  record.is_void = true;
  record.seats.resize(64);
  match::SeatRecord& seat = record.seats[63];
  seat.user = base::UserId{(std::int64_t{1} << 53) - 1};
  seat.public_id = "17";
  seat.name = "Zoë \"{}\\\n☃";
  seat.placement = 64;
  seat.score = -2'147'483'647;
  seat.team = 2;
  seat.is_winner = true;
  seat.feat = true;
  seat.activity_percent = 37;
  seat.abandoned = true;
  seat.played_s = 17;
  seat.newcomer_seat = true;
  ASSERT_TRUE(this->append(record).ok());
  const auto taken = this->take();
  ASSERT_EQ(taken.size(), 1U);
  const match::MatchRecord& got = taken[0].record;
  EXPECT_EQ(got.id, record.id);
  EXPECT_EQ(got.room, record.room);
  EXPECT_EQ(got.epoch, record.epoch);
  EXPECT_EQ(got.game, record.game);
  EXPECT_EQ(got.started_at, record.started_at);
  EXPECT_EQ(got.ended_at, record.ended_at);
  EXPECT_EQ(got.played_s, record.played_s);
  EXPECT_TRUE(got.matchmade);
  EXPECT_TRUE(got.is_void);
  ASSERT_EQ(got.seats.size(), 64U);
  EXPECT_EQ(got.seats[0].played_s, -1);
  EXPECT_EQ(got.seats[0].activity_percent, 100);
  EXPECT_FALSE(got.seats[0].is_winner);
  const match::SeatRecord& last = got.seats[63];
  EXPECT_EQ(last.user, seat.user);
  EXPECT_EQ(last.public_id, seat.public_id);
  EXPECT_EQ(last.name, seat.name);
  EXPECT_EQ(last.placement, seat.placement);
  EXPECT_EQ(last.score, seat.score);
  EXPECT_EQ(last.team, seat.team);
  EXPECT_TRUE(last.is_winner);
  EXPECT_TRUE(last.feat);
  EXPECT_EQ(last.activity_percent, seat.activity_percent);
  EXPECT_TRUE(last.abandoned);
  EXPECT_EQ(last.played_s, seat.played_s);
  EXPECT_TRUE(last.newcomer_seat);
}

TYPED_TEST_P(ResultsContract, WhatIsNotDoneComesAgainAlsoToAnother) {
  ASSERT_TRUE(this->append(this->record(1)).ok());
  ASSERT_TRUE(this->append(this->record(2)).ok());
  const auto first = this->take();
  ASSERT_EQ(first.size(), 2U);
  EXPECT_TRUE(this->done({first[1]}));
  this->rig_.pass_ms(this->rig_.retake_ms() / 2);
  EXPECT_TRUE(this->take(100, "two").empty());
  this->rig_.pass_ms(this->rig_.retake_ms());
  const auto again = this->take(100, "two");
  ASSERT_EQ(this->rooms(again), Rooms{1});
  EXPECT_EQ(again[0].id, first[0].id);
  EXPECT_EQ(again[0].deliveries, 2);
  EXPECT_TRUE(this->done(first));  // the first consumer was only slow
  EXPECT_EQ(this->pending(), 0);
  this->rig_.pass_ms(2 * this->rig_.retake_ms());
  EXPECT_TRUE(this->take().empty());
}

TYPED_TEST_P(ResultsContract, AWaitIsAnsweredByTheNextRecord) {
  const auto waiting = this->begin_take(10, 5'000);
  EXPECT_FALSE(waiting->has());
  ASSERT_TRUE(this->append(this->record(1)).ok());
  for (int i = 0; i < 200 && !waiting->has(); ++i) this->rig_.pass_ms(10);
  ASSERT_TRUE(waiting->ok());
  EXPECT_EQ(this->rooms(**waiting->answer), Rooms{1});
}

TYPED_TEST_P(ResultsContract, AWaitThatIsOverAnswersWithNothing) {
  const auto waiting = this->begin_take(10, 100);
  EXPECT_FALSE(waiting->has());
  for (int i = 0; i < 20 && !waiting->has(); ++i) this->rig_.pass_ms(50);
  ASSERT_TRUE(waiting->ok());
  EXPECT_TRUE((**waiting->answer).empty());
  ASSERT_TRUE(this->append(this->record(1)).ok());
  EXPECT_EQ(this->take().size(), 1U);  // not given to whoever does not wait any more
}

TYPED_TEST_P(ResultsContract, AnOlderLifesRecordOfAMatchIsRefused) {
  ASSERT_TRUE(this->append(this->record(1, 2)).ok());
  EXPECT_EQ(this->append(this->record(1, 1)).error(), ErrorCode::conflict);
  EXPECT_TRUE(this->append(this->record(1, 2)).ok());  // the answer to the first may have got lost
  EXPECT_TRUE(this->append(this->record(1, 3)).ok());
  EXPECT_TRUE(this->append(this->record(2, 1)).ok());
  EXPECT_TRUE(this->done(this->take()));
  EXPECT_EQ(this->append(this->record(1, 2)).error(), ErrorCode::conflict);
  match::MatchRecord elsewhere = this->record(1, 1);
  elsewhere.room = base::RoomId{99};
  EXPECT_TRUE(this->append(elsewhere).ok());
}

TYPED_TEST_P(ResultsContract, WhatWasSetAsideIsNotPending) {
  ASSERT_TRUE(this->append(this->record(1)).ok());
  ASSERT_TRUE(this->append(this->record(2)).ok());
  const auto taken = this->take();
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_TRUE(this->set_aside(taken[0].id));
  EXPECT_TRUE(this->set_aside(taken[0].id));
  EXPECT_EQ(this->pending(), 1);
  this->rig_.pass_ms(2 * this->rig_.retake_ms());
  EXPECT_EQ(this->rooms(this->take()), Rooms{2});
}

TYPED_TEST_P(ResultsContract, DoneOfWhatIsNotThereIsFine) {
  EXPECT_TRUE(this->done({}));
  ASSERT_TRUE(this->append(this->record(1)).ok());
  const auto taken = this->take();
  EXPECT_TRUE(this->done(taken));
  EXPECT_TRUE(this->done(taken));
  EXPECT_EQ(this->pending(), 0);
}

REGISTER_TYPED_TEST_SUITE_P(ResultsContract, AreTakenOnceOldestFirst, EverythingInARecordArrives,
                            WhatIsNotDoneComesAgainAlsoToAnother, AWaitIsAnsweredByTheNextRecord,
                            AWaitThatIsOverAnswersWithNothing, AnOlderLifesRecordOfAMatchIsRefused,
                            WhatWasSetAsideIsNotPending, DoneOfWhatIsNotThereIsFine);

}  // namespace whoosh::state::contract
