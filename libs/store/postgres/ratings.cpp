#include "store/postgres/ratings.h"

namespace whoosh::store::postgres {

match::Rating load_rating(Connection& db, base::UserId user, std::string_view game) {
  Rows row = db.query(
      "SELECT r.mu, r.sigma, r.matches FROM users u "
      "LEFT JOIN ratings r ON r.user_id = u.id AND r.game = $2 AND r.season = $3 "
      "WHERE u.id = $1 AND u.erased_at IS NULL",
      user, game, season_now);
  if (!row.step()) throw Refused{base::ErrorCode::user_not_found};
  if (row.is_null(0)) return {};
  return {row.real(0), row.real(1), row.int32(2)};
}

Connection::Number send_ratings(Connection& db, const std::vector<base::UserId>& users,
                                std::string_view game) {
  return db.send(
      "SELECT user_id, game, mu, sigma, matches FROM ratings "
      "WHERE user_id = ANY($1::bigint[]) AND game IN ($2, $3) AND season = $4",
      users, game, overall_rating, season_now);
}

void save_rating(Connection& db, base::UserId user, std::string_view game,
                 const match::Rating& rating) {
  db.later(
      "INSERT INTO ratings (user_id, game, season, mu, sigma, matches) "
      "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id, game, season) "
      "DO UPDATE SET mu = excluded.mu, sigma = excluded.sigma, matches = excluded.matches",
      user, game, season_now, rating.mu, rating.sigma, rating.matches);
}

void erase_ratings(Connection& db, const std::vector<base::UserId>& users) {
  db.later("DELETE FROM ratings WHERE user_id = ANY($1::bigint[])", users);
}

// The row is made when it is missing: only what is there can be locked.
Connection::Number send_side_bias(Connection& db, std::string_view game, std::int32_t seats,
                                  bool for_change) {
  if (!for_change) {
    return db.send("SELECT h FROM side_bias WHERE game = $1 AND seats = $2 AND season = $3", game,
                   seats, season_now);
  }
  db.later(
      "INSERT INTO side_bias (game, seats, season, h) VALUES ($1, $2, $3, 0) "
      "ON CONFLICT DO NOTHING",
      game, seats, season_now);
  return db.send(
      "SELECT h FROM side_bias WHERE game = $1 AND seats = $2 AND season = $3 FOR UPDATE", game,
      seats, season_now);
}

double take_side_bias(Connection& db, Connection::Number number) {
  Rows row = db.take(number);
  return row.step() ? row.real(0) : 0;
}

void save_side_bias(Connection& db, std::string_view game, std::int32_t seats, double bias) {
  db.later("UPDATE side_bias SET h = $4 WHERE game = $1 AND seats = $2 AND season = $3", game,
           seats, season_now, bias);
}

}  // namespace whoosh::store::postgres
