// SQL of accounts: make, find, change, convert, erase; their passwords. Each function is a job of
// the store (workers.h): it runs inside a transaction of its connection's thread, throws Refused
// with the error that the port names, and SqliteError when the database fails.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/sqlite/database.h"
#include "store/store.h"

namespace whoosh::store::sqlite {

// username_taken, email_taken.
Account create_account(Connection& db, const NewAccount& account);
// user_not_found.
Account load_account(Connection& db, UserId id);
Credentials load_credentials(Connection& db, const std::string& login);
Credentials load_credentials(Connection& db, UserId id);
std::vector<Revocation> change_password(Connection& db, const PasswordChange& change);
void rehash_password(Connection& db, UserId id, const std::string& old_hash,
                     const std::string& new_hash);
Account change_profile(Connection& db, UserId id, const ProfileChange& change);
Account convert_guest(Connection& db, UserId id, const Conversion& conversion);
void erase_account(Connection& db, UserId id, UnixMs now);
std::int64_t expire_guests(Connection& db, UnixMs before);

// False: erased, or never was.
[[nodiscard]] bool is_alive(Connection& db, UserId id);
// Never moves backwards.
void mark_seen(Connection& db, UserId id, UnixMs when);

}  // namespace whoosh::store::sqlite
