#include "store/sqlite/ledger.h"

#include "base/assert.h"

namespace whoosh::store::sqlite {
namespace {

enum class Side : std::int32_t { user = 0, system = 1 };

struct LedgerAccount {
  std::int64_t id = 0;
  std::int64_t balance = 0;
};

LedgerAccount open_account(Connection& db, std::string_view kind, std::string_view owner) {
  {
    Statement row = db.query("SELECT id, balance FROM ledger_accounts WHERE kind = ? AND owner = ?",
                             kind, owner);
    if (row.step()) return {row.integer(0), row.integer(1)};
  }
  db.run("INSERT INTO ledger_accounts (kind, owner) VALUES (?, ?)", kind, owner);
  return {db.last_insert_id(), 0};
}

void post(Connection& db, const LedgerAccount& account, std::int64_t journal, Side side,
          std::int64_t amount) {
  db.run(
      "INSERT INTO ledger_postings (account_id, journal_id, side, amount, balance) "
      "VALUES (?, ?, ?, ?, ?)",
      account.id, journal, static_cast<std::int32_t>(side), amount, account.balance + amount);
}

std::int64_t count(Connection& db, std::string_view sql) {
  Statement row = db.query(sql);
  ASSERT(row.step());
  return row.integer(0);
}

}  // namespace

void book(Connection& db, const Booking& booking) {
  ASSERT(booking.amount != 0);
  const LedgerAccount user = open_account(db, "user", base::user_id_text(booking.user));
  const LedgerAccount system = open_account(db, "system", booking.reason);
  db.run("INSERT INTO ledger_journal (user_id, reason, ref, created_at) VALUES (?, ?, ?, ?)",
         booking.user, booking.reason, booking.ref, booking.when);
  const std::int64_t journal = db.last_insert_id();
  post(db, user, journal, Side::user, booking.amount);
  post(db, system, journal, Side::system, -booking.amount);
}

std::int64_t load_balance(Connection& db, UserId user) {
  Statement row = db.query(
      "SELECT balance FROM ledger_accounts WHERE kind = 'user' AND owner = CAST(? AS TEXT)", user);
  return row.step() ? row.integer(0) : 0;
}

void close_wallet(Connection& db, UserId user, UnixMs now) {
  const std::int64_t balance = load_balance(db, user);
  if (balance != 0) book(db, {user, -balance, "erased", "", now});
}

LedgerCheck check_ledger(Connection& db) {
  LedgerCheck check;
  check.journal_rows = count(db, "SELECT count(*) FROM ledger_journal");
  check.unbalanced = count(db,
                           "SELECT count(*) FROM (SELECT j.id FROM ledger_journal j "
                           "LEFT JOIN ledger_postings p ON p.journal_id = j.id GROUP BY j.id "
                           "HAVING count(p.side) <> 2 OR sum(p.amount) <> 0)");
  check.wrong_balances =
      count(db,
            "SELECT count(*) FROM ledger_accounts a WHERE a.balance <> "
            "(SELECT coalesce(sum(p.amount), 0) FROM ledger_postings p WHERE p.account_id = a.id)");
  check.overdrawn =
      count(db, "SELECT count(*) FROM ledger_accounts WHERE kind = 'user' AND balance < 0");
  check.total = count(db, "SELECT coalesce(sum(balance), 0) FROM ledger_accounts");
  return check;
}

}  // namespace whoosh::store::sqlite
