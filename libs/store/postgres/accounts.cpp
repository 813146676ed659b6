#include "store/postgres/accounts.h"

#include <array>
#include <bit>
#include <string>

#include "base/assert.h"
#include "base/text.h"
#include "match/rating.h"
#include "store/moderation_rules.h"
#include "store/postgres/audit.h"
#include "store/postgres/economy.h"
#include "store/postgres/factors.h"
#include "store/postgres/ledger.h"
#include "store/postgres/matches.h"
#include "store/postgres/ratings.h"
#include "store/postgres/revocations.h"
#include "store/postgres/sessions.h"

namespace whoosh::store::postgres {
namespace {

using base::ErrorCode;

constexpr std::int32_t guests_per_call_max = 1000;

std::optional<std::string> folded(const std::optional<std::string>& text) {
  return text ? std::optional(base::fold(*text)) : std::nullopt;
}

// The columns of read_account(), of users u.
#define ACCOUNT_COLUMNS                                                                         \
  "u.id, u.username, u.email, u.display_name, u.avatar, u.role, u.is_guest, u.xp, "             \
  "u.total_games, u.wins, u.banned_until, u.ban_reason, u.created_at, coalesce(a.balance, 0), " \
  "r.mu, r.sigma, r.matches, u.look_frame, u.look_colour, u.look_title, u.look_reactions, "     \
  "u.password_hash, u.totp_since "
#define ACCOUNT_TABLES                                                                    \
  "FROM users u LEFT JOIN ledger_accounts a ON a.kind = 'user' AND a.owner = u.id::text " \
  "LEFT JOIN ratings r ON r.user_id = u.id AND r.game = $2 AND r.season = $3 "

Account read_account(const Rows& row) {
  Account account;
  account.id = row.user(0);
  account.username = row.text(1);
  account.email = row.optional_text(2);
  account.display_name = row.text(3);
  account.avatar = row.text(4);
  account.role = row.text(5);
  account.is_guest = row.flag(6);
  account.xp = row.int32(7);
  account.level = match::level_of(account.xp);
  account.total_games = row.int32(8);
  account.wins = row.int32(9);
  if (!row.is_null(10)) account.banned_until = row.time(10);
  account.ban_reason = row.text(11);
  account.created_at = row.time(12);
  if (!row.is_null(22)) account.totp_since = row.time(22);
  account.coins = row.int32(13);
  match::Rating overall;
  if (!row.is_null(14)) overall = {row.real(14), row.real(15), row.int32(16)};
  account.elo = match::display_elo(overall);
  account.look = {row.text(17), row.text(18), row.text(19), row.text(20)};
  return account;
}

// Locks against everybody, those included who only refer to the user: names may change.
void lock_user_alone(Connection& db, UserId id, bool& is_guest) {
  Rows row =
      db.query("SELECT is_guest FROM users WHERE id = $1 AND erased_at IS NULL FOR UPDATE", id);
  if (!row.step()) throw Refused{ErrorCode::user_not_found};
  is_guest = row.flag(0);
}

void refuse_taken(Connection& db, const std::optional<std::string>& username,
                  const std::optional<std::string>& email, UserId owner) {
  const auto by_name = db.send("SELECT 1 FROM users WHERE username_folded = $1 AND id <> $2",
                               folded(username), owner);
  const auto by_email =
      db.send("SELECT 1 FROM users WHERE email_folded = $1 AND id <> $2", folded(email), owner);
  if (db.take(by_name).step()) throw Refused{ErrorCode::username_taken};
  if (db.take(by_email).step()) throw Refused{ErrorCode::email_taken};
}

// Somebody else took the name between our look and our write.
[[noreturn]] void refuse_race(const PgError& error) {
  if (error.constraint() == "users_username_unique") throw Refused{ErrorCode::username_taken};
  if (error.constraint() == "users_email_unique") throw Refused{ErrorCode::email_taken};
  throw PgError(error);
}

// Their ids and names alone.
std::vector<Account> load_names(Connection& db, const std::vector<UserId>& users) {
  Rows row = db.query("SELECT id, username, email FROM users WHERE id = ANY($1::bigint[])", users);
  std::vector<Account> named;
  while (row.step()) {
    Account& account = named.emplace_back();
    account.id = row.user(0);
    account.username = row.text(1);
    account.email = row.optional_text(2);
  }
  return named;
}

// REQUIRES: the rows of the users are locked.
void erase_users(Connection& db, const std::vector<UserId>& users, UnixMs now) {
  const std::vector<Account> named = load_names(db, users);
  erase_sessions(db, users);
  erase_codes(db, users);
  erase_ratings(db, users);
  forget_seats(db, users);
  erase_economy(db, users);
  db.later(
      "UPDATE users SET username = NULL, username_folded = NULL, email = NULL, "
      "email_folded = NULL, password_hash = NULL, totp_sealed = NULL, totp_since = NULL, "
      "totp_step = 0, display_name = '', display_folded = '', "
      "avatar = '', role = '', xp = 0, total_games = 0, wins = 0, banned_until = NULL, "
      "ban_reason = '', look_frame = '', look_colour = '', look_title = '', look_reactions = '', "
      "erased_at = $2 WHERE id = ANY($1::bigint[])",
      users, now);
  forget_targets(db, named);
  close_wallets(db, users, now);
}

}  // namespace

Account create_account(Connection& db, const NewAccount& account) {
  Rows row = db.query(
      "INSERT INTO users (username, username_folded, email, email_folded, password_hash, "
      "display_name, display_folded, avatar, is_guest, created_at, last_seen_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) ON CONFLICT DO NOTHING RETURNING id",
      account.username, base::fold(account.username), account.email, folded(account.email),
      account.password_hash, account.display_name, base::fold(account.display_name), account.avatar,
      account.is_guest, account.created_at);
  if (!row.step()) {
    refuse_taken(db, account.username, account.email, UserId{0});
    // The holder of the name went away between the two statements.
    throw PgError("40001", "", "a name became free at this moment");
  }
  Account made;
  made.id = row.user(0);
  made.username = account.username;
  made.email = account.email;
  made.display_name = account.display_name;
  made.avatar = account.avatar;
  made.is_guest = account.is_guest;
  made.elo = match::display_elo(match::Rating{});
  made.created_at = account.created_at;
  return made;
}

Account load_account(Connection& db, UserId id) {
  Rows row =
      db.query("SELECT " ACCOUNT_COLUMNS ACCOUNT_TABLES "WHERE u.id = $1 AND u.erased_at IS NULL",
               id, overall_rating, season_now);
  if (!row.step()) throw Refused{ErrorCode::user_not_found};
  return read_account(row);
}

namespace {

// For up to `count` people. Not "= ANY($1)": of that the server makes a new plan for each call,
// because the length of the list is only known then. Beyond the array's end there is NULL, which
// nobody is called.
std::string accounts_sql(std::size_t count) {
  std::string ids;
  for (std::size_t at = 1; at <= count; ++at) {
    ids += (at == 1 ? "($1::bigint[])[" : ", ($1::bigint[])[") + std::to_string(at) + "]";
  }
  return "SELECT " ACCOUNT_COLUMNS ACCOUNT_TABLES "WHERE u.erased_at IS NULL AND u.id IN (" + ids +
         ")";
}

}  // namespace

Connection::Number ask_accounts(Connection& db, std::span<const UserId> ids) {
  ASSERT(!ids.empty() && ids.size() <= accounts_together_max);
  static const auto texts = [] {
    std::array<std::string, std::bit_width(accounts_together_max)> made;
    for (std::size_t at = 0; at < made.size(); ++at) made[at] = accounts_sql(std::size_t{1} << at);
    return made;
  }();
  const auto power = static_cast<std::size_t>(std::bit_width(ids.size() - 1));
  return db.send(texts[power], std::vector(ids.begin(), ids.end()), overall_rating, season_now);
}

std::vector<Account> take_accounts(Connection& db, Connection::Number number) {
  Rows row = db.take(number);
  std::vector<Account> accounts;
  while (row.step()) accounts.push_back(read_account(row));
  return accounts;
}

// By name first, then by e-mail address; only who has a password.
Credentials load_credentials(Connection& db, const std::string& login) {
  if (!is_storable(login)) throw Refused{ErrorCode::user_not_found};
  Rows row = db.query(
      "SELECT " ACCOUNT_COLUMNS ACCOUNT_TABLES
      "JOIN ("
      "SELECT id, 0 AS at FROM users WHERE username_folded = $1 AND password_hash IS NOT NULL "
      "UNION ALL "
      "SELECT id, 1 FROM users WHERE email_folded = $1 AND password_hash IS NOT NULL "
      "ORDER BY at LIMIT 1) found ON found.id = u.id",
      base::fold(login), overall_rating, season_now);
  if (!row.step()) throw Refused{ErrorCode::user_not_found};
  return {read_account(row), row.text(21)};
}

Credentials load_credentials(Connection& db, UserId id) {
  Rows row = db.query("SELECT " ACCOUNT_COLUMNS ACCOUNT_TABLES
                      "WHERE u.id = $1 AND u.password_hash IS NOT NULL",
                      id, overall_rating, season_now);
  if (!row.step()) throw Refused{ErrorCode::user_not_found};
  return {read_account(row), row.text(21)};
}

std::vector<Account> load_accounts(Connection& db, const std::vector<UserId>& ids) {
  Rows row = db.query("SELECT " ACCOUNT_COLUMNS ACCOUNT_TABLES
                      "WHERE u.id = ANY($1::bigint[]) AND u.erased_at IS NULL "
                      "ORDER BY array_position($1::bigint[], u.id)",
                      ids, overall_rating, season_now);
  std::vector<Account> accounts;
  while (row.step()) accounts.push_back(read_account(row));
  return accounts;
}

#undef ACCOUNT_COLUMNS
#undef ACCOUNT_TABLES

Account change_profile(Connection& db, UserId id, const ProfileChange& change) {
  bool is_guest = false;
  lock_user_alone(db, id, is_guest);
  if (change.username || change.email) refuse_taken(db, change.username, change.email, id);
  try {
    if (change.username) {
      db.later("UPDATE users SET username = $1, username_folded = $2 WHERE id = $3",
               *change.username, base::fold(*change.username), id);
    }
    if (change.email) {
      db.later("UPDATE users SET email = $1, email_folded = $2 WHERE id = $3", *change.email,
               base::fold(*change.email), id);
    }
    if (change.display_name) {
      db.later("UPDATE users SET display_name = $1, display_folded = $2 WHERE id = $3",
               *change.display_name, base::fold(*change.display_name), id);
    }
    if (change.avatar) db.later("UPDATE users SET avatar = $1 WHERE id = $2", *change.avatar, id);
    return load_account(db, id);
  } catch (const PgError& error) {
    refuse_race(error);
  }
}

Account convert_guest(Connection& db, UserId id, const Conversion& conversion) {
  bool is_guest = false;
  lock_user_alone(db, id, is_guest);
  if (!is_guest) throw Refused{ErrorCode::not_a_guest};
  refuse_taken(db, conversion.username, conversion.email, id);
  try {
    db.later(
        "UPDATE users SET username = $1, username_folded = $2, email = $3, email_folded = $4, "
        "password_hash = $5, is_guest = false WHERE id = $6",
        conversion.username, base::fold(conversion.username), conversion.email,
        base::fold(conversion.email), conversion.password_hash, id);
    return load_account(db, id);
  } catch (const PgError& error) {
    refuse_race(error);
  }
}

void erase_account(Connection& db, UserId id, UnixMs now) {
  bool is_guest = false;
  lock_user_alone(db, id, is_guest);
  revoke_user(db, id, RevocationReason::erased, now);
  erase_users(db, {id}, now);
}

std::vector<Revocation> change_password(Connection& db, const PasswordChange& change) {
  const std::int64_t changed =
      db.run("UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash IS NOT NULL",
             change.password_hash, change.user);
  if (changed == 0) throw Refused{ErrorCode::user_not_found};
  return end_sessions(db, change.user, change.keep_family, RevocationReason::password_changed,
                      change.now);
}

void rehash_password(Connection& db, UserId id, const std::string& old_hash,
                     const std::string& new_hash) {
  db.later("UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3", new_hash, id,
           old_hash);
}

// Who is locked by somebody else is not idle, and waiting for him here could end in a circle.
std::int64_t expire_guests(Connection& db, UnixMs before) {
  Rows row = db.query(
      "SELECT id FROM users WHERE is_guest AND erased_at IS NULL AND last_seen_at < $1 "
      "ORDER BY last_seen_at LIMIT $2 FOR UPDATE SKIP LOCKED",
      before, guests_per_call_max);
  std::vector<UserId> gone;
  while (row.step()) gone.push_back(row.user(0));
  if (!gone.empty()) erase_users(db, gone, before);
  return static_cast<std::int64_t>(gone.size());
}

Connection::Number lock_users(Connection& db, const std::vector<UserId>& users) {
  return db.send(
      "SELECT id, xp, is_guest FROM users WHERE id = ANY($1::bigint[]) AND erased_at IS NULL "
      "ORDER BY id FOR NO KEY UPDATE",
      users);
}

void lock_user(Connection& db, UserId id) {
  if (!db.take(lock_users(db, {id})).step()) throw Refused{ErrorCode::user_not_found};
}

void mark_seen(Connection& db, UserId id, UnixMs when) {
  db.later("UPDATE users SET last_seen_at = greatest(last_seen_at, $1) WHERE id = $2", when, id);
}

}  // namespace whoosh::store::postgres
