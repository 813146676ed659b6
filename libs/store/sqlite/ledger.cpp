#include "store/sqlite/ledger.h"

#include <algorithm>

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
  std::array<std::int64_t, ledger_check_sql.size()> counts{};
  std::transform(ledger_check_sql.begin(), ledger_check_sql.end(), counts.begin(),
                 [&](std::string_view sql) { return count(db, sql); });
  return {counts[0], counts[1], counts[2], counts[3], counts[4]};
}

}  // namespace whoosh::store::sqlite
