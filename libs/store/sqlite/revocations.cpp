#include "store/sqlite/revocations.h"

namespace whoosh::store::sqlite {
namespace {

void forget_over(Connection& db, UnixMs now) {
  db.run(
      "DELETE FROM revocations WHERE id IN "
      "(SELECT id FROM revocations WHERE until < ? ORDER BY until LIMIT ?)",
      now, revocations_forgotten_max);
}

std::vector<Revocation> read_all(Statement& row) {
  std::vector<Revocation> all;
  while (row.step()) {
    all.push_back({row.integer(0), UserId{row.integer(1)}, row.text(2),
                   parse_revocation(row.text(3)).value(), row.time(4), row.time(5)});
  }
  return all;
}

}  // namespace

std::vector<Revocation> add_revocations(Connection& db, UserId user,
                                        const std::vector<std::string>& families,
                                        RevocationReason reason, UnixMs now) {
  std::vector<Revocation> made;
  if (!families.empty()) forget_over(db, now);
  for (const std::string& family : families) {
    const UnixMs until = now.plus_ms(revocation_lifetime_ms);
    db.run("INSERT INTO revocations (user_id, family, reason, at, until) VALUES (?, ?, ?, ?, ?)",
           user, family, revocation_name(reason), now, until);
    made.push_back({db.last_insert_id(), user, family, reason, now, until});
  }
  return made;
}

std::vector<Revocation> load_revocations(Connection& db, UnixMs now, std::optional<UnixMs> since) {
  if (since) {
    Statement row = db.query(revocations_since_sql, now, *since);
    return read_all(row);
  }
  Statement row = db.query(revocations_sql, now);
  return read_all(row);
}

}  // namespace whoosh::store::sqlite
