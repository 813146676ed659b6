// SQL of ratings: one (mu, sigma) per user and game, one across games, and the learned bias of the
// sides. Jobs of the store, as in accounts.h.
#pragma once

#include <string_view>

#include "match/rating.h"
#include "store/sqlite/database.h"

namespace whoosh::store::sqlite {

inline constexpr std::string_view overall_rating = "";  // the name of the rating across games
// Rows carry their season, so that a later one begins beside this one without moving anything.
inline constexpr std::int32_t season_now = 1;

// A fresh Rating when there is none yet.
[[nodiscard]] match::Rating load_rating(Connection& db, base::UserId user, std::string_view game);
void save_rating(Connection& db, base::UserId user, std::string_view game,
                 const match::Rating& rating);
void erase_ratings(Connection& db, base::UserId user);

[[nodiscard]] double load_side_bias(Connection& db, std::string_view game, std::int32_t seats);
void save_side_bias(Connection& db, std::string_view game, std::int32_t seats, double bias);

}  // namespace whoosh::store::sqlite
