#include "store/sqlite/economy.h"

#include <sqlite3.h>

#include <algorithm>

#include "base/assert.h"
#include "match/xp.h"
#include "store/economy_rules.h"
#include "store/sqlite/accounts.h"
#include "store/sqlite/audit.h"
#include "store/sqlite/ledger.h"
#include "store/window.h"

namespace whoosh::store::sqlite {
namespace {

using base::ErrorCode;

SqliteError damaged(const char* what) {
  return {SQLITE_CORRUPT, what};
}

ItemKind read_kind(const Statement& row, int column) {
  const std::optional<ItemKind> kind = parse_kind(row.text(column));
  if (!kind) throw damaged("not a kind of item");
  return *kind;
}

// ---- people ------------------------------------------------------------------------------------

struct Person {
  bool is_guest = false;
  std::int32_t balance = 0;
};

Person load_person(Connection& db, UserId user) {
  Statement row = db.query(
      "SELECT u.is_guest, coalesce(a.balance, 0) FROM users u LEFT JOIN ledger_accounts a "
      "ON a.kind = 'user' AND a.owner = CAST(u.id AS TEXT) WHERE u.id = ? AND u.erased_at IS NULL",
      user);
  if (!row.step()) throw Refused{ErrorCode::user_not_found};
  return {row.flag(0), row.int32(1)};
}

std::optional<DailyClaim> last_claim(Connection& db, UserId user) {
  Statement row = db.query("SELECT day, streak FROM daily_rewards WHERE user_id = ?", user);
  if (!row.step()) return std::nullopt;
  return DailyClaim{row.integer(0), row.int32(1)};
}

Look load_look(Connection& db, UserId user) {
  Statement row = db.query(
      "SELECT look_frame, look_colour, look_title, look_reactions FROM users "
      "WHERE id = ? AND erased_at IS NULL",
      user);
  if (!row.step()) throw Refused{ErrorCode::user_not_found};
  return {row.text(0), row.text(1), row.text(2), row.text(3)};
}

void save_look(Connection& db, UserId user, const Look& look) {
  db.run(
      "UPDATE users SET look_frame = ?, look_colour = ?, look_title = ?, look_reactions = ? "
      "WHERE id = ?",
      look.frame, look.colour, look.title, look.reactions, user);
}

// ---- keys --------------------------------------------------------------------------------------

// What an earlier call with this key decided.
std::optional<Outcome> find_decision(Connection& db, UserId user, const IdempotencyKey& once,
                                     UnixMs now) {
  Statement row = db.query(
      "SELECT fingerprint, refused, balance, request_id, decided_at FROM idempotency_keys "
      "WHERE user_id = ? AND key = ? AND decided_at >= ?",
      user, Blob{once.key}, keys_kept_since(now));
  if (!row.step()) return std::nullopt;
  if (row.text(0) != once.fingerprint) throw Refused{ErrorCode::idempotency_key_reused};
  Outcome outcome;
  if (!read_refusal(row.optional_text(1), outcome)) throw damaged("not an outcome");
  outcome.balance = row.int32(2);
  outcome.replayed = true;
  outcome.request_id = row.text(3);
  outcome.decided_at = row.time(4);
  return outcome;
}

// Writes the decision down and makes room for it.
Outcome decide(Connection& db, UserId user, const IdempotencyKey& once, UnixMs now,
               std::optional<ErrorCode> refused, std::int64_t balance) {
  ASSERT(balance >= 0 && balance <= balance_max);
  const Outcome outcome{refused, static_cast<std::int32_t>(balance), false, once.request_id, now};
  db.run(
      "DELETE FROM idempotency_keys WHERE (user_id, key) IN (SELECT user_id, key "
      "FROM idempotency_keys WHERE decided_at < ? ORDER BY decided_at LIMIT ?)",
      keys_kept_since(now), keys_removed_per_call);
  db.run(
      "INSERT OR REPLACE INTO idempotency_keys "
      "(user_id, key, fingerprint, refused, balance, request_id, decided_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)",
      user, Blob{once.key}, Blob{once.fingerprint}, stored_refusal(outcome), balance,
      once.request_id, now);
  return outcome;
}

// ---- inventory ---------------------------------------------------------------------------------

struct Acquisition {
  std::int32_t number = 0;
  ItemKind kind = ItemKind::frame;
  std::int32_t paid = 0;
  bool is_owned = false;  // false: returned
};

// The newest of this item.
std::optional<Acquisition> find_acquisition(Connection& db, UserId user, const std::string& item) {
  Statement row = db.query(
      "SELECT number, kind, paid, returned_at IS NULL FROM inventory "
      "WHERE user_id = ? AND item = ? ORDER BY number DESC LIMIT 1",
      user, item);
  if (!row.step()) return std::nullopt;
  return Acquisition{row.int32(0), read_kind(row, 1), row.int32(2), row.flag(3)};
}

// ---- the page of a ledger ----------------------------------------------------------------------

std::int64_t mark_of(const std::optional<std::string>& cursor) {
  if (!cursor) return INT64_MAX;
  const std::optional<std::int64_t> mark = parse_ledger_cursor(*cursor);
  if (!mark) throw Refused{ErrorCode::malformed};
  return *mark;
}

template <class Call>
void refuse_faulty(const Call& call) {
  if (std::optional<base::Error> fault = find_fault(call)) throw Refused{std::move(*fault)};
}

}  // namespace

Wallet load_wallet(Connection& db, UserId user) {
  Statement row = db.query(
      "SELECT coalesce(a.balance, 0), coalesce((SELECT j.created_at FROM ledger_postings p "
      "JOIN ledger_journal j ON j.id = p.journal_id WHERE p.account_id = a.id "
      "ORDER BY p.journal_id DESC LIMIT 1), u.created_at) "
      "FROM users u LEFT JOIN ledger_accounts a "
      "ON a.kind = 'user' AND a.owner = CAST(u.id AS TEXT) "
      "WHERE u.id = ? AND u.erased_at IS NULL",
      user);
  if (!row.step()) throw Refused{ErrorCode::user_not_found};
  return {row.int32(0), row.time(1)};
}

LedgerPage load_ledger_page(Connection& db, UserId user, const std::optional<std::string>& cursor,
                            std::int32_t limit) {
  const std::int64_t mark = mark_of(cursor);
  const std::int32_t wanted = std::clamp(limit, 1, page_rows_max);
  Statement row = db.query(ledger_sql, user, mark, wanted + 1);
  LedgerPage page;
  while (row.step()) {
    if (page.rows.size() == static_cast<std::size_t>(wanted)) {
      page.next = ledger_cursor(page.rows.back().id);
      break;
    }
    page.rows.push_back(
        {row.integer(0), row.int32(1), row.int32(2), row.text(3), row.text(4), row.time(5)});
  }
  return page;
}

Outcome purchase(Connection& db, const Purchase& purchase) {
  refuse_faulty(purchase);
  const Person person = load_person(db, purchase.user);
  if (person.is_guest) throw Refused{ErrorCode::forbidden};
  if (auto decided = find_decision(db, purchase.user, purchase.once, purchase.now)) return *decided;
  const auto refuse = [&](ErrorCode code) {
    return decide(db, purchase.user, purchase.once, purchase.now, code, person.balance);
  };
  const std::optional<Acquisition> last = find_acquisition(db, purchase.user, purchase.item);
  if (last && last->is_owned) return refuse(ErrorCode::item_owned);
  if (person.balance < purchase.price) return refuse(ErrorCode::insufficient_funds);
  const std::int32_t number = last ? last->number + 1 : 1;
  db.run(
      "INSERT INTO inventory (user_id, item, number, kind, paid, acquired_at) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      purchase.user, purchase.item, number, kind_name(purchase.kind), purchase.price, purchase.now);
  if (purchase.price != 0) {
    book(db, {purchase.user, -purchase.price, "purchase", acquisition_ref(purchase.item, number),
              purchase.now});
  }
  return decide(db, purchase.user, purchase.once, purchase.now, std::nullopt,
                person.balance - purchase.price);
}

Outcome refund(Connection& db, const Refund& refund) {
  refuse_faulty(refund);
  const Person person = load_person(db, refund.user);
  if (auto decided = find_decision(db, refund.user, refund.once, refund.now)) return *decided;
  const std::optional<Acquisition> last = find_acquisition(db, refund.user, refund.item);
  if (!last || !last->is_owned) {
    return decide(db, refund.user, refund.once, refund.now, ErrorCode::item_not_owned,
                  person.balance);
  }
  const std::int64_t balance = std::int64_t{person.balance} + last->paid;
  if (balance > balance_max) throw Refused{too_rich()};
  db.run("UPDATE inventory SET returned_at = ? WHERE user_id = ? AND item = ? AND number = ?",
         refund.now, refund.user, refund.item, last->number);
  Look look = load_look(db, refund.user);
  if (std::string& place = worn(look, last->kind); place == refund.item) {
    place.clear();
    save_look(db, refund.user, look);
  }
  if (last->paid != 0) {
    book(db, {refund.user, last->paid, "refund", acquisition_ref(refund.item, last->number),
              refund.now});
  }
  append_audit(db, audit_of(refund, last->paid));
  return decide(db, refund.user, refund.once, refund.now, std::nullopt, balance);
}

Outcome grant(Connection& db, const Grant& grant) {
  refuse_faulty(grant);
  const Person person = load_person(db, grant.user);
  if (auto decided = find_decision(db, grant.user, grant.once, grant.now)) return *decided;
  const std::int64_t balance = std::int64_t{person.balance} + grant.coins;
  if (balance < 0) {
    return decide(db, grant.user, grant.once, grant.now, ErrorCode::insufficient_funds,
                  person.balance);
  }
  if (balance > balance_max) throw Refused{too_rich()};
  const std::int64_t audit = append_audit(db, audit_of(grant));
  book(db, {grant.user, grant.coins, "grant", audit_ref(audit), grant.now});
  return decide(db, grant.user, grant.once, grant.now, std::nullopt, balance);
}

DailyStanding load_daily(Connection& db, UserId user, UnixMs now) {
  if (load_person(db, user).is_guest) throw Refused{ErrorCode::forbidden};
  return daily_standing(last_claim(db, user), now);
}

DailyReward claim_daily(Connection& db, UserId user, UnixMs now) {
  const Person person = load_person(db, user);
  if (person.is_guest) throw Refused{ErrorCode::forbidden};
  const std::optional<DailyClaim> claim = next_claim(last_claim(db, user), now);
  if (!claim) throw Refused{ErrorCode::already_claimed};
  const std::int32_t coins = match::daily_coins(claim->streak);
  const std::int64_t balance = std::int64_t{person.balance} + coins;
  if (balance > balance_max) throw Refused{too_rich()};
  db.run("INSERT OR REPLACE INTO daily_rewards (user_id, day, streak) VALUES (?, ?, ?)", user,
         claim->day, claim->streak);
  book(db, {user, coins, "daily", day_ref(now), now});
  return {coins, claim->streak, static_cast<std::int32_t>(balance), utc_day(now).to};
}

std::vector<OwnedItem> load_inventory(Connection& db, UserId user) {
  Statement row = db.query(
      "SELECT i.item, i.kind, i.acquired_at, "
      "i.item = CASE i.kind WHEN 'frame' THEN u.look_frame WHEN 'colour' THEN u.look_colour "
      "WHEN 'title' THEN u.look_title ELSE u.look_reactions END "
      "FROM inventory i JOIN users u ON u.id = i.user_id "
      "WHERE i.user_id = ? AND i.returned_at IS NULL ORDER BY i.acquired_at, i.item",
      user);
  std::vector<OwnedItem> items;
  while (row.step()) items.push_back({row.text(0), read_kind(row, 1), row.flag(3), row.time(2)});
  return items;
}

Look equip(Connection& db, UserId user, const std::string& item) {
  Look look = load_look(db, user);
  const std::optional<Acquisition> last = find_acquisition(db, user, item);
  if (!last || !last->is_owned) throw Refused{ErrorCode::item_not_owned};
  worn(look, last->kind) = item;
  save_look(db, user, look);
  return look;
}

Look unequip(Connection& db, UserId user, ItemKind kind) {
  Look look = load_look(db, user);
  worn(look, kind).clear();
  save_look(db, user, look);
  return look;
}

void erase_economy(Connection& db, UserId user) {
  db.run("DELETE FROM inventory WHERE user_id = ?", user);
  db.run("DELETE FROM daily_rewards WHERE user_id = ?", user);
  db.run("DELETE FROM idempotency_keys WHERE user_id = ?", user);
}

}  // namespace whoosh::store::sqlite
