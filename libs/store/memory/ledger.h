// The double-entry ledger in memory: every booking is one journal row with two postings, one on the
// user's account and one on the system's of that reason. What is booked is never changed.
//
// Owner: Records, which holds the lock. Accounts of the erased stay, as the journal does.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "store/economy.h"

namespace whoosh::store::memory {

class Ledger {
 public:
  // REQUIRES: amount is not 0 and leaves the user between 0 and balance_max; (user, reason, ref) is
  // new.
  void book(UserId user, std::int64_t amount, const std::string& reason, const std::string& ref,
            UnixMs when);
  [[nodiscard]] std::int32_t balance(UserId user) const;
  // The time of the last booking; none: there was none.
  [[nodiscard]] std::optional<UnixMs> changed_at(UserId user) const;
  // Newest first, at most `rows_max` with an id below `mark`.
  [[nodiscard]] std::vector<LedgerRow> rows(UserId user, std::int64_t mark,
                                            std::size_t rows_max) const;
  [[nodiscard]] LedgerCheck check() const;

 private:
  struct Posting {
    std::string account;
    std::int64_t amount = 0;
  };
  struct Entry {
    std::int64_t id = 0;
    Posting user;
    Posting system;
  };
  struct Account {
    std::int64_t balance = 0;
    bool is_user = false;
    std::vector<LedgerRow> rows;  // of users; oldest first
  };

  [[nodiscard]] const Account* find(UserId user) const;

  std::vector<Entry> journal_;
  std::map<std::string, Account> accounts_;  // "user:17", "system:match"
  std::set<std::tuple<std::int64_t, std::string, std::string>> causes_;
};

}  // namespace whoosh::store::memory
