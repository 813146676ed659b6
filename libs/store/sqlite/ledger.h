// SQL of the coin ledger: one journal row with two postings per change; see
// migrations/0003_ledger.sql, whose triggers keep balances in step and what is booked unchanged.
// Jobs of the store, as in accounts.h.
#pragma once

#include <string>
#include <string_view>

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
// 0 before the first booking.
[[nodiscard]] std::int64_t load_balance(Connection& db, UserId user);
// Books what is left to the system and empties the wallet.
void close_wallet(Connection& db, UserId user, UnixMs now);

// One page of one user's ledger: user, id behind which it begins, rows. Here so that a test holds
// its plan.
inline constexpr std::string_view ledger_sql =
    "SELECT j.id, p.amount, p.balance, j.reason, j.ref, j.created_at "
    "FROM users u JOIN ledger_accounts a ON a.kind = 'user' AND a.owner = CAST(u.id AS TEXT) "
    "JOIN ledger_postings p ON p.account_id = a.id JOIN ledger_journal j ON j.id = p.journal_id "
    "WHERE u.id = ? AND u.erased_at IS NULL AND p.journal_id < ? "
    "ORDER BY p.journal_id DESC LIMIT ?";

// Reads all of it, in the memory of a few rows. REQUIRES: a transaction, so that all is of one
// moment.
[[nodiscard]] LedgerCheck check_ledger(Connection& db);

}  // namespace whoosh::store::sqlite
