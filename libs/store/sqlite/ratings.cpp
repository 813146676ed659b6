#include "store/sqlite/ratings.h"

namespace whoosh::store::sqlite {

match::Rating load_rating(Connection& db, base::UserId user, std::string_view game) {
  Statement row = db.query(
      "SELECT mu, sigma, matches FROM ratings WHERE user_id = ? AND game = ? AND season = ?", user,
      game, season_now);
  match::Rating rating;
  if (!row.step()) return rating;
  rating.mu = row.real(0);
  rating.sigma = row.real(1);
  rating.matches = row.int32(2);
  return rating;
}

void save_rating(Connection& db, base::UserId user, std::string_view game,
                 const match::Rating& rating) {
  db.run(
      "INSERT INTO ratings (user_id, game, season, mu, sigma, matches) VALUES (?, ?, ?, ?, ?, ?) "
      "ON CONFLICT DO UPDATE SET mu = excluded.mu, sigma = excluded.sigma, "
      "matches = excluded.matches",
      user, game, season_now, rating.mu, rating.sigma, rating.matches);
}

void erase_ratings(Connection& db, base::UserId user) {
  db.run("DELETE FROM ratings WHERE user_id = ?", user);
}

double load_side_bias(Connection& db, std::string_view game, std::int32_t seats) {
  Statement row = db.query("SELECT h FROM side_bias WHERE game = ? AND seats = ? AND season = ?",
                           game, seats, season_now);
  return row.step() ? row.real(0) : 0;
}

void save_side_bias(Connection& db, std::string_view game, std::int32_t seats, double bias) {
  db.run(
      "INSERT INTO side_bias (game, seats, season, h) VALUES (?, ?, ?, ?) "
      "ON CONFLICT DO UPDATE SET h = excluded.h",
      game, seats, season_now, bias);
}

}  // namespace whoosh::store::sqlite
