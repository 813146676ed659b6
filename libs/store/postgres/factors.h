// SQL of second factors and recovery codes (migrations/0006_second_factor.sql). Jobs of the store,
// as in accounts.h; errors as in store/factors.h. Calls that look before they write lock the user.
#pragma once

#include <string>
#include <vector>

#include "store/postgres/database.h"
#include "store/store.h"

namespace whoosh::store::postgres {

[[nodiscard]] SecondFactor load_factor(Connection& db, UserId user);
void begin_totp(Connection& db, UserId user, const std::string& sealed);
std::vector<Revocation> confirm_totp(Connection& db, const TotpConfirmation& confirmation);
void use_totp(Connection& db, UserId user, const TotpUse& use);
void remove_totp(Connection& db, UserId user);

void replace_codes(Connection& db, UserId user, const std::vector<std::string>& hashes, UnixMs now);
void use_code(Connection& db, UserId user, const std::string& hash);
[[nodiscard]] bool is_code(Connection& db, UserId user, const std::string& hash, UnixMs now);
std::vector<Revocation> reset_password(Connection& db, const PasswordReset& reset);

void issue_reset_code(Connection& db, const ResetCode& code);
Account reset_totp(Connection& db, UserId user, const std::string& reason, const Actor& actor,
                   UnixMs now);

void erase_codes(Connection& db, const std::vector<UserId>& users);

}  // namespace whoosh::store::postgres
