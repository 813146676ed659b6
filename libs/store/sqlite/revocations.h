// SQL of revocations: which access tokens must not be believed although they have not expired. They
// are written in the transaction that ends the sessions. Jobs of the store, as in accounts.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/database.h"
#include "store/store.h"

namespace whoosh::store::sqlite {

// Not older than a moment: parameters: until when they matter at least, since when. Here so that a
// test holds its plan: "+" keeps SQLite from reading more by another way, which it would like to
// do in order to save the sorting.
inline constexpr std::string_view revocations_since_sql =
    "SELECT id, user_id, family, reason, at, until FROM revocations "
    "WHERE at >= ?2 AND +until >= ?1 ORDER BY +id";
inline constexpr std::string_view revocations_sql =
    "SELECT id, user_id, family, reason, at, until FROM revocations WHERE until >= ?1 ORDER BY +id";

// One for each family; "" stands for all of the user's tokens. Removes some of what is over by now.
std::vector<Revocation> add_revocations(Connection& db, UserId user,
                                        const std::vector<std::string>& families,
                                        RevocationReason reason, UnixMs now);
[[nodiscard]] std::vector<Revocation> load_revocations(Connection& db, UnixMs now,
                                                       std::optional<UnixMs> since);

}  // namespace whoosh::store::sqlite
