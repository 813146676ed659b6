// SQL of matches: apply a result once, and the history of one user. Jobs of the store, as in
// accounts.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/postgres/database.h"
#include "store/store.h"

namespace whoosh::store::postgres {

// One page of one user's matches: user, end and id of the last row seen, rows. Here so that a test
// holds its plan.
inline constexpr std::string_view history_sql =
    "SELECT s.match_id, m.game, m.started_at, s.ended_at, s.elo_before, s.elo_after, "
    "s.xp_gained, s.coins_gained, s.placement, s.is_winner "
    "FROM match_seats s JOIN matches m ON m.id = s.match_id "
    "WHERE s.user_id = $1 AND (s.ended_at, s.match_id) < ($2, $3) "
    "ORDER BY s.ended_at DESC, s.match_id DESC LIMIT $4";

// malformed: see store.h. A match that is known answers what it answered the first time.
//
// Locks, in this order: the match id (advisory, so that of two reports of one match the second
// waits and finds it), the users by id, the sides' bias when teams played, the system's ledger
// accounts. Two results of the same players thus follow one another, and none waits in a circle.
AppliedResult apply_result(Connection& db, const match::MatchRecord& record);
// malformed: a foreign cursor.
// In two halves: several callers' statements may travel together.
Connection::Number ask_history(Connection& db, UserId user,
                               const std::optional<std::string>& cursor, std::int32_t limit);
HistoryPage take_history(Connection& db, Connection::Number number, std::int32_t limit);
// Takes the users out of their seats; the rows stay.
void forget_seats(Connection& db, const std::vector<UserId>& users);

}  // namespace whoosh::store::postgres
