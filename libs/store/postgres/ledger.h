// SQL of the coin ledger: one journal row with two postings per change; see
// migrations/0003_ledger.sql, whose triggers keep balances in step and what is booked unchanged.
// Jobs of the store, as in accounts.h.
//
// Locks: accounts of users follow their users' rows. The system's accounts come last in every
// transaction, in descending order of their names, and each connection has its own set of them (the
// number behind the name), so that no two results wait for one another's commit there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/postgres/database.h"
#include "store/postgres/postgres.h"
#include "store/store.h"

namespace whoosh::store::postgres {

struct Booking {
  UserId user;
  std::int64_t amount = 0;  // of the user's side; negative takes. REQUIRES: not 0
  std::string reason;       // also the name of the system's account on the other side
  std::string ref;          // (user, reason, ref) is unique
};

// Queues all of them. REQUIRES: the users' rows are locked; once per transaction; bookings of one
// reason stand together, reasons in descending order. A repeated cause and a balance below zero
// are errors of a constraint (PgError).
void book(Connection& db, const std::vector<Booking>& bookings, UnixMs when);
// Books what is left to the system and empties the wallets. Once per transaction, as above.
void close_wallets(Connection& db, const std::vector<UserId>& users, UnixMs now);
// Queues a question; rows: user, balance, of those who were ever booked on.
Connection::Number send_balances(Connection& db, const std::vector<UserId>& users);

// One page of one user's ledger: user, id behind which it begins, rows. Here so that a test holds
// its plan.
inline constexpr std::string_view ledger_sql =
    "SELECT j.id, p.amount, p.balance, j.reason, j.ref, j.created_at "
    "FROM users u JOIN ledger_accounts a ON a.kind = 'user' AND a.owner = u.id::text "
    "JOIN ledger_postings p ON p.account_id = a.id JOIN ledger_journal j ON j.id = p.journal_id "
    "WHERE u.id = $1 AND u.erased_at IS NULL AND p.journal_id < $2 "
    "ORDER BY p.journal_id DESC LIMIT $3";

// Reads all of it, on the server: only the figures travel. REQUIRES: a snapshot, so that all is of
// one moment, and timeouts of hours.
[[nodiscard]] LedgerCheck check_ledger(Connection& db);

}  // namespace whoosh::store::postgres
