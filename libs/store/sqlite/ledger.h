// SQL of the coin ledger: one journal row with two postings per change; see
// migrations/0003_ledger.sql, whose triggers keep balances in step and what is booked unchanged.
// Jobs of the store, as in accounts.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/database.h"
#include "store/sqlite/sqlite.h"
#include "store/store.h"

namespace whoosh::store::sqlite {

struct Booking {
  UserId user;
  std::int64_t amount = 0;  // of the user's side; negative takes. REQUIRES: not 0
  std::string_view reason;  // also the name of the system's account on the other side
  std::string ref;          // (user, reason, ref) is unique
  UnixMs when;
};

// Throws SqliteError (a constraint) for a repeated cause and for a balance below zero.
void book(Connection& db, const Booking& booking);
// Books what is left to the system and empties the wallet.
void close_wallet(Connection& db, UserId user, UnixMs now);
[[nodiscard]] std::vector<LedgerRow> load_ledger(Connection& db, UserId user, std::int32_t limit);

[[nodiscard]] LedgerCheck check_ledger(Connection& db);

}  // namespace whoosh::store::sqlite
