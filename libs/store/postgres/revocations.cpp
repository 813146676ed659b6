#include "store/postgres/revocations.h"

namespace whoosh::store::postgres {
namespace {

std::vector<Revocation> read_all(Rows row) {
  std::vector<Revocation> all;
  while (row.step()) {
    all.push_back({row.integer(0), row.user(1), row.text(2), parse_revocation(row.text(3)).value(),
                   row.time(4), row.time(5)});
  }
  return all;
}

}  // namespace

void forget_over(Connection& db, UnixMs now) {
  db.later(
      "DELETE FROM revocations WHERE id IN (SELECT id FROM revocations WHERE until < $1 "
      "ORDER BY until LIMIT $2 FOR UPDATE SKIP LOCKED)",
      now, revocations_forgotten_max);
}

std::string revoking_sql(std::string_view ending) {
  return "WITH " + std::string(ending) +
         " INSERT INTO revocations (user_id, family, reason, at, until) "
         "SELECT $1::bigint, family, $2::text, $3::bigint, $4::bigint FROM ended ORDER BY family "
         "RETURNING id, user_id, family, reason, at, until";
}

std::vector<Revocation> take_revocations(Connection& db, Connection::Number number) {
  return read_all(db.take(number));
}

void revoke_user(Connection& db, UserId user, RevocationReason reason, UnixMs now) {
  forget_over(db, now);
  db.later(
      "INSERT INTO revocations (user_id, family, reason, at, until) VALUES ($1, '', $2, $3, $4)",
      user, revocation_name(reason), now, now.plus_ms(revocation_lifetime_ms));
}

std::vector<Revocation> load_revocations(Connection& db, UnixMs now, std::optional<UnixMs> since) {
  return read_all(since ? db.query(revocations_since_sql, now, *since)
                        : db.query(revocations_sql, now));
}

}  // namespace whoosh::store::postgres
