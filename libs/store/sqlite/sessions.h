// SQL of sessions: families of refresh tokens. A token is the family's newest until it is replaced;
// a replaced one that comes back means that two parties hold the family, so the family is revoked.
//
//   issued --rotate--> replaced --seen again--> the family is revoked
//     \--------------- expires ---------------> forgotten when its user next signs in or rotates
//
// Jobs of the store, as in accounts.h.
#pragma once

#include "store/sqlite/database.h"
#include "store/store.h"

namespace whoosh::store::sqlite {

// user_not_found.
void create_session(Connection& db, const NewSession& session);
// Answers its error instead of throwing it, because refresh_reused keeps what it wrote.
[[nodiscard]] base::Result<Account> rotate_session(Connection& db, const Rotation& rotation);
void revoke_session(Connection& db, UserId user, const std::string& refresh_hash);
void revoke_all_sessions(Connection& db, UserId user);
void erase_sessions(Connection& db, UserId user);

}  // namespace whoosh::store::sqlite
