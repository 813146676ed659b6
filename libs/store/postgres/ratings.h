// SQL of ratings: one (mu, sigma) per user and game, one across games, and the learned bias of the
// sides. Jobs of the store, as in accounts.h.
#pragma once

#include <string_view>
#include <vector>

#include "match/rating.h"
#include "store/postgres/database.h"

namespace whoosh::store::postgres {

inline constexpr std::string_view overall_rating = "";  // the name of the rating across games
// Rows carry their season, so that a later one begins beside this one without moving anything.
inline constexpr std::int32_t season_now = 1;

// A fresh Rating when there is none yet. Refused: user_not_found.
[[nodiscard]] match::Rating load_rating(Connection& db, base::UserId user, std::string_view game);
// Queues reading the ratings of one game and across games; rows: user, game, mu, sigma, matches.
[[nodiscard]] Connection::Number send_ratings(Connection& db,
                                              const std::vector<base::UserId>& users,
                                              std::string_view game);
// REQUIRES (also below): the user's row is locked.
void save_rating(Connection& db, base::UserId user, std::string_view game,
                 const match::Rating& rating);
void erase_ratings(Connection& db, const std::vector<base::UserId>& users);

// Queues reading the bias; for_change keeps it for this transaction. Take it with take_side_bias.
[[nodiscard]] Connection::Number send_side_bias(Connection& db, std::string_view game,
                                                std::int32_t seats, bool for_change);
[[nodiscard]] double take_side_bias(Connection& db, Connection::Number number);
// REQUIRES: it was read for_change.
void save_side_bias(Connection& db, std::string_view game, std::int32_t seats, double bias);

}  // namespace whoosh::store::postgres
