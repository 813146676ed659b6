// Accounts as the store's port (store.h) takes and gives them. Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/time.h"
#include "store/look.h"

namespace whoosh::store {

using base::UnixMs;
using base::UserId;

struct Account {
  UserId id;
  std::string username;
  std::optional<std::string> email;
  std::string display_name;
  std::string avatar;
  std::string role;  // "", "moderator" or "admin"
  bool is_guest = false;
  std::int32_t elo = 1000;  // display_elo of the overall rating
  std::int32_t xp = 0;
  std::int32_t level = 1;
  std::int32_t total_games = 0;
  std::int32_t wins = 0;
  std::int32_t coins = 0;  // balance of the ledger
  UnixMs created_at;
  // Of the last ban that nobody lifted; it may be over by now: ask is_banned().
  std::optional<UnixMs> banned_until;  // for good: banned_for_good
  std::string ban_reason = {};
  std::optional<UnixMs> totp_since = {};  // a sign-in wants a second factor (factors.h)
  Look look = {};

  [[nodiscard]] bool is_banned(UnixMs now) const { return banned_until && *banned_until > now; }
};

inline constexpr UnixMs banned_for_good{253'402'300'799'000};  // 9999-12-31T23:59:59Z

struct NewAccount {
  std::string username;
  std::optional<std::string> email;
  std::optional<std::string> password_hash;  // none: a guest
  std::string display_name;
  std::string avatar;
  bool is_guest = false;
  UnixMs created_at;
};

struct Credentials {
  Account account;
  std::string password_hash;
};

struct PasswordChange {
  UserId user;
  std::string password_hash;
  std::string keep_family;  // the session that goes on; "": none
  UnixMs now;
};

struct ProfileChange {  // only what is given changes
  std::optional<std::string> username;
  std::optional<std::string> email;
  std::optional<std::string> display_name;
  std::optional<std::string> avatar;
};

struct Conversion {
  std::string username;
  std::string email;
  std::string password_hash;
};

}  // namespace whoosh::store
