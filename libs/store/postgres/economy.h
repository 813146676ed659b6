// SQL of what coins buy: purchases, refunds, grants, daily rewards, inventory and look. Jobs of the
// store, as in accounts.h.
//
// Locks: every writer here locks its user's row first (lock_user) and reads behind it, in
// statements of their own: what it reads stays true until the commit, of two calls with one key the
// second finds what the first one decided, and balances change in step. One round trip asks, one
// writes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/postgres/database.h"
#include "store/store.h"

namespace whoosh::store::postgres {

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

// Inventory, daily rewards and keys; the ledger stays. What is worn is in the people's own rows.
// REQUIRES: these are locked.
void erase_economy(Connection& db, const std::vector<UserId>& users);

}  // namespace whoosh::store::postgres
