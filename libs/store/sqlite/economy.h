// SQL of what coins buy: purchases, refunds, grants, daily rewards, inventory and look. Jobs of the
// store, as in accounts.h; the writer runs them one after another, so what a job reads stays true
// until its end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/sqlite/database.h"
#include "store/store.h"

namespace whoosh::store::sqlite {

// Errors: economy.h.
Wallet load_wallet(Connection& db, UserId user);
LedgerPage load_ledger_page(Connection& db, UserId user, const std::optional<std::string>& cursor,
                            std::int32_t limit);
Outcome purchase(Connection& db, const Purchase& purchase);
Outcome refund(Connection& db, const Refund& refund);
Outcome grant(Connection& db, const Grant& grant);
DailyStanding load_daily(Connection& db, UserId user, UnixMs now);
DailyReward claim_daily(Connection& db, UserId user, UnixMs now);
std::vector<OwnedItem> load_inventory(Connection& db, UserId user);
Look equip(Connection& db, UserId user, const std::string& item);
Look unequip(Connection& db, UserId user, ItemKind kind);

// Inventory, daily rewards and keys; the ledger stays. What is worn is in the person's own row.
void erase_economy(Connection& db, UserId user);

}  // namespace whoosh::store::sqlite
