// SQL of matches: apply a result once, and the history of one user. Jobs of the store, as in
// accounts.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/sqlite/database.h"
#include "store/store.h"

namespace whoosh::store::sqlite {

// One page of one user's matches: user, end and id of the last row seen, rows. Here so that a test
// holds its plan.
inline constexpr std::string_view history_sql =
    "SELECT s.match_id, m.game, m.started_at, s.ended_at, s.elo_before, s.elo_after, "
    "s.xp_gained, s.coins_gained, s.placement, s.is_winner "
    "FROM match_seats s JOIN matches m ON m.id = s.match_id "
    "WHERE s.user_id = ? AND (s.ended_at, s.match_id) < (?, ?) "
    "ORDER BY s.ended_at DESC, s.match_id DESC LIMIT ?";

// malformed: see store.h. A match that is known answers what it answered the first time.
AppliedResult apply_result(Connection& db, const match::MatchRecord& record);
// malformed: a foreign cursor.
HistoryPage load_history(Connection& db, UserId user, const std::optional<std::string>& cursor,
                         std::int32_t limit);
// Takes the user out of its seats; the rows stay.
void forget_seats(Connection& db, UserId user);

}  // namespace whoosh::store::sqlite
