#include "store/postgres/ledger.h"

#include <algorithm>

#include "base/assert.h"

namespace whoosh::store::postgres {
namespace {

constexpr int accounts_per_reason = 64;

std::string system_account(const Connection& db, const std::string& reason) {
  return reason + "/" + std::to_string(db.server_process() % accounts_per_reason);
}

std::int64_t take_count(Connection& db, Connection::Number number) {
  Rows row = db.take(number);
  ASSERT(row.step());
  return row.integer(0);
}

}  // namespace

void book(Connection& db, const std::vector<Booking>& bookings, UnixMs when) {
  if (bookings.empty()) return;
  ASSERT(std::is_sorted(bookings.begin(), bookings.end(),
                        [](const auto& a, const auto& b) { return a.reason > b.reason; }));
  std::vector<UserId> users;
  std::vector<std::int64_t> amounts;
  std::vector<std::string> reasons;
  std::vector<std::string> systems;
  std::vector<std::string> refs;
  for (const Booking& booking : bookings) {
    ASSERT(booking.amount != 0);
    users.push_back(booking.user);
    amounts.push_back(booking.amount);
    reasons.push_back(booking.reason);
    systems.push_back(system_account(db, booking.reason));
    refs.push_back(booking.ref);
  }
  db.later(
      "INSERT INTO ledger_accounts (kind, owner) "
      "SELECT 'user', u::text FROM unnest($1::bigint[]) u UNION "
      "SELECT 'system', s FROM unnest($2::text[]) s ORDER BY 1 DESC, 2 DESC ON CONFLICT DO NOTHING",
      users, systems);
  db.later(
      "WITH given AS (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], "
      "$5::text[]) WITH ORDINALITY AS g (user_id, amount, reason, system, ref, at)), "
      "journal AS (INSERT INTO ledger_journal (user_id, reason, ref, created_at) "
      "SELECT user_id, reason, ref, $6::bigint FROM given ORDER BY at "
      "RETURNING id, user_id, reason, ref), "
      "sides AS (SELECT *, 0 AS side, 'user' AS kind, user_id::text AS owner, amount AS posted "
      "FROM given UNION ALL SELECT *, 1, 'system', system, -amount FROM given) "
      "INSERT INTO ledger_postings (account_id, journal_id, side, amount) "
      "SELECT a.id, j.id, s.side, s.posted FROM sides s "
      "JOIN journal j ON (j.user_id, j.reason, j.ref) = (s.user_id, s.reason, s.ref) "
      "JOIN ledger_accounts a ON (a.kind, a.owner) = (s.kind, s.owner) ORDER BY s.at, s.side",
      users, amounts, reasons, systems, refs, when);
}

Connection::Number send_balances(Connection& db, const std::vector<UserId>& users) {
  return db.send(
      "SELECT owner::bigint, balance FROM ledger_accounts WHERE kind = 'user' "
      "AND owner IN (SELECT u::text FROM unnest($1::bigint[]) u) ORDER BY 1",
      users);
}

void close_wallets(Connection& db, const std::vector<UserId>& users, UnixMs now) {
  Rows row = db.take(send_balances(db, users));
  std::vector<Booking> bookings;
  while (row.step()) {
    if (row.integer(1) != 0) bookings.push_back({row.user(0), -row.integer(1), "erased", ""});
  }
  book(db, bookings, now);
}

LedgerCheck check_ledger(Connection& db) {
  const auto journal_rows = db.send("SELECT count(*) FROM ledger_journal");
  const auto unbalanced = db.send(
      "SELECT count(*) FROM (SELECT j.id FROM ledger_journal j "
      "LEFT JOIN ledger_postings p ON p.journal_id = j.id GROUP BY j.id "
      "HAVING count(p.side) <> 2 OR sum(p.amount) <> 0) odd");
  const auto wrong_balances = db.send(
      "SELECT count(*) FROM ledger_accounts a LEFT JOIN (SELECT account_id, sum(amount) AS total "
      "FROM ledger_postings GROUP BY account_id) p ON p.account_id = a.id "
      "WHERE a.balance <> coalesce(p.total, 0)");
  const auto overdrawn =
      db.send("SELECT count(*) FROM ledger_accounts WHERE kind = 'user' AND balance < 0");
  const auto total = db.send("SELECT coalesce(sum(balance), 0)::bigint FROM ledger_accounts");
  LedgerCheck check;
  check.journal_rows = take_count(db, journal_rows);
  check.unbalanced = take_count(db, unbalanced);
  check.wrong_balances = take_count(db, wrong_balances);
  check.overdrawn = take_count(db, overdrawn);
  check.total = take_count(db, total);
  return check;
}

}  // namespace whoosh::store::postgres
