// Contract of the economy under races: whatever many threads do at the same moment, the outcome is
// one that some order of the calls explains. See contract.h for goal and method.
#pragma once

#include <map>

#include "store/contract_economy.h"

namespace whoosh::store::contract {

inline constexpr int racers = 16;

TEST_P(StoreEconomy, OneOfManyCallsWithOneKeyDecides) {
  const UserId ann = make_rich("ann", 100);
  std::vector<Outcome> outcomes(racers);
  run_together(racers, [&](int at) {
    Purchase purchase = buy(ann, "a", 30, 1);
    purchase.once.request_id = "request " + std::to_string(at);
    const Result<Outcome> outcome = client_.purchase(purchase);
    ASSERT_TRUE(outcome.has_value()) << outcome.error().sentence();
    outcomes[static_cast<std::size_t>(at)] = outcome.value();
  });
  int decided = 0;
  std::set<std::string> requests;
  for (const Outcome& outcome : outcomes) {
    decided += outcome.replayed ? 0 : 1;
    requests.insert(outcome.request_id);
    EXPECT_EQ(outcome.refused, std::nullopt);
    EXPECT_EQ(outcome.balance, 70);
  }
  EXPECT_EQ(decided, 1);
  EXPECT_EQ(requests.size(), 1U);
  EXPECT_EQ(coins_of(ann), 70);
}

TEST_P(StoreEconomy, OneOfManyRequestsGetsTheKey) {
  const UserId ann = make_rich("ann", 100);
  std::atomic<int> decided{0};
  std::atomic<int> reused{0};
  run_together(racers, [&](int at) {
    Purchase purchase = buy(ann, "item " + std::to_string(at), 5, 1);
    purchase.once = once(1, at);
    const Result<Outcome> outcome = client_.purchase(purchase);
    if (outcome.has_value()) {
      EXPECT_FALSE(outcome.value().replayed);
      decided.fetch_add(1);
    } else {
      EXPECT_EQ(outcome.error().code, ErrorCode::idempotency_key_reused);
      reused.fetch_add(1);
    }
  });
  EXPECT_EQ(decided.load(), 1);
  EXPECT_EQ(reused.load(), racers - 1);
  EXPECT_EQ(coins_of(ann), 95);
}

TEST_P(StoreEconomy, ManyKeysBuyOneItemOnce) {
  const UserId ann = make_rich("ann", 1000);
  std::atomic<int> done{0};
  std::atomic<int> owned{0};
  run_together(racers, [&](int at) {
    const Outcome outcome = client_.purchase(buy(ann, "a", 30, at)).value();
    EXPECT_FALSE(outcome.replayed);
    EXPECT_EQ(outcome.balance, 970);
    if (!outcome.refused) done.fetch_add(1);
    if (outcome.refused == ErrorCode::item_owned) owned.fetch_add(1);
  });
  EXPECT_EQ(done.load(), 1);
  EXPECT_EQ(owned.load(), racers - 1);
  EXPECT_EQ(coins_of(ann), 970);
}

TEST_P(StoreEconomy, MoneyForOneThingBuysOneThing) {
  const UserId ann = make_rich("ann", 59);
  std::atomic<int> done{0};
  std::atomic<int> poor{0};
  run_together(racers, [&](int at) {
    const Outcome outcome =
        client_.purchase(buy(ann, "item " + std::to_string(at), 30, at)).value();
    EXPECT_GE(outcome.balance, 0);
    if (!outcome.refused) done.fetch_add(1);
    if (outcome.refused == ErrorCode::insufficient_funds) poor.fetch_add(1);
  });
  EXPECT_EQ(done.load(), 1);
  EXPECT_EQ(poor.load(), racers - 1);
  EXPECT_EQ(coins_of(ann), 29);
  EXPECT_EQ(items_of(ann).size(), 1U);
}

TEST_P(StoreEconomy, ADayIsClaimedOnce) {
  const UserId ann = make_user("ann");
  for (int day = 0; day < 3; ++day) {
    std::atomic<int> paid{0};
    std::atomic<int> claimed{0};
    run_together(racers, [&](int) {
      const Result<DailyReward> reward = client_.claim_daily(ann, noon.plus_ms(day * day_of_ms));
      if (reward.has_value()) {
        EXPECT_EQ(reward.value().streak, day + 1);
        paid.fetch_add(1);
      } else if (reward.error().code == ErrorCode::already_claimed) {
        claimed.fetch_add(1);
      }
    });
    EXPECT_EQ(paid.load(), 1);
    EXPECT_EQ(claimed.load(), racers - 1);
  }
  EXPECT_EQ(coins_of(ann), 10 + 15 + 20);
}

TEST_P(StoreEconomy, OneItemIsRefundedOnce) {
  const UserId ann = make_rich("ann", 100);
  bought(ann, "a", 30);
  std::atomic<int> done{0};
  run_together(racers, [&](int at) {
    const Outcome outcome = client_.refund(take_back(ann, "a", at)).value();
    EXPECT_EQ(outcome.balance, 100);
    if (!outcome.refused) done.fetch_add(1);
  });
  EXPECT_EQ(done.load(), 1);
  EXPECT_EQ(coins_of(ann), 100);
}

TEST_P(StoreEconomy, PurchasesAndRefundsOfOneItemTakeTurns) {
  const UserId ann = make_rich("ann", 1000);
  std::atomic<int> bought_times{0};
  std::atomic<int> refunded_times{0};
  run_together(racers, [&](int at) {
    for (int turn = 0; turn < 5; ++turn) {
      const int key = at * 10 + turn;
      const std::int32_t price = 1 + key;
      const Outcome outcome = at % 2 == 0 ? client_.purchase(buy(ann, "a", price, key)).value()
                                          : client_.refund(take_back(ann, "a", key)).value();
      EXPECT_GE(outcome.balance, 0);
      if (!outcome.refused) (at % 2 == 0 ? bought_times : refunded_times).fetch_add(1);
    }
  });
  const bool is_owned = !items_of(ann).empty();
  EXPECT_EQ(bought_times.load() - refunded_times.load(), is_owned ? 1 : 0);
  if (is_owned) refunded(ann, "a");
  EXPECT_EQ(coins_of(ann), 1000) << "each refund gave back what its purchase had cost";
}

TEST_P(StoreEconomy, AnEquippedItemThatIsRefundedIsNotWorn) {
  const UserId ann = make_rich("ann", 1000);
  for (int round = 0; round < 10; ++round) {
    bought(ann, "a", 1);
    run_together(2, [&](int at) {
      if (at == 0) {
        const Result<Look> look = client_.equip(ann, "a");
        EXPECT_TRUE(look.has_value() || look.error().code == ErrorCode::item_not_owned);
      } else {
        EXPECT_TRUE(client_.refund(take_back(ann, "a", round)).has_value());
      }
    });
    EXPECT_EQ(client_.account(ann).value().look, Look{});
  }
}

TEST_P(StoreEconomy, ErasingAmongEverythingElseLeavesASoundLedger) {
  for (int round = 0; round < 5; ++round) {
    const UserId ann = make_rich("ann", 1000);
    run_together(racers, [&](int at) {
      const std::string item = "item " + std::to_string(at);
      const auto fine = [](const auto& result) {
        return result.has_value() || result.error().code == ErrorCode::user_not_found;
      };
      if (at == racers / 2) {
        EXPECT_TRUE(client_.erase(ann, noon).has_value());
        return;
      }
      EXPECT_TRUE(fine(client_.purchase(buy(ann, item, 10, at))));
      const Result<Look> look = client_.equip(ann, item);
      EXPECT_TRUE(fine(look));
      EXPECT_TRUE(fine(client_.refund(take_back(ann, item, 100 + at))));
      EXPECT_TRUE(fine(client_.grant(give(ann, 10, 200 + at))));
    });
    EXPECT_EQ(error_of(client_.wallet(ann)), ErrorCode::user_not_found);
    EXPECT_TRUE(client_.verify_ledger().value().is_sound());
  }
}

TEST_P(StoreEconomy, ResultsAndPurchasesAddUp) {
  std::vector<UserId> users;
  for (int at = 0; at < 8; ++at) users.push_back(make_rich("user" + std::to_string(at), 500));
  std::map<std::int64_t, std::atomic<std::int64_t>> change;
  for (const UserId user : users) change[user.value] = 500;
  run_together(8, [&](int thread) {
    for (int turn = 0; turn < 5; ++turn) {
      const int number = thread * 100 + turn;
      std::vector<UserId> seats = users;
      std::rotate(seats.begin(), seats.begin() + thread, seats.end());
      const AppliedResult applied = client_.apply(record_of(number, seats)).value();
      for (const match::PlayerAfter& after : applied.settlement.players) {
        change.at(after.user.value) += after.coins_gained + after.level_up_coins;
      }
      const UserId buyer = seats[3];
      const Outcome outcome =
          client_.purchase(buy(buyer, "item " + std::to_string(number), 20, number)).value();
      if (!outcome.refused) change.at(buyer.value) -= 20;
    }
  });
  for (const UserId user : users) EXPECT_EQ(coins_of(user), change.at(user.value).load());
}

}  // namespace whoosh::store::contract
