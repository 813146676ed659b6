#include "store/memory/ledger.h"

#include "base/assert.h"
#include "store/economy_rules.h"

namespace whoosh::store::memory {
namespace {

std::string account_of(UserId user) {
  return "user:" + base::user_id_text(user);
}

}  // namespace

void Ledger::book(UserId user, std::int64_t amount, const std::string& reason,
                  const std::string& ref, UnixMs when) {
  ASSERT(amount != 0);
  const bool is_new = causes_.emplace(user.value, reason, ref).second;
  ASSERT(is_new);
  const auto id = static_cast<std::int64_t>(journal_.size()) + 1;
  journal_.push_back({id, {account_of(user), amount}, {"system:" + reason, -amount}});
  Account& his = accounts_[journal_.back().user.account];
  his.is_user = true;
  his.balance += amount;
  ASSERT(his.balance >= 0 && his.balance <= balance_max);
  his.rows.push_back({id, static_cast<std::int32_t>(amount), static_cast<std::int32_t>(his.balance),
                      reason, ref, when});
  accounts_[journal_.back().system.account].balance -= amount;
}

const Ledger::Account* Ledger::find(UserId user) const {
  const auto found = accounts_.find(account_of(user));
  return found == accounts_.end() ? nullptr : &found->second;
}

std::int32_t Ledger::balance(UserId user) const {
  const Account* account = find(user);
  return account == nullptr ? 0 : static_cast<std::int32_t>(account->balance);
}

std::optional<UnixMs> Ledger::changed_at(UserId user) const {
  const Account* account = find(user);
  if (account == nullptr || account->rows.empty()) return std::nullopt;
  return account->rows.back().created_at;
}

std::vector<LedgerRow> Ledger::rows(UserId user, std::int64_t mark, std::size_t rows_max) const {
  std::vector<LedgerRow> rows;
  const Account* account = find(user);
  if (account == nullptr) return rows;
  for (auto row = account->rows.rbegin(); row != account->rows.rend() && rows.size() < rows_max;
       ++row) {
    if (row->id < mark) rows.push_back(*row);
  }
  return rows;
}

LedgerCheck Ledger::check() const {
  LedgerCheck check;
  std::map<std::string, std::int64_t> sums;
  for (const Entry& entry : journal_) {
    check.journal_rows += 1;
    check.unbalanced += entry.user.amount + entry.system.amount != 0 ? 1 : 0;
    sums[entry.user.account] += entry.user.amount;
    sums[entry.system.account] += entry.system.amount;
  }
  for (const auto& [name, account] : accounts_) {
    check.wrong_balances += account.balance != sums[name] ? 1 : 0;
    check.overdrawn += account.is_user && account.balance < 0 ? 1 : 0;
    check.total += account.balance;
  }
  return check;
}

}  // namespace whoosh::store::memory
