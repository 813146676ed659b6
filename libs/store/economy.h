// Economy: coins and what they buy, part of the store's port (store.h says what holds for every
// call). Every change of a balance is one journal row with two postings (double entry); no user's
// balance is ever below zero. What an item is and costs is the caller's knowledge (the catalogue):
// the store keeps who owns which item id.
//
// Idempotency: purchase, refund and grant carry a key that is unique per user. The first call
// decides; its outcome, success or refusal, is written in the same transaction and given again to
// every later call with the same key and the same fingerprint, with `replayed`. The same key with
// another fingerprint: idempotency_key_reused, nothing happens. Keys are kept for
// idempotency_days_min days at least.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "runtime/reply.h"
#include "store/moderation.h"

namespace whoosh::store {

inline constexpr int idempotency_days_min = 30;

struct Wallet {
  std::int32_t coins = 0;
  UnixMs updated_at;  // of the last change; the account's creation when there was none
};

struct LedgerRow {
  std::int64_t id = 0;
  std::int32_t amount = 0;   // of the user's side of the pair
  std::int32_t balance = 0;  // after it
  std::string reason;  // "match", "level_up", "purchase", "refund", "daily", "grant", "erased"
  std::string ref;     // the unique key: match id, item id and number, day …
  UnixMs created_at;
};

struct LedgerPage {
  std::vector<LedgerRow> rows;      // newest first
  std::optional<std::string> next;  // opaque cursor of the following page
};

struct IdempotencyKey {
  std::string key;          // 1 … 255 bytes, as the client sent it
  std::string fingerprint;  // of the request: route and body; 32 bytes
  std::string request_id;   // of this request; the first one's comes back when replayed
};

// What was decided, now or by the first call with this key.
struct Outcome {
  std::optional<base::ErrorCode> refused;  // item_owned, insufficient_funds, item_not_owned
  std::int32_t balance = 0;                // after it
  bool replayed = false;
  std::string request_id;  // of the call that decided
  UnixMs decided_at;
};

struct Purchase {
  UserId user;
  std::string item;
  ItemKind kind = ItemKind::frame;
  std::int32_t price = 0;  // 0 … 1,000,000
  IdempotencyKey once;
  UnixMs now;
};

struct Refund {  // an operator takes an item back and returns what was paid for it
  UserId user;
  std::string item;
  IdempotencyKey once;
  Actor actor;
  std::string reason;
  UnixMs now;
};

struct Grant {  // an operator gives (or, below zero, takes) coins
  UserId user;
  std::int32_t coins = 0;  // not 0; within ± grant_coins_max
  IdempotencyKey once;
  Actor actor;
  std::string reason;
  UnixMs now;
};
inline constexpr std::int32_t grant_coins_max = 1'000'000;

struct OwnedItem {
  std::string item;
  ItemKind kind = ItemKind::frame;
  bool equipped = false;
  UnixMs acquired_at;
};

struct DailyReward {
  std::int32_t coins = 0;   // of today
  std::int32_t streak = 0;  // days in a row, today among them
  std::int32_t balance = 0;
  UnixMs next_at;  // the coming midnight, UTC
};

// A sound ledger has zeros everywhere but in `journal_rows`.
struct LedgerCheck {
  std::int64_t journal_rows = 0;
  std::int64_t unbalanced = 0;      // journal rows without two postings that sum to zero
  std::int64_t wrong_balances = 0;  // accounts whose balance is not the sum of their postings
  std::int64_t overdrawn = 0;       // users below zero
  std::int64_t total = 0;           // sum of all balances
  [[nodiscard]] bool is_sound() const {
    return unbalanced == 0 && wrong_balances == 0 && overdrawn == 0 && total == 0;
  }
};

// Before a claim: what it would give.
struct DailyStanding {
  std::int32_t streak = 0;  // days in a row so far; 0: none, or the row is broken
  bool is_claimable = false;
  std::int32_t coins = 0;  // of the next claim: today's, or tomorrow's when that has been made
  UnixMs next_at;          // the next UTC midnight: from then on tomorrow's; today's is lost
};

class Economy {
 public:
  virtual ~Economy() = default;

  // user_not_found.
  virtual void wallet(UserId user, Reply<Wallet> reply) = 0;
  // limit 1 … 100. malformed: a cursor that is none of ours.
  virtual void ledger(UserId user, std::optional<std::string> cursor, std::int32_t limit,
                      Reply<LedgerPage> reply) = 0;
  // user_not_found, forbidden (a guest: coins come with registration), idempotency_key_reused;
  // item_owned and insufficient_funds are outcomes.
  virtual void purchase(Purchase purchase, Reply<Outcome> reply) = 0;
  // user_not_found, idempotency_key_reused; item_not_owned is an outcome. Takes the item off, too.
  virtual void refund(Refund refund, Reply<Outcome> reply) = 0;
  // user_not_found, invalid_input (coins out of range), idempotency_key_reused; insufficient_funds
  // (of a grant below zero) is an outcome.
  virtual void grant(Grant grant, Reply<Outcome> reply) = 0;
  // How the user's row of days stands. user_not_found, forbidden (a guest).
  virtual void daily(UserId user, UnixMs now, Reply<DailyStanding> reply) = 0;
  // Once per user and UTC day: match::daily_coins(streak). user_not_found, forbidden (a guest),
  // already_claimed.
  virtual void claim_daily(UserId user, UnixMs now, Reply<DailyReward> reply) = 0;
  // Oldest first; at most as many as the catalogue is long, so in one piece.
  virtual void inventory(UserId user, Reply<std::vector<OwnedItem>> reply) = 0;
  // Puts an item on in place of what is worn of its kind. user_not_found, item_not_owned.
  virtual void equip(UserId user, std::string item, Reply<Look> reply) = 0;
  // Takes off what is worn of this kind, if anything. user_not_found.
  virtual void unequip(UserId user, ItemKind kind, Reply<Look> reply) = 0;

  // Reads the whole ledger; for operators.
  virtual void verify_ledger(Reply<LedgerCheck> reply) = 0;
};

}  // namespace whoosh::store
