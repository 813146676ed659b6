// SQL of accounts: make, find, change, convert, erase; their passwords. Each function is a job of
// the store (workers.h): writers run inside a transaction of their thread's connection, readers are
// one statement. They throw Refused with the error that the port names, and PgError when the
// database fails.
//
// Locks: whoever writes what belongs to users locks their rows first, several in the order of their
// ids: to write beside others (lock_users) or to change names (lock_user_alone). So two jobs never
// wait for each other, and what was read under the lock stays true until the commit.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/postgres/database.h"
#include "store/store.h"

namespace whoosh::store::postgres {

// username_taken, email_taken.
Account create_account(Connection& db, const NewAccount& account);
// user_not_found.
Account load_account(Connection& db, UserId id);
// A power of two. For more, PostgreSQL finds a new plan for each call cheaper than the general one.
inline constexpr std::size_t accounts_together_max = 8;
// Those who are there, once each and in no order. In two halves: statements may travel together.
// REQUIRES: 1 … accounts_together_max ids.
[[nodiscard]] Connection::Number ask_accounts(Connection& db, std::span<const UserId> ids);
[[nodiscard]] std::vector<Account> take_accounts(Connection& db, Connection::Number number);
Credentials load_credentials(Connection& db, const std::string& login);
Credentials load_credentials(Connection& db, UserId id);
// In the order of the ids given, without those who are gone.
[[nodiscard]] std::vector<Account> load_accounts(Connection& db, const std::vector<UserId>& ids);
std::vector<Revocation> change_password(Connection& db, const PasswordChange& change);
void rehash_password(Connection& db, UserId id, const std::string& old_hash,
                     const std::string& new_hash);
Account change_profile(Connection& db, UserId id, const ProfileChange& change);
Account convert_guest(Connection& db, UserId id, const Conversion& conversion);
void erase_account(Connection& db, UserId id, UnixMs now);
std::int64_t expire_guests(Connection& db, UnixMs before);

// Queues the lock of those users who are alive; rows: id, xp, is_guest.
Connection::Number lock_users(Connection& db, const std::vector<UserId>& users);
// user_not_found.
void lock_user(Connection& db, UserId id);
// Never moves backwards.
void mark_seen(Connection& db, UserId id, UnixMs when);

}  // namespace whoosh::store::postgres
