// SQL of matches: apply a result once, and the history of one user. Jobs of the store, as in accounts.h.
#pragma once

#include <optional>
#include <string>

#include "store/sqlite/database.h"
#include "store/store.h"

namespace whoosh::store::sqlite {

// malformed: see store.h. A match that is known answers what it answered the first time.
AppliedResult apply_result(Connection& db, const match::MatchRecord& record);
// malformed: a foreign cursor.
HistoryPage load_history(Connection& db, UserId user, const std::optional<std::string>& cursor,
                         std::int32_t limit);
// Takes the user out of its seats; the rows stay.
void forget_seats(Connection& db, UserId user);

}  // namespace whoosh::store::sqlite
