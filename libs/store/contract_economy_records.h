// What the economy leaves in the tables of the adapters that have some: audit rows, keys that grow
// old, nothing of the erased, and constraints that hold even if the code did not. See contract.h
// for goal and method; besides, World::count looks into the tables.
#pragma once

#include "store/contract_economy.h"

namespace whoosh::store::contract {

class StoreEconomyRecords : public StoreEconomy {
 protected:
  std::int64_t count(const std::string& from) {
    return world_->count("SELECT count(*) FROM " + from);
  }
};

TEST_P(StoreEconomyRecords, GrantsAndRefundsAreAuditedOnce) {
  const UserId ann = make_user("ann");
  const std::string target = "target = 'user:" + base::user_id_text(ann) + "'";
  ASSERT_TRUE(client_.grant(give(ann, 50, 1)).has_value());
  bought(ann, "a", 30);
  ASSERT_TRUE(client_.refund(take_back(ann, "a", 2)).has_value());
  EXPECT_TRUE(client_.grant(give(ann, 50, 1)).value().replayed);
  EXPECT_TRUE(client_.refund(take_back(ann, "a", 2)).value().replayed);
  EXPECT_EQ(client_.grant(give(ann, -500, 3)).value().refused, ErrorCode::insufficient_funds);
  EXPECT_EQ(client_.refund(take_back(ann, "a", 4)).value().refused, ErrorCode::item_not_owned);
  EXPECT_EQ(count("audit_log WHERE action = 'user.grant' AND reason = 'a prize' AND "
                  "actor_name = 'olga' AND actor_address = '192.0.2.7' AND " +
                  target),
            1);
  EXPECT_EQ(count("audit_log WHERE action = 'user.refund' AND reason = 'bought by mistake' AND "
                  "details = '{\"item\":\"a\",\"coins\":30}' AND " +
                  target),
            1);
  EXPECT_EQ(count("audit_log"), 2) << "what was refused or repeated did nothing";
  EXPECT_EQ(count("ledger_journal j JOIN audit_log a ON j.ref = 'audit:' || a.id "
                  "WHERE j.reason = 'grant' AND a.action = 'user.grant'"),
            1)
      << "the ledger tells which";
}

TEST_P(StoreEconomyRecords, OldKeysGoAFewAtATime) {
  const UserId ann = make_user("ann");
  constexpr int old_keys = 7;
  for (int at = 0; at < old_keys; ++at) ASSERT_TRUE(client_.grant(give(ann, 1, at)).has_value());
  EXPECT_EQ(count("idempotency_keys"), old_keys);
  const UnixMs later = noon.plus_ms(2 * idempotency_days_min * day_of_ms);
  for (int at = 0; at < 4; ++at) {
    ASSERT_TRUE(client_.grant(give(ann, 1, 100 + at, later)).has_value());
    EXPECT_EQ(count("idempotency_keys"), std::max(old_keys - at - 1, at + 1)) << at;
  }
  for (int at = 0; at < 4; ++at) {
    EXPECT_TRUE(client_.grant(give(ann, 1, 100 + at, later)).value().replayed);
  }
}

TEST_P(StoreEconomyRecords, OfTheErasedOnlyTheLedgerIsKept) {
  const UserId ann = make_user("ann");
  const UserId bob = make_user("bob");
  for (const UserId user : {ann, bob}) {
    ASSERT_TRUE(client_.grant(give(user, 50, 1)).has_value());
    bought(user, "a", 30);
    ASSERT_TRUE(client_.equip(user, "a").has_value());
    ASSERT_TRUE(client_.claim_daily(user, noon).has_value());
  }
  ASSERT_TRUE(client_.erase(ann, noon).has_value());
  const std::string hers = " WHERE user_id = " + base::user_id_text(ann);
  for (const char* table : {"inventory", "daily_rewards", "idempotency_keys"}) {
    EXPECT_EQ(count(table + hers), 0) << table;
    EXPECT_GT(count(table), 0) << "bob's are another's";
  }
  EXPECT_EQ(count("users WHERE look_frame = 'a'"), 1);
  EXPECT_EQ(count("ledger_journal" + hers), 4) << "grant, purchase, daily, erased";
  EXPECT_EQ(count("ledger_journal" + hers + " AND reason = 'erased'"), 1);
}

}  // namespace whoosh::store::contract
