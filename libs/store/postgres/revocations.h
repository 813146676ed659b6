// SQL of revocations: which access tokens must not be believed although they have not expired. They
// are written in the transaction that ends the sessions, under the lock of their users' rows. Jobs
// of the store, as in accounts.h. Who removes what is over waits for nobody: he leaves out rows
// that another one is removing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/postgres/database.h"
#include "store/store.h"

namespace whoosh::store::postgres {

// Not older than a moment: parameters: until when they matter at least, since when. Here so that a
// test holds its plan: "+ 0" keeps the planner from reading the whole of the other index instead.
inline constexpr std::string_view revocations_since_sql =
    "SELECT id, user_id, family, reason, at, until FROM revocations "
    "WHERE at >= $2 AND until + 0 >= $1 ORDER BY id";
inline constexpr std::string_view revocations_sql =
    "SELECT id, user_id, family, reason, at, until FROM revocations WHERE until >= $1 ORDER BY id";

// Removes some of what is over.
void forget_over(Connection& db, UnixMs now);

[[nodiscard]] std::string revoking_sql(std::string_view ending);
// Ends sessions and revokes them in one statement, and removes some of what is over. `ending`:
// common table expressions of which one is called `ended` and has the families of the live sessions
// that end. Its parameters: $1 the user, $3 the moment, from $5 on `more`. REQUIRES: the user's row
// is locked.
template <class... Args>
[[nodiscard]] Connection::Number send_revoking(Connection& db, std::string_view ending, UserId user,
                                               RevocationReason reason, UnixMs now,
                                               const Args&... more) {
  forget_over(db, now);
  return db.send(revoking_sql(ending), user, revocation_name(reason), now,
                 now.plus_ms(revocation_lifetime_ms), more...);
}
// As above for calls that seldom revoke: nobody asks what, and nothing is removed meanwhile.
template <class... Args>
void revoke_later(Connection& db, std::string_view ending, UserId user, RevocationReason reason,
                  UnixMs now, const Args&... more) {
  db.later(revoking_sql(ending), user, revocation_name(reason), now,
           now.plus_ms(revocation_lifetime_ms), more...);
}
[[nodiscard]] std::vector<Revocation> take_revocations(Connection& db, Connection::Number number);
// All of the user's tokens.
void revoke_user(Connection& db, UserId user, RevocationReason reason, UnixMs now);

[[nodiscard]] std::vector<Revocation> load_revocations(Connection& db, UnixMs now,
                                                       std::optional<UnixMs> since);

}  // namespace whoosh::store::postgres
