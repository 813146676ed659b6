// SQL of sessions: families of refresh tokens. A token is the family's newest until it is replaced;
// a replaced one that comes back means that two parties hold the family, so the family is revoked.
//
//   issued --rotate--> replaced --seen again--> the family is revoked
//     \--------------- expires ---------------> forgotten when its user next signs in or rotates
//
// Jobs of the store, as in accounts.h.
#pragma once

#include <string>
#include <vector>

#include "store/sqlite/database.h"
#include "store/store.h"

namespace whoosh::store::sqlite {

// user_not_found.
void create_session(Connection& db, const NewSession& session);
// Answers its error instead of throwing it, because refresh_reused keeps what it wrote.
[[nodiscard]] base::Result<Rotated> rotate_session(Connection& db, const Rotation& rotation);
[[nodiscard]] std::vector<Session> load_sessions(Connection& db, UserId user, UnixMs now);
// session_not_found.
void end_session(Connection& db, UserId user, const std::string& family, UnixMs now);
std::vector<Revocation> revoke_session(Connection& db, UserId user, const std::string& refresh_hash,
                                       UnixMs now);
// All live ones but `keep`, each with its revocation.
std::vector<Revocation> end_sessions(Connection& db, UserId user, const std::string& keep,
                                     RevocationReason reason, UnixMs now);
// All, without revocations: a ban writes one for the user.
void close_sessions(Connection& db, UserId user);
void erase_sessions(Connection& db, UserId user);

}  // namespace whoosh::store::sqlite
