// Records of what coins buy: purchases, refunds, grants, daily rewards, inventory and look.
#include <algorithm>

#include "base/assert.h"
#include "match/xp.h"
#include "store/memory/records.h"

namespace whoosh::store::memory {

using base::ErrorCode;

namespace {

// What an earlier call with this key decided, an error, or nothing.
std::optional<Result<Outcome>> find_decision(const std::map<std::string, Decision>& decisions,
                                             const IdempotencyKey& once, UnixMs now) {
  const auto found = decisions.find(once.key);
  if (found == decisions.end()) return std::nullopt;
  Outcome outcome = found->second.outcome;
  if (outcome.decided_at < keys_kept_since(now)) return std::nullopt;
  if (found->second.fingerprint != once.fingerprint) {
    return Result<Outcome>(base::Error{ErrorCode::idempotency_key_reused});
  }
  outcome.replayed = true;
  return Result<Outcome>(outcome);
}

}  // namespace

Outcome Records::decide(User& user, const IdempotencyKey& once, UnixMs now,
                        std::optional<ErrorCode> refused) {
  const Outcome outcome{refused, ledger_.balance(user.account.id), false, once.request_id, now};
  std::int32_t removed = 0;
  while (removed < keys_removed_per_call && !keys_by_age_.empty() &&
         keys_by_age_.begin()->decided_at < keys_kept_since(now)) {
    const AgedKey oldest = *keys_by_age_.begin();
    find(oldest.user)->decisions.erase(oldest.key);
    keys_by_age_.erase(keys_by_age_.begin());
    ++removed;
  }
  const auto old = user.decisions.find(once.key);
  if (old != user.decisions.end()) {
    keys_by_age_.erase({old->second.outcome.decided_at, user.account.id, once.key});
  }
  user.decisions[once.key] = {once.fingerprint, outcome};
  keys_by_age_.insert({now, user.account.id, once.key});
  return outcome;
}

Records::Item* Records::find_owned(User& user, const std::string& item) {
  const auto found = user.items.find(item);
  return found == user.items.end() || !found->second.is_owned ? nullptr : &found->second;
}

Result<Wallet> Records::wallet(UserId id) const {
  const User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  return Wallet{ledger_.balance(id), ledger_.changed_at(id).value_or(user->account.created_at)};
}

Result<LedgerPage> Records::ledger(UserId id, const std::optional<std::string>& cursor,
                                   std::int32_t limit) const {
  std::int64_t mark = INT64_MAX;
  if (cursor) {
    const std::optional<std::int64_t> given = parse_ledger_cursor(*cursor);
    if (!given) return base::Error{ErrorCode::malformed};
    mark = *given;
  }
  LedgerPage page;
  if (find(id) == nullptr) return page;
  const auto wanted = static_cast<std::size_t>(std::clamp(limit, 1, page_rows_max));
  page.rows = ledger_.rows(id, mark, wanted + 1);
  if (page.rows.size() > wanted) {
    page.rows.pop_back();
    page.next = ledger_cursor(page.rows.back().id);
  }
  return page;
}

Result<Outcome> Records::purchase(const Purchase& purchase) {
  if (std::optional<base::Error> fault = find_fault(purchase)) return std::move(*fault);
  User* user = find(purchase.user);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  if (user->account.is_guest) return base::Error{ErrorCode::forbidden};
  if (auto decided = find_decision(user->decisions, purchase.once, purchase.now)) return *decided;
  const auto refuse = [&](ErrorCode code) {
    return decide(*user, purchase.once, purchase.now, code);
  };
  if (find_owned(*user, purchase.item) != nullptr) return refuse(ErrorCode::item_owned);
  if (ledger_.balance(purchase.user) < purchase.price) {
    return refuse(ErrorCode::insufficient_funds);
  }
  Item& item = user->items[purchase.item];
  item = {item.number + 1, purchase.kind, purchase.price, purchase.now, true};
  if (item.paid != 0) {
    ledger_.book(purchase.user, -std::int64_t{item.paid}, "purchase",
                 acquisition_ref(purchase.item, item.number), purchase.now);
  }
  return decide(*user, purchase.once, purchase.now, std::nullopt);
}

Result<Outcome> Records::refund(const Refund& refund) {
  if (std::optional<base::Error> fault = find_fault(refund)) return std::move(*fault);
  User* user = find(refund.user);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  if (auto decided = find_decision(user->decisions, refund.once, refund.now)) return *decided;
  Item* item = find_owned(*user, refund.item);
  if (item == nullptr) {
    return decide(*user, refund.once, refund.now, ErrorCode::item_not_owned);
  }
  if (std::int64_t{ledger_.balance(refund.user)} + item->paid > balance_max) return too_rich();
  item->is_owned = false;
  std::string& place = worn(user->account.look, item->kind);
  if (place == refund.item) place.clear();
  if (item->paid != 0) {
    ledger_.book(refund.user, item->paid, "refund", acquisition_ref(refund.item, item->number),
                 refund.now);
  }
  append_audit(audit_of(refund, item->paid));
  return decide(*user, refund.once, refund.now, std::nullopt);
}

Result<Outcome> Records::grant(const Grant& grant) {
  if (std::optional<base::Error> fault = find_fault(grant)) return std::move(*fault);
  User* user = find(grant.user);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  if (auto decided = find_decision(user->decisions, grant.once, grant.now)) return *decided;
  const std::int64_t balance = std::int64_t{ledger_.balance(grant.user)} + grant.coins;
  if (balance < 0) return decide(*user, grant.once, grant.now, ErrorCode::insufficient_funds);
  if (balance > balance_max) return too_rich();
  const std::int64_t audit = append_audit(audit_of(grant));
  ledger_.book(grant.user, grant.coins, "grant", audit_ref(audit), grant.now);
  return decide(*user, grant.once, grant.now, std::nullopt);
}

Result<DailyStanding> Records::daily(UserId id, UnixMs now) const {
  const User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  if (user->account.is_guest) return base::Error{ErrorCode::forbidden};
  return daily_standing(user->daily, now);
}

Result<DailyReward> Records::claim_daily(UserId id, UnixMs now) {
  User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  if (user->account.is_guest) return base::Error{ErrorCode::forbidden};
  const std::optional<DailyClaim> claim = next_claim(user->daily, now);
  if (!claim) return base::Error{ErrorCode::already_claimed};
  const std::int32_t coins = match::daily_coins(claim->streak);
  if (std::int64_t{ledger_.balance(id)} + coins > balance_max) return too_rich();
  user->daily = claim;
  ledger_.book(id, coins, "daily", day_ref(now), now);
  return DailyReward{coins, claim->streak, ledger_.balance(id), utc_day(now).to};
}

Result<std::vector<OwnedItem>> Records::inventory(UserId id) const {
  std::vector<OwnedItem> items;
  const User* user = find(id);
  if (user == nullptr) return items;
  Look look = user->account.look;
  for (const auto& [name, item] : user->items) {
    if (!item.is_owned) continue;
    items.push_back({name, item.kind, worn(look, item.kind) == name, item.acquired_at});
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const auto& a, const auto& b) { return a.acquired_at < b.acquired_at; });
  return items;
}

Result<Look> Records::equip(UserId id, const std::string& name) {
  User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  const Item* item = find_owned(*user, name);
  if (item == nullptr) return base::Error{ErrorCode::item_not_owned};
  worn(user->account.look, item->kind) = name;
  return user->account.look;
}

Result<Look> Records::unequip(UserId id, ItemKind kind) {
  User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  worn(user->account.look, kind).clear();
  return user->account.look;
}

// What is kept with the person goes with it.
void Records::erase_economy(User& user, UnixMs now) {
  const UserId id = user.account.id;
  for (const auto& [key, decision] : user.decisions) {
    keys_by_age_.erase({decision.outcome.decided_at, id, key});
  }
  const std::int32_t left = ledger_.balance(id);
  if (left != 0) ledger_.book(id, -std::int64_t{left}, "erased", "", now);
}

}  // namespace whoosh::store::memory
