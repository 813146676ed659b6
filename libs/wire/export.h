// Everything that is kept about one account, as its owner may take it along (GET
// /api/users/me/export). The same rules as in rest.h hold.
#pragma once

#include <string>
#include <vector>

#include "base/described.h"
#include "wire/economy.h"
#include "wire/rest.h"

namespace whoosh::wire {

struct AccountExport {
  std::string exported_at;
  User profile;
  base::Nullable<BanCard> ban;
  SecondFactor second_factor;
  std::vector<SessionCard> sessions;
  std::vector<HistoryRow> matches;  // newest first
  // Where GET /api/game/history and /api/economy/ledger go on; null: this is all of it.
  base::Nullable<std::string> matches_next;
  std::vector<LedgerRow> ledger;  // newest first
  base::Nullable<std::string> ledger_next;
  std::vector<InventoryRow> inventory;
};
BOOST_DESCRIBE_STRUCT(AccountExport, (),
                      (exported_at, profile, ban, second_factor, sessions, matches, matches_next,
                       ledger, ledger_next, inventory))

}  // namespace whoosh::wire
