// Contract of the economy: coins, purchases, refunds, grants, daily rewards, inventory and look,
// one call at a time. Races are in contract_economy_races.h. See contract.h for goal and method;
// besides, after each test the ledger must be sound as the port itself tells it.
#pragma once

#include <set>

#include "match/xp.h"
#include "store/contract.h"

namespace whoosh::store::contract {

inline constexpr std::int64_t day_of_ms = 24 * hour_ms;

class StoreEconomy : public StoreContract {
 protected:
  void TearDown() override {
    const LedgerCheck check = client_.verify_ledger().value();
    EXPECT_TRUE(check.is_sound());
    EXPECT_EQ(check.total, 0);
    StoreContract::TearDown();
  }

  UserId make_rich(const std::string& name, std::int32_t coins) {
    const UserId id = make_user(name);
    EXPECT_EQ(client_.grant(give(id, coins, ++keys_)).value().refused, std::nullopt);
    return id;
  }
  // A call that is decided for the first time, with a key of its own.
  Outcome bought(UserId user, const std::string& item, std::int32_t price,
                 ItemKind kind = ItemKind::frame) {
    Purchase purchase = buy(user, item, price, ++keys_);
    purchase.kind = kind;
    return client_.purchase(purchase).value();
  }
  Outcome refunded(UserId user, const std::string& item) {
    return client_.refund(take_back(user, item, ++keys_)).value();
  }
  std::int32_t coins_of(UserId user) { return client_.wallet(user).value().coins; }
  std::vector<LedgerRow> ledger_of(UserId user) {
    return client_.ledger(user, std::nullopt, 100).value().rows;
  }
  std::vector<std::string> items_of(UserId user) {
    std::vector<std::string> items;
    for (const OwnedItem& item : client_.inventory(user).value()) items.push_back(item.item);
    return items;
  }

  int keys_ = 100'000;  // those that tests number themselves are smaller
};

// ---- wallet and ledger -------------------------------------------------------------------------

TEST_P(StoreEconomy, ANewWalletIsEmpty) {
  const UserId ann = make_user("ann");
  const Wallet wallet = client_.wallet(ann).value();
  EXPECT_EQ(wallet.coins, 0);
  EXPECT_EQ(wallet.updated_at, noon);
  EXPECT_TRUE(ledger_of(ann).empty());
  EXPECT_TRUE(items_of(ann).empty());
  EXPECT_EQ(client_.account(ann).value().look, Look{});
}

TEST_P(StoreEconomy, TheWalletTellsWhenItChanged) {
  const UserId ann = make_user("ann");
  const UnixMs later = noon.plus_ms(hour_ms);
  ASSERT_TRUE(client_.grant(give(ann, 50, 1, later)).has_value());
  const Wallet wallet = client_.wallet(ann).value();
  EXPECT_EQ(wallet.coins, 50);
  EXPECT_EQ(wallet.updated_at, later);
  EXPECT_EQ(client_.account(ann).value().coins, 50);
}

TEST_P(StoreEconomy, LedgerPagesShowEverythingOnceNewestFirst) {
  const UserId ann = make_user("ann");
  const UserId bob = make_user("bob");
  constexpr int grants = 25;
  for (int at = 0; at < grants; ++at) {
    ASSERT_TRUE(client_.grant(give(ann, at + 1, at)).has_value());
    ASSERT_TRUE(client_.grant(give(bob, 1, at)).has_value());
  }
  for (const std::int32_t limit : {1, 4, 5, 24, 25, 100}) {
    SCOPED_TRACE("pages of " + std::to_string(limit));
    std::vector<LedgerRow> seen;
    std::optional<std::string> cursor;
    do {
      LedgerPage page = client_.ledger(ann, cursor, limit).value();
      ASSERT_FALSE(page.rows.empty());
      ASSERT_LE(page.rows.size(), static_cast<std::size_t>(limit));
      seen.insert(seen.end(), page.rows.begin(), page.rows.end());
      cursor = page.next;
    } while (cursor);
    ASSERT_EQ(seen.size(), static_cast<std::size_t>(grants));
    for (std::size_t at = 0; at < seen.size(); ++at) {
      EXPECT_EQ(seen[at].amount, grants - static_cast<int>(at));
      EXPECT_EQ(seen[at].reason, "grant");
      EXPECT_EQ(seen[at].created_at, noon);
    }
  }
}

TEST_P(StoreEconomy, ALedgerPageStaysWhereItWasWhenRowsAreAdded) {
  const UserId ann = make_user("ann");
  for (int at = 1; at <= 4; ++at) ASSERT_TRUE(client_.grant(give(ann, at, at)).has_value());
  const LedgerPage first = client_.ledger(ann, std::nullopt, 2).value();
  ASSERT_TRUE(client_.grant(give(ann, 5, 5)).has_value());
  const LedgerPage second = client_.ledger(ann, first.next, 2).value();
  ASSERT_EQ(second.rows.size(), 2U);
  EXPECT_EQ(second.rows[0].amount, 2);
  EXPECT_EQ(second.rows[1].amount, 1);
  EXPECT_EQ(second.next, std::nullopt);
}

TEST_P(StoreEconomy, ForeignLedgerCursorsAreRefused) {
  const UserId ann = make_user("ann");
  for (const char* cursor :
       {"", "x", "====", "' OR 1=1", "AAAAAAAAAAA", "__________8", "AAAAAAAAAAAAAAAAAAAA", "ÿþ"}) {
    EXPECT_EQ(error_of(client_.ledger(ann, cursor, 20)), ErrorCode::malformed) << cursor;
  }
}

// ---- purchases ---------------------------------------------------------------------------------

TEST_P(StoreEconomy, APurchaseTakesTheCoinsAndGivesTheItem) {
  const UserId ann = make_rich("ann", 100);
  const UnixMs later = noon.plus_ms(hour_ms);
  Purchase purchase = buy(ann, "frame_gold", 30, 1, later);
  const Outcome outcome = client_.purchase(purchase).value();
  EXPECT_EQ(outcome.refused, std::nullopt);
  EXPECT_EQ(outcome.balance, 70);
  EXPECT_FALSE(outcome.replayed);
  EXPECT_EQ(outcome.request_id, "request-1");
  EXPECT_EQ(outcome.decided_at, later);
  EXPECT_EQ(coins_of(ann), 70);
  const std::vector<OwnedItem> items = client_.inventory(ann).value();
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].item, "frame_gold");
  EXPECT_EQ(items[0].kind, ItemKind::frame);
  EXPECT_FALSE(items[0].equipped);
  EXPECT_EQ(items[0].acquired_at, later);
  const LedgerRow row = ledger_of(ann).at(0);
  EXPECT_EQ(row.amount, -30);
  EXPECT_EQ(row.balance, 70);
  EXPECT_EQ(row.reason, "purchase");
  EXPECT_EQ(row.ref, "frame_gold#1");
  EXPECT_EQ(row.created_at, later);
}

TEST_P(StoreEconomy, TheLastCoinMayBeSpentButNotMore) {
  const UserId ann = make_rich("ann", 30);
  EXPECT_EQ(bought(ann, "a", 31).refused, ErrorCode::insufficient_funds);
  EXPECT_EQ(coins_of(ann), 30);
  EXPECT_TRUE(items_of(ann).empty());
  const Outcome last = bought(ann, "b", 30);
  EXPECT_EQ(last.refused, std::nullopt);
  EXPECT_EQ(last.balance, 0);
  EXPECT_EQ(bought(ann, "c", 1).refused, ErrorCode::insufficient_funds);
}

TEST_P(StoreEconomy, NothingIsBoughtTwice) {
  const UserId ann = make_rich("ann", 100);
  bought(ann, "a", 30);
  const Outcome again = bought(ann, "a", 30);
  EXPECT_EQ(again.refused, ErrorCode::item_owned);
  EXPECT_EQ(again.balance, 70);
  EXPECT_EQ(coins_of(ann), 70);
  EXPECT_EQ(items_of(ann), std::vector<std::string>{"a"});
}

TEST_P(StoreEconomy, WhatIsFreeIsAcquiredWithoutABooking) {
  const UserId ann = make_user("ann");
  EXPECT_EQ(bought(ann, "a", 0).refused, std::nullopt);
  EXPECT_EQ(items_of(ann), std::vector<std::string>{"a"});
  EXPECT_EQ(refunded(ann, "a").refused, std::nullopt);
  EXPECT_TRUE(items_of(ann).empty());
  EXPECT_TRUE(ledger_of(ann).empty());
}

TEST_P(StoreEconomy, GuestsBuyNothingBeforeTheyRegister) {
  const UserId guest_1 = make_guest("guest_1");
  ASSERT_TRUE(client_.grant(give(guest_1, 50, 1)).has_value());
  EXPECT_EQ(error_of(client_.purchase(buy(guest_1, "a", 10, 2))), ErrorCode::forbidden);
  EXPECT_EQ(error_of(client_.claim_daily(guest_1, noon)), ErrorCode::forbidden);
  EXPECT_EQ(error_of(client_.daily(guest_1, noon)), ErrorCode::forbidden);
  EXPECT_EQ(coins_of(guest_1), 50);
  ASSERT_TRUE(client_.convert(guest_1, {"ann", "ann@example.org", "hash"}).has_value());
  const Outcome now = client_.purchase(buy(guest_1, "a", 10, 2)).value();
  EXPECT_EQ(now.refused, std::nullopt);
  EXPECT_FALSE(now.replayed) << "an error decides nothing";
}

TEST_P(StoreEconomy, WhatIsOutOfRangeIsRefusedUnread) {
  const UserId ann = make_rich("ann", 100);
  for (const std::int32_t price : {-1, 1'000'001, INT32_MIN, INT32_MAX}) {
    EXPECT_EQ(error_of(client_.purchase(buy(ann, "a", price, 1))), ErrorCode::invalid_input);
  }
  for (const std::int32_t coins :
       {0, grant_coins_max + 1, -grant_coins_max - 1, INT32_MIN, INT32_MAX}) {
    EXPECT_EQ(error_of(client_.grant(give(ann, coins, 1))), ErrorCode::invalid_input) << coins;
  }
  for (const std::size_t length : {std::size_t{0}, std::size_t{256}}) {
    Purchase purchase = buy(ann, "a", 1, 1);
    purchase.once.key = std::string(length, 'k');
    EXPECT_EQ(error_of(client_.purchase(purchase)), ErrorCode::invalid_input) << length;
    Refund refund = take_back(ann, "a", 1);
    refund.once.fingerprint = std::string(length, 'f');
    EXPECT_EQ(error_of(client_.refund(refund)), ErrorCode::invalid_input) << length;
  }
  EXPECT_EQ(error_of(client_.purchase(buy(ann, "", 1, 1))), ErrorCode::invalid_input);
  EXPECT_EQ(coins_of(ann), 100);
}

TEST_P(StoreEconomy, AKeyIsAnyBytes) {
  const UserId ann = make_rich("ann", 100);
  for (const std::string& key : {std::string("\0x", 2), std::string("\xff\xfe"),
                                 std::string(255, '\''), std::string("\0y", 2)}) {
    Purchase purchase = buy(ann, "item of " + std::to_string(++keys_), 1, 1);
    purchase.once.key = key;
    EXPECT_FALSE(client_.purchase(purchase).value().replayed);
    EXPECT_TRUE(client_.purchase(purchase).value().replayed);
  }
  EXPECT_EQ(coins_of(ann), 96);
}

// ---- keys --------------------------------------------------------------------------------------

inline void expect_replay(const Outcome& again, const Outcome& first) {
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.refused, first.refused);
  EXPECT_EQ(again.balance, first.balance);
  EXPECT_EQ(again.request_id, first.request_id);
  EXPECT_EQ(again.decided_at, first.decided_at);
}

TEST_P(StoreEconomy, TheSameCallAgainIsAnsweredLikeTheFirst) {
  const UserId ann = make_rich("ann", 100);
  const Outcome first = client_.purchase(buy(ann, "a", 30, 1)).value();
  bought(ann, "b", 5);
  refunded(ann, "a");
  Purchase again = buy(ann, "a", 30, 1, noon.plus_ms(hour_ms));
  again.once.request_id = "another request";
  expect_replay(client_.purchase(again).value(), first);
  EXPECT_EQ(first.balance, 70);
  EXPECT_EQ(coins_of(ann), 95) << "nothing happened again";
  EXPECT_EQ(items_of(ann), std::vector<std::string>{"b"});
}

TEST_P(StoreEconomy, ARefusalIsAnAnswerToo) {
  const UserId ann = make_user("ann");
  const Outcome first = client_.purchase(buy(ann, "a", 30, 1)).value();
  EXPECT_EQ(first.refused, ErrorCode::insufficient_funds);
  ASSERT_TRUE(client_.grant(give(ann, 100, 2)).has_value());
  expect_replay(client_.purchase(buy(ann, "a", 30, 1)).value(), first);
  EXPECT_EQ(bought(ann, "a", 30).refused, std::nullopt) << "a new key asks anew";
}

TEST_P(StoreEconomy, RefundsAndGrantsAreRepeatedLikePurchases) {
  const UserId ann = make_rich("ann", 100);
  bought(ann, "a", 30);
  const Outcome refund = client_.refund(take_back(ann, "a", 1)).value();
  expect_replay(client_.refund(take_back(ann, "a", 1)).value(), refund);
  const Outcome grant = client_.grant(give(ann, 7, 2)).value();
  expect_replay(client_.grant(give(ann, 7, 2)).value(), grant);
  const Outcome taken = client_.grant(give(ann, -200, 3)).value();
  EXPECT_EQ(taken.refused, ErrorCode::insufficient_funds);
  expect_replay(client_.grant(give(ann, -200, 3)).value(), taken);
  const Outcome nothing = client_.refund(take_back(ann, "a", 4)).value();
  EXPECT_EQ(nothing.refused, ErrorCode::item_not_owned);
  expect_replay(client_.refund(take_back(ann, "a", 4)).value(), nothing);
  EXPECT_EQ(coins_of(ann), 107);
}

TEST_P(StoreEconomy, OneKeyIsForOneRequest) {
  const UserId ann = make_rich("ann", 100);
  ASSERT_TRUE(client_.purchase(buy(ann, "a", 30, 1)).has_value());
  Purchase other = buy(ann, "b", 30, 1);
  other.once = once(1, 2);
  EXPECT_EQ(error_of(client_.purchase(other)), ErrorCode::idempotency_key_reused);
  Refund refund = take_back(ann, "a", 1);
  refund.once = once(1, 2);
  EXPECT_EQ(error_of(client_.refund(refund)), ErrorCode::idempotency_key_reused);
  Grant grant = give(ann, 1, 1);
  grant.once = once(1, 2);
  EXPECT_EQ(error_of(client_.grant(grant)), ErrorCode::idempotency_key_reused);
  EXPECT_EQ(coins_of(ann), 70);
  EXPECT_TRUE(client_.purchase(buy(ann, "a", 30, 1)).value().replayed) << "the first one stays";
}

TEST_P(StoreEconomy, KeysAreEachUsersOwn) {
  const UserId ann = make_rich("ann", 100);
  const UserId bob = make_rich("bob", 100);
  EXPECT_FALSE(client_.purchase(buy(ann, "a", 30, 1)).value().replayed);
  EXPECT_FALSE(client_.purchase(buy(bob, "a", 30, 1)).value().replayed);
  EXPECT_EQ(coins_of(bob), 70);
}

TEST_P(StoreEconomy, AKeyIsKeptForThirtyDaysAndNotForEver) {
  const UserId ann = make_rich("ann", 100);
  ASSERT_TRUE(client_.purchase(buy(ann, "a", 30, 1)).has_value());
  const UnixMs kept = noon.plus_ms(idempotency_days_min * day_of_ms);
  EXPECT_TRUE(client_.purchase(buy(ann, "a", 30, 1, kept)).value().replayed);
  EXPECT_FALSE(client_.grant(give(ann, 1, 2, kept)).value().replayed) << "removes nothing yet";
  EXPECT_TRUE(client_.purchase(buy(ann, "a", 30, 1, kept)).value().replayed);
  const UnixMs forgotten = noon.plus_ms(2 * idempotency_days_min * day_of_ms);
  Purchase anew = buy(ann, "b", 10, 1, forgotten);
  anew.once = once(1, 2);
  const Outcome outcome = client_.purchase(anew).value();
  EXPECT_EQ(outcome.refused, std::nullopt);
  EXPECT_FALSE(outcome.replayed);
  EXPECT_TRUE(client_.purchase(anew).value().replayed);
  EXPECT_EQ(coins_of(ann), 61);
}

// ---- refunds -----------------------------------------------------------------------------------

TEST_P(StoreEconomy, ARefundReturnsWhatWasPaidForThatAcquisition) {
  const UserId ann = make_rich("ann", 100);
  bought(ann, "a", 30);
  EXPECT_EQ(refunded(ann, "a").balance, 100);
  EXPECT_TRUE(items_of(ann).empty());
  const Outcome dearer = bought(ann, "a", 50);
  EXPECT_EQ(dearer.refused, std::nullopt) << "it may be bought again";
  EXPECT_EQ(dearer.balance, 50);
  EXPECT_EQ(refunded(ann, "a").balance, 100);
  std::vector<std::string> causes;
  for (const LedgerRow& row : ledger_of(ann)) {
    if (row.reason != "grant") causes.push_back(row.reason + " " + row.ref);
  }
  EXPECT_EQ(causes,
            (std::vector<std::string>{"refund a#2", "purchase a#2", "refund a#1", "purchase a#1"}));
}

TEST_P(StoreEconomy, OnlyWhatIsOwnedIsRefunded) {
  const UserId ann = make_rich("ann", 100);
  const UserId bob = make_rich("bob", 100);
  bought(ann, "a", 30);
  EXPECT_EQ(refunded(bob, "a").refused, ErrorCode::item_not_owned);
  EXPECT_EQ(refunded(ann, "b").refused, ErrorCode::item_not_owned);
  EXPECT_EQ(refunded(ann, "a").refused, std::nullopt);
  const Outcome again = refunded(ann, "a");
  EXPECT_EQ(again.refused, ErrorCode::item_not_owned);
  EXPECT_EQ(again.balance, 100);
  EXPECT_EQ(coins_of(bob), 100);
}

// ---- grants ------------------------------------------------------------------------------------

TEST_P(StoreEconomy, GrantsGiveAndTake) {
  const UserId ann = make_user("ann");
  EXPECT_EQ(client_.grant(give(ann, grant_coins_max, 1)).value().balance, grant_coins_max);
  EXPECT_EQ(client_.grant(give(ann, 5, 2)).value().balance, grant_coins_max + 5);
  EXPECT_EQ(client_.grant(give(ann, -grant_coins_max, 3)).value().balance, 5);
  const Outcome too_much = client_.grant(give(ann, -6, 4)).value();
  EXPECT_EQ(too_much.refused, ErrorCode::insufficient_funds);
  EXPECT_EQ(too_much.balance, 5);
  EXPECT_EQ(client_.grant(give(ann, -5, 5)).value().balance, 0);
  std::set<std::string> refs;
  for (const LedgerRow& row : ledger_of(ann)) {
    EXPECT_EQ(row.reason, "grant");
    refs.insert(row.ref);
  }
  EXPECT_EQ(refs.size(), 4U) << "each has a cause of its own";
}

// 2^31 - 1 coins, and everything that could add one more.
TEST_P(StoreEconomy, AFullWalletTakesNoMoreAndNeverWraps) {
  const UserId ann = make_user("ann");
  bought(ann, "free", 0);
  ASSERT_EQ(client_.grant(give(ann, 40, 1)).value().refused, std::nullopt);
  bought(ann, "a", 30);
  std::int64_t left = INT32_MAX - 10;
  while (left > 0) {
    const auto part = static_cast<std::int32_t>(std::min<std::int64_t>(left, grant_coins_max));
    ASSERT_EQ(client_.grant(give(ann, part, ++keys_)).value().refused, std::nullopt);
    left -= part;
  }
  ASSERT_EQ(coins_of(ann), INT32_MAX);
  EXPECT_EQ(error_of(client_.grant(give(ann, 1, 2))), ErrorCode::invalid_input);
  EXPECT_EQ(error_of(client_.grant(give(ann, grant_coins_max, 3))), ErrorCode::invalid_input);
  EXPECT_EQ(error_of(client_.refund(take_back(ann, "a", 4))), ErrorCode::invalid_input);
  EXPECT_EQ(error_of(client_.claim_daily(ann, noon)), ErrorCode::invalid_input);
  EXPECT_EQ(items_of(ann).size(), 2U) << "nothing of it happened";
  EXPECT_EQ(refunded(ann, "free").balance, INT32_MAX);
  std::vector<UserId> users{ann};
  for (const char* name : {"bob", "cid", "dee"}) users.push_back(make_user(name));
  const AppliedResult applied = client_.apply(record_of(1, users)).value();
  EXPECT_EQ(applied.settlement.players[0].coins_gained, 0);
  EXPECT_EQ(applied.settlement.players[0].level_up_coins, 0);
  EXPECT_GT(applied.settlement.players[1].coins_gained, 0) << "the others are paid";
  EXPECT_EQ(client_.history(ann, std::nullopt, 1).value().rows.at(0).coins_gained, 0);
  EXPECT_EQ(coins_of(ann), INT32_MAX);
  ASSERT_EQ(client_.grant(give(ann, -15, 5)).value().refused, std::nullopt);
  EXPECT_EQ(client_.grant(give(ann, 1, 2)).value().refused, std::nullopt)
      << "an error decided nothing: the key is free";
  EXPECT_EQ(client_.claim_daily(ann, noon).value().balance, INT32_MAX - 4);
}

// ---- daily reward ------------------------------------------------------------------------------

TEST_P(StoreEconomy, TheDailyRewardGrowsWithTheStreak) {
  const UserId ann = make_user("ann");
  const UnixMs midnight = noon.plus_ms(-12 * hour_ms);
  std::int32_t balance = 0;
  for (std::int32_t day = 1; day <= 9; ++day) {
    SCOPED_TRACE("day " + std::to_string(day));
    // Early one day, late the next: what counts is the day.
    const UnixMs today = midnight.plus_ms((day - 1) * day_of_ms);
    const UnixMs now = day % 2 == 1 ? today : today.plus_ms(day_of_ms - 1);
    const DailyStanding before = client_.daily(ann, now).value();
    EXPECT_EQ(before.streak, day - 1);
    EXPECT_TRUE(before.is_claimable);
    EXPECT_EQ(before.coins, match::daily_coins(day));
    EXPECT_EQ(before.next_at, today.plus_ms(day_of_ms));
    const DailyReward reward = client_.claim_daily(ann, now).value();
    const DailyStanding after = client_.daily(ann, now).value();
    EXPECT_EQ(after.streak, day);
    EXPECT_FALSE(after.is_claimable);
    EXPECT_EQ(after.coins, match::daily_coins(day + 1)) << "of tomorrow";
    EXPECT_EQ(after.next_at, reward.next_at);
    balance += reward.coins;
    EXPECT_EQ(reward.streak, day);
    EXPECT_EQ(reward.coins, match::daily_coins(day));
    EXPECT_EQ(reward.balance, balance);
    EXPECT_EQ(reward.next_at, today.plus_ms(day_of_ms));
    EXPECT_EQ(error_of(client_.claim_daily(ann, today.plus_ms(day_of_ms - 1))),
              ErrorCode::already_claimed);
  }
  EXPECT_EQ(coins_of(ann), balance);
  const std::vector<LedgerRow> rows = ledger_of(ann);
  ASSERT_EQ(rows.size(), 9U);
  EXPECT_EQ(rows.back().reason, "daily");
  EXPECT_EQ(rows.back().ref, "2026-05-29");
  EXPECT_EQ(rows.front().ref, "2026-06-06");
}

TEST_P(StoreEconomy, AMissedDayStartsTheStreakAgain) {
  const UserId ann = make_user("ann");
  for (int day = 0; day < 3; ++day) {
    ASSERT_TRUE(client_.claim_daily(ann, noon.plus_ms(day * day_of_ms)).has_value());
  }
  const DailyStanding broken = client_.daily(ann, noon.plus_ms(4 * day_of_ms)).value();
  EXPECT_EQ(broken.streak, 0);
  EXPECT_TRUE(broken.is_claimable);
  EXPECT_EQ(broken.coins, match::daily_coins(1));
  const DailyReward reward = client_.claim_daily(ann, noon.plus_ms(4 * day_of_ms)).value();
  EXPECT_EQ(reward.streak, 1);
  EXPECT_EQ(reward.coins, match::daily_coins(1));
  EXPECT_EQ(error_of(client_.claim_daily(ann, noon.plus_ms(3 * day_of_ms))),
            ErrorCode::already_claimed)
      << "a clock that went backwards pays nothing";
  EXPECT_FALSE(client_.daily(ann, noon.plus_ms(3 * day_of_ms)).value().is_claimable);
  EXPECT_EQ(client_.claim_daily(ann, noon.plus_ms(5 * day_of_ms)).value().streak, 2);
}

// ---- inventory and look ------------------------------------------------------------------------

TEST_P(StoreEconomy, TheInventoryIsOldestFirst) {
  const UserId ann = make_rich("ann", 100);
  const char* items[] = {"c", "a", "b"};
  for (int at = 0; at < 3; ++at) {
    ASSERT_TRUE(client_.purchase(buy(ann, items[at], 1, at, noon.plus_ms(at))).has_value());
  }
  EXPECT_EQ(items_of(ann), (std::vector<std::string>{"c", "a", "b"}));
  ASSERT_TRUE(client_.refund(take_back(ann, "c", 10)).has_value());
  ASSERT_TRUE(client_.purchase(buy(ann, "c", 1, 11, noon.plus_ms(10))).has_value());
  EXPECT_EQ(items_of(ann), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_P(StoreEconomy, OneItemOfEachKindIsWorn) {
  const UserId ann = make_rich("ann", 100);
  bought(ann, "f1", 1, ItemKind::frame);
  bought(ann, "f2", 1, ItemKind::frame);
  bought(ann, "c", 1, ItemKind::colour);
  bought(ann, "t", 1, ItemKind::title);
  bought(ann, "r", 1, ItemKind::reactions);
  for (const char* item : {"f1", "c", "t", "r"}) ASSERT_TRUE(client_.equip(ann, item).has_value());
  EXPECT_EQ(client_.equip(ann, "f2").value(), (Look{"f2", "c", "t", "r"}));
  EXPECT_EQ(client_.equip(ann, "f2").value(), (Look{"f2", "c", "t", "r"})) << "twice is fine";
  for (const OwnedItem& item : client_.inventory(ann).value()) {
    EXPECT_EQ(item.equipped, item.item != "f1") << item.item;
  }
  EXPECT_EQ(client_.unequip(ann, ItemKind::colour).value(), (Look{"f2", "", "t", "r"}));
  EXPECT_EQ(client_.unequip(ann, ItemKind::colour).value(), (Look{"f2", "", "t", "r"}));
  EXPECT_EQ(client_.unequip(ann, ItemKind::reactions).value(), (Look{"f2", "", "t", ""}));
  EXPECT_EQ(client_.unequip(ann, ItemKind::title).value(), (Look{"f2", "", "", ""}));
  EXPECT_EQ(client_.unequip(ann, ItemKind::frame).value(), Look{});
}

TEST_P(StoreEconomy, OnlyWhatIsOwnedIsWorn) {
  const UserId ann = make_rich("ann", 100);
  const UserId bob = make_rich("bob", 100);
  bought(ann, "a", 1);
  EXPECT_EQ(error_of(client_.equip(bob, "a")), ErrorCode::item_not_owned);
  EXPECT_EQ(error_of(client_.equip(ann, "")), ErrorCode::item_not_owned);
  refunded(ann, "a");
  EXPECT_EQ(error_of(client_.equip(ann, "a")), ErrorCode::item_not_owned);
}

TEST_P(StoreEconomy, EveryReadOfAnAccountTellsItsLook) {
  const UserId ann = make_rich("ann", 100);
  const Look look{"f", "", "t", ""};
  bought(ann, "f", 1, ItemKind::frame);
  bought(ann, "t", 1, ItemKind::title);
  ASSERT_TRUE(client_.equip(ann, "f").has_value());
  ASSERT_TRUE(client_.equip(ann, "t").has_value());
  ASSERT_TRUE(client_.sign_in(session("family", ann, 1)).has_value());
  EXPECT_EQ(client_.account(ann).value().look, look);
  EXPECT_EQ(client_.credentials("ann").value().account.look, look);
  EXPECT_EQ(client_.change(ann, {}).value().look, look);
  EXPECT_EQ(client_.rotate(rotation(1, 2, noon)).value().account.look, look);
}

TEST_P(StoreEconomy, ARefundTakesTheItemOff) {
  const UserId ann = make_rich("ann", 100);
  bought(ann, "f", 10, ItemKind::frame);
  bought(ann, "spare", 10, ItemKind::frame);
  bought(ann, "t", 10, ItemKind::title);
  ASSERT_TRUE(client_.equip(ann, "f").has_value());
  ASSERT_TRUE(client_.equip(ann, "t").has_value());
  refunded(ann, "spare");
  EXPECT_EQ(client_.account(ann).value().look, (Look{"f", "", "t", ""}));
  refunded(ann, "f");
  EXPECT_EQ(client_.account(ann).value().look, (Look{"", "", "t", ""}));
}

// ---- strangers and the erased ------------------------------------------------------------------

TEST_P(StoreEconomy, StrangersHaveNoWallet) {
  const UserId gone = make_rich("gone", 100);
  bought(gone, "a", 30);
  ASSERT_TRUE(client_.equip(gone, "a").has_value());
  ASSERT_TRUE(client_.claim_daily(gone, noon).has_value());
  ASSERT_TRUE(client_.erase(gone, noon).has_value());
  for (const UserId id : {UserId{0}, UserId{-1}, UserId{777}, UserId{INT64_MAX}, gone}) {
    SCOPED_TRACE(id.value);
    EXPECT_EQ(error_of(client_.wallet(id)), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(client_.purchase(buy(id, "a", 1, 1))), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(client_.refund(take_back(id, "a", 2))), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(client_.grant(give(id, 1, 3))), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(client_.daily(id, noon)), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(client_.claim_daily(id, noon.plus_ms(day_of_ms))),
              ErrorCode::user_not_found);
    EXPECT_EQ(error_of(client_.equip(id, "a")), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(client_.unequip(id, ItemKind::frame)), ErrorCode::user_not_found);
    EXPECT_TRUE(ledger_of(id).empty());
    EXPECT_TRUE(items_of(id).empty());
  }
}

TEST_P(StoreEconomy, ExpiredGuestsLeaveASoundLedger) {
  const UserId guest_1 = make_guest("guest_1");
  ASSERT_TRUE(client_.grant(give(guest_1, 50, 1)).has_value());
  EXPECT_EQ(client_.expire_guests(noon.plus_ms(1)).value(), 1);
  const LedgerCheck check = client_.verify_ledger().value();
  EXPECT_TRUE(check.is_sound());
  EXPECT_EQ(check.journal_rows, 2) << "the grant, and its way back";
}

}  // namespace whoosh::store::contract
