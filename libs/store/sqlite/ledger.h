// SQL of the coin ledger: one journal row with two postings per change; see
// migrations/0003_ledger.sql, whose triggers keep balances in step and what is booked unchanged.
// Jobs of the store, as in accounts.h.
#pragma once

#include <array>
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

// The numbers of a LedgerCheck, in its order. Here so that a test holds their plans: each goes
// along an index and keeps one sum at a time, whatever the length of the ledger.
inline constexpr std::array<std::string_view, 5> ledger_check_sql{
    "SELECT count(*) FROM ledger_journal",
    "SELECT count(*) FROM (SELECT j.id FROM ledger_journal j LEFT JOIN ledger_postings p "
    "ON p.journal_id = j.id GROUP BY j.id HAVING count(p.side) <> 2 OR sum(p.amount) <> 0)",
    "SELECT count(*) FROM ledger_accounts a WHERE a.balance <> "
    "(SELECT coalesce(sum(p.amount), 0) FROM ledger_postings p WHERE p.account_id = a.id)",
    "SELECT count(*) FROM ledger_accounts WHERE kind = 'user' AND balance < 0",
    "SELECT coalesce(sum(balance), 0) FROM ledger_accounts"};

// Reads all of it, in the memory of a few rows. REQUIRES: a transaction, so that all is of one
// moment.
[[nodiscard]] LedgerCheck check_ledger(Connection& db);

}  // namespace whoosh::store::sqlite
