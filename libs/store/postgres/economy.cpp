#include "store/postgres/economy.h"

#include <algorithm>

#include "base/assert.h"
#include "match/xp.h"
#include "store/economy_rules.h"
#include "store/postgres/accounts.h"
#include "store/postgres/audit.h"
#include "store/postgres/ledger.h"
#include "store/window.h"

namespace whoosh::store::postgres {
namespace {

using base::ErrorCode;

PgError damaged(const char* what) {
  return {"XX001", "", what};
}

ItemKind read_kind(const Rows& row, int column) {
  const std::optional<ItemKind> kind = parse_kind(row.text(column));
  if (!kind) throw damaged("not a kind of item");
  return *kind;
}

// ---- what is known before ----------------------------------------------------------------------

struct Acquisition {
  std::int32_t number = 0;
  ItemKind kind = ItemKind::frame;
  std::int32_t paid = 0;
  bool is_owned = false;  // false: returned
};

// Everything that a decision needs, asked in one go behind the user's lock.
struct Questions {
  Connection::Number user = 0;
  Connection::Number balance = 0;
  std::optional<Connection::Number> key;
  std::optional<Connection::Number> item;
};

Questions ask_person(Connection& db, UserId user) {
  Questions asked;
  asked.user = lock_users(db, {user});
  asked.balance = send_balances(db, {user});
  return asked;
}

Questions ask(Connection& db, UserId user, const IdempotencyKey& once, UnixMs now) {
  Questions asked = ask_person(db, user);
  asked.key = db.send(
      "SELECT fingerprint, refused, balance, request_id, decided_at FROM idempotency_keys "
      "WHERE user_id = $1 AND key = $2 AND decided_at >= $3",
      user, Blob{once.key}, keys_kept_since(now));
  return asked;
}

// The newest of this item.
Connection::Number send_acquisition(Connection& db, UserId user, const std::string& item) {
  return db.send(
      "SELECT number, kind, paid, returned_at IS NULL FROM inventory "
      "WHERE user_id = $1 AND item = $2 ORDER BY number DESC LIMIT 1",
      user, item);
}

std::optional<Acquisition> take_acquisition(Connection& db, Connection::Number number) {
  Rows row = db.take(number);
  if (!row.step()) return std::nullopt;
  return Acquisition{row.int32(0), read_kind(row, 1), row.int32(2), row.flag(3)};
}

struct Person {
  bool is_guest = false;
  std::int32_t balance = 0;
};

Person take_person(Connection& db, const Questions& asked) {
  Rows user = db.take(asked.user);
  if (!user.step()) throw Refused{ErrorCode::user_not_found};
  Rows balance = db.take(asked.balance);
  return {user.flag(2), balance.step() ? balance.int32(1) : 0};
}

// What an earlier call with this key decided.
std::optional<Outcome> take_decision(Connection& db, const Questions& asked,
                                     const IdempotencyKey& once) {
  Rows row = db.take(asked.key.value());
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

// ---- writing -----------------------------------------------------------------------------------

// Writes the decision down and makes room for it. Nobody waits here for a key that another call is
// removing at this moment.
Outcome decide(Connection& db, UserId user, const IdempotencyKey& once, UnixMs now,
               std::optional<ErrorCode> refused, std::int64_t balance) {
  ASSERT(balance >= 0 && balance <= balance_max);
  const Outcome outcome{refused, static_cast<std::int32_t>(balance), false, once.request_id, now};
  db.later(
      "INSERT INTO idempotency_keys "
      "(user_id, key, fingerprint, refused, balance, request_id, decided_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (user_id, key) DO UPDATE SET "
      "fingerprint = excluded.fingerprint, refused = excluded.refused, "
      "balance = excluded.balance, request_id = excluded.request_id, "
      "decided_at = excluded.decided_at",
      user, Blob{once.key}, Blob{once.fingerprint}, stored_refusal(outcome), balance,
      once.request_id, now);
  db.later(
      "DELETE FROM idempotency_keys WHERE (user_id, key) IN (SELECT user_id, key "
      "FROM idempotency_keys WHERE decided_at < $1 ORDER BY decided_at LIMIT $2 "
      "FOR UPDATE SKIP LOCKED)",
      keys_kept_since(now), keys_removed_per_call);
  return outcome;
}

Look load_look(Connection& db, UserId user) {
  Rows row = db.query(
      "SELECT look_frame, look_colour, look_title, look_reactions FROM users "
      "WHERE id = $1 AND erased_at IS NULL FOR NO KEY UPDATE",
      user);
  if (!row.step()) throw Refused{ErrorCode::user_not_found};
  return {row.text(0), row.text(1), row.text(2), row.text(3)};
}

void save_look(Connection& db, UserId user, const Look& look) {
  db.later(
      "UPDATE users SET look_frame = $1, look_colour = $2, look_title = $3, look_reactions = $4 "
      "WHERE id = $5",
      look.frame, look.colour, look.title, look.reactions, user);
}

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
  Rows row = db.query(
      "SELECT coalesce(a.balance, 0), coalesce((SELECT j.created_at FROM ledger_postings p "
      "JOIN ledger_journal j ON j.id = p.journal_id WHERE p.account_id = a.id "
      "ORDER BY p.journal_id DESC LIMIT 1), u.created_at) "
      "FROM users u LEFT JOIN ledger_accounts a ON a.kind = 'user' AND a.owner = u.id::text "
      "WHERE u.id = $1 AND u.erased_at IS NULL",
      user);
  if (!row.step()) throw Refused{ErrorCode::user_not_found};
  return {row.int32(0), row.time(1)};
}

LedgerPage load_ledger_page(Connection& db, UserId user, const std::optional<std::string>& cursor,
                            std::int32_t limit) {
  const std::int64_t mark = mark_of(cursor);
  const std::int32_t wanted = std::clamp(limit, 1, page_rows_max);
  Rows row = db.query(ledger_sql, user, mark, wanted + 1);
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
  const Questions asked = ask(db, purchase.user, purchase.once, purchase.now);
  const Connection::Number newest = send_acquisition(db, purchase.user, purchase.item);
  const Person person = take_person(db, asked);
  if (person.is_guest) throw Refused{ErrorCode::forbidden};
  if (auto decided = take_decision(db, asked, purchase.once)) return *decided;
  const auto refuse = [&](ErrorCode code) {
    return decide(db, purchase.user, purchase.once, purchase.now, code, person.balance);
  };
  const std::optional<Acquisition> last = take_acquisition(db, newest);
  if (last && last->is_owned) return refuse(ErrorCode::item_owned);
  if (person.balance < purchase.price) return refuse(ErrorCode::insufficient_funds);
  const std::int32_t number = last ? last->number + 1 : 1;
  const Outcome outcome = decide(db, purchase.user, purchase.once, purchase.now, std::nullopt,
                                 person.balance - purchase.price);
  db.later(
      "INSERT INTO inventory (user_id, item, number, kind, paid, acquired_at) "
      "VALUES ($1, $2, $3, $4, $5, $6)",
      purchase.user, purchase.item, number, kind_name(purchase.kind), purchase.price, purchase.now);
  if (purchase.price != 0) {
    book(db, {{purchase.user, -purchase.price, "purchase", acquisition_ref(purchase.item, number)}},
         purchase.now);
  }
  return outcome;
}

Outcome refund(Connection& db, const Refund& refund) {
  refuse_faulty(refund);
  const Questions asked = ask(db, refund.user, refund.once, refund.now);
  const Connection::Number newest = send_acquisition(db, refund.user, refund.item);
  const Person person = take_person(db, asked);
  if (auto decided = take_decision(db, asked, refund.once)) return *decided;
  const std::optional<Acquisition> last = take_acquisition(db, newest);
  if (!last || !last->is_owned) {
    return decide(db, refund.user, refund.once, refund.now, ErrorCode::item_not_owned,
                  person.balance);
  }
  const std::int64_t balance = std::int64_t{person.balance} + last->paid;
  if (balance > balance_max) throw Refused{too_rich()};
  Look look = load_look(db, refund.user);
  if (std::string& place = worn(look, last->kind); place == refund.item) {
    place.clear();
    save_look(db, refund.user, look);
  }
  db.later("UPDATE inventory SET returned_at = $1 WHERE user_id = $2 AND item = $3 AND number = $4",
           refund.now, refund.user, refund.item, last->number);
  const Outcome outcome = decide(db, refund.user, refund.once, refund.now, std::nullopt, balance);
  append_audit(db, audit_of(refund, last->paid));
  if (last->paid != 0) {
    book(db, {{refund.user, last->paid, "refund", acquisition_ref(refund.item, last->number)}},
         refund.now);
  }
  return outcome;
}

Outcome grant(Connection& db, const Grant& grant) {
  refuse_faulty(grant);
  const Questions asked = ask(db, grant.user, grant.once, grant.now);
  const Person person = take_person(db, asked);
  if (auto decided = take_decision(db, asked, grant.once)) return *decided;
  const std::int64_t balance = std::int64_t{person.balance} + grant.coins;
  if (balance < 0) {
    return decide(db, grant.user, grant.once, grant.now, ErrorCode::insufficient_funds,
                  person.balance);
  }
  if (balance > balance_max) throw Refused{too_rich()};
  const Outcome outcome = decide(db, grant.user, grant.once, grant.now, std::nullopt, balance);
  Rows audit = db.take(send_audit(db, audit_of(grant)));
  ASSERT(audit.step());
  book(db, {{grant.user, grant.coins, "grant", audit_ref(audit.integer(0))}}, grant.now);
  return outcome;
}

// One statement: this is a read, so it locks nobody.
DailyStanding load_daily(Connection& db, UserId user, UnixMs now) {
  Rows row = db.query(
      "SELECT u.is_guest, d.day, d.streak FROM users u "
      "LEFT JOIN daily_rewards d ON d.user_id = u.id WHERE u.id = $1 AND u.erased_at IS NULL",
      user);
  if (!row.step()) throw Refused{ErrorCode::user_not_found};
  if (row.flag(0)) throw Refused{ErrorCode::forbidden};
  if (row.is_null(1)) return daily_standing(std::nullopt, now);
  return daily_standing(DailyClaim{row.integer(1), row.int32(2)}, now);
}

DailyReward claim_daily(Connection& db, UserId user, UnixMs now) {
  const Questions asked = ask_person(db, user);
  const Connection::Number newest =
      db.send("SELECT day, streak FROM daily_rewards WHERE user_id = $1", user);
  const Person person = take_person(db, asked);
  if (person.is_guest) throw Refused{ErrorCode::forbidden};
  std::optional<DailyClaim> last;
  if (Rows row = db.take(newest); row.step()) last = DailyClaim{row.integer(0), row.int32(1)};
  const std::optional<DailyClaim> claim = next_claim(last, now);
  if (!claim) throw Refused{ErrorCode::already_claimed};
  const std::int32_t coins = match::daily_coins(claim->streak);
  const std::int64_t balance = std::int64_t{person.balance} + coins;
  if (balance > balance_max) throw Refused{too_rich()};
  db.later(
      "INSERT INTO daily_rewards (user_id, day, streak) VALUES ($1, $2, $3) "
      "ON CONFLICT (user_id) DO UPDATE SET day = excluded.day, streak = excluded.streak",
      user, claim->day, claim->streak);
  book(db, {{user, coins, "daily", day_ref(now)}}, now);
  return {coins, claim->streak, static_cast<std::int32_t>(balance), utc_day(now).to};
}

std::vector<OwnedItem> load_inventory(Connection& db, UserId user) {
  Rows row = db.query(
      "SELECT i.item, i.kind, i.acquired_at, "
      "i.item = CASE i.kind WHEN 'frame' THEN u.look_frame WHEN 'colour' THEN u.look_colour "
      "WHEN 'title' THEN u.look_title ELSE u.look_reactions END "
      "FROM inventory i JOIN users u ON u.id = i.user_id "
      "WHERE i.user_id = $1 AND i.returned_at IS NULL ORDER BY i.acquired_at, i.item",
      user);
  std::vector<OwnedItem> items;
  while (row.step()) items.push_back({row.text(0), read_kind(row, 1), row.flag(3), row.time(2)});
  return items;
}

Look equip(Connection& db, UserId user, const std::string& item) {
  Look look = load_look(db, user);
  const std::optional<Acquisition> last = take_acquisition(db, send_acquisition(db, user, item));
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

void erase_economy(Connection& db, const std::vector<UserId>& users) {
  db.later("DELETE FROM inventory WHERE user_id = ANY($1::bigint[])", users);
  db.later("DELETE FROM daily_rewards WHERE user_id = ANY($1::bigint[])", users);
  db.later("DELETE FROM idempotency_keys WHERE user_id = ANY($1::bigint[])", users);
}

}  // namespace whoosh::store::postgres
