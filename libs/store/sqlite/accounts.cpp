#include "store/sqlite/accounts.h"

#include <vector>

#include "base/text.h"
#include "match/rating.h"
#include "store/sqlite/audit.h"
#include "store/sqlite/economy.h"
#include "store/sqlite/factors.h"
#include "store/sqlite/ledger.h"
#include "store/sqlite/matches.h"
#include "store/sqlite/ratings.h"
#include "store/sqlite/revocations.h"
#include "store/sqlite/sessions.h"

namespace whoosh::store::sqlite {
namespace {

using base::ErrorCode;

constexpr std::int32_t guests_per_call_max = 1000;

std::optional<std::string> folded(const std::optional<std::string>& text) {
  return text ? std::optional(base::fold(*text)) : std::nullopt;
}

void refuse_taken_username(Connection& db, const std::string& username, UserId owner) {
  Statement row = db.query("SELECT 1 FROM users WHERE username_folded = ? AND id <> ?",
                           base::fold(username), owner);
  if (row.step()) throw Refused{ErrorCode::username_taken};
}

void refuse_taken_email(Connection& db, const std::string& email, UserId owner) {
  Statement row =
      db.query("SELECT 1 FROM users WHERE email_folded = ? AND id <> ?", base::fold(email), owner);
  if (row.step()) throw Refused{ErrorCode::email_taken};
}

// The user whom a login means: by name first, then by e-mail address; only who has a password.
std::optional<UserId> find_login(Connection& db, const std::string& login) {
  Statement row = db.query(
      "SELECT id FROM users WHERE username_folded = ?1 AND password_hash IS NOT NULL "
      "UNION ALL "
      "SELECT id FROM users WHERE email_folded = ?1 AND password_hash IS NOT NULL LIMIT 1",
      base::fold(login));
  return row.step() ? std::optional(UserId{row.integer(0)}) : std::nullopt;
}

void erase(Connection& db, UserId id, UnixMs now) {
  const Account account = load_account(db, id);
  erase_sessions(db, id);
  erase_codes(db, id);
  erase_ratings(db, id);
  forget_seats(db, id);
  close_wallet(db, id, now);
  erase_economy(db, id);
  db.run(
      "UPDATE users SET username = NULL, username_folded = NULL, email = NULL, "
      "email_folded = NULL, password_hash = NULL, totp_sealed = NULL, totp_since = NULL, "
      "totp_step = 0, display_name = '', display_folded = '', "
      "avatar = '', role = '', xp = 0, total_games = 0, wins = 0, banned_until = NULL, "
      "ban_reason = '', look_frame = '', look_colour = '', look_title = '', look_reactions = '', "
      "erased_at = ? WHERE id = ?",
      now, id);
  forget_targets(db, account);
}

}  // namespace

Account create_account(Connection& db, const NewAccount& account) {
  refuse_taken_username(db, account.username, UserId{0});
  if (account.email) refuse_taken_email(db, *account.email, UserId{0});
  db.run(
      "INSERT INTO users (username, username_folded, email, email_folded, password_hash, "
      "display_name, display_folded, avatar, is_guest, created_at, last_seen_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)",
      account.username, base::fold(account.username), account.email, folded(account.email),
      account.password_hash, account.display_name, base::fold(account.display_name), account.avatar,
      account.is_guest, account.created_at);
  return load_account(db, UserId{db.last_insert_id()});
}

Account load_account(Connection& db, UserId id) {
  Statement row = db.query(
      "SELECT u.username, u.email, u.display_name, u.avatar, u.role, u.is_guest, u.xp, "
      "u.total_games, u.wins, u.banned_until, u.ban_reason, u.created_at, coalesce(a.balance, 0), "
      "u.look_frame, u.look_colour, u.look_title, u.look_reactions, r.mu, r.sigma, r.matches, "
      "u.totp_since "
      "FROM users u LEFT JOIN ledger_accounts a "
      "ON a.kind = 'user' AND a.owner = CAST(u.id AS TEXT) "
      "LEFT JOIN ratings r ON r.user_id = u.id AND r.game = ? AND r.season = ? "
      "WHERE u.id = ? AND u.erased_at IS NULL",
      overall_rating, season_now, id);
  if (!row.step()) throw Refused{ErrorCode::user_not_found};
  Account account;
  account.id = id;
  account.username = row.text(0);
  account.email = row.optional_text(1);
  account.display_name = row.text(2);
  account.avatar = row.text(3);
  account.role = row.text(4);
  account.is_guest = row.flag(5);
  match::Rating overall;
  if (!row.is_null(17)) overall = {row.real(17), row.real(18), row.int32(19)};
  account.elo = match::display_elo(overall);
  account.xp = row.int32(6);
  account.level = match::level_of(account.xp);
  account.total_games = row.int32(7);
  account.wins = row.int32(8);
  if (!row.is_null(9)) account.banned_until = row.time(9);
  account.ban_reason = row.text(10);
  account.created_at = row.time(11);
  if (!row.is_null(20)) account.totp_since = row.time(20);
  account.coins = row.int32(12);
  account.look = {row.text(13), row.text(14), row.text(15), row.text(16)};
  return account;
}

Credentials load_credentials(Connection& db, const std::string& login) {
  const std::optional<UserId> id = find_login(db, login);
  if (!id) throw Refused{ErrorCode::user_not_found};
  return load_credentials(db, *id);
}

Credentials load_credentials(Connection& db, UserId id) {
  Credentials credentials{load_account(db, id), {}};
  Statement row = db.query("SELECT password_hash FROM users WHERE id = ?", id);
  if (!row.step() || row.is_null(0)) throw Refused{ErrorCode::user_not_found};
  credentials.password_hash = row.text(0);
  return credentials;
}

std::vector<Revocation> change_password(Connection& db, const PasswordChange& change) {
  const std::int64_t changed =
      db.run("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash IS NOT NULL",
             change.password_hash, change.user);
  if (changed == 0) throw Refused{ErrorCode::user_not_found};
  return end_sessions(db, change.user, change.keep_family, RevocationReason::password_changed,
                      change.now);
}

void rehash_password(Connection& db, UserId id, const std::string& old_hash,
                     const std::string& new_hash) {
  db.run("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?", new_hash, id,
         old_hash);
}

Account change_profile(Connection& db, UserId id, const ProfileChange& change) {
  if (!is_alive(db, id)) throw Refused{ErrorCode::user_not_found};
  if (change.username) {
    refuse_taken_username(db, *change.username, id);
    db.run("UPDATE users SET username = ?, username_folded = ? WHERE id = ?", *change.username,
           base::fold(*change.username), id);
  }
  if (change.email) {
    refuse_taken_email(db, *change.email, id);
    db.run("UPDATE users SET email = ?, email_folded = ? WHERE id = ?", *change.email,
           base::fold(*change.email), id);
  }
  if (change.display_name) {
    db.run("UPDATE users SET display_name = ?, display_folded = ? WHERE id = ?",
           *change.display_name, base::fold(*change.display_name), id);
  }
  if (change.avatar) db.run("UPDATE users SET avatar = ? WHERE id = ?", *change.avatar, id);
  return load_account(db, id);
}

Account convert_guest(Connection& db, UserId id, const Conversion& conversion) {
  if (!load_account(db, id).is_guest) throw Refused{ErrorCode::not_a_guest};
  refuse_taken_username(db, conversion.username, id);
  refuse_taken_email(db, conversion.email, id);
  db.run(
      "UPDATE users SET username = ?, username_folded = ?, email = ?, email_folded = ?, "
      "password_hash = ?, is_guest = 0 WHERE id = ?",
      conversion.username, base::fold(conversion.username), conversion.email,
      base::fold(conversion.email), conversion.password_hash, id);
  return load_account(db, id);
}

void erase_account(Connection& db, UserId id, UnixMs now) {
  erase(db, id, now);
  add_revocations(db, id, {""}, RevocationReason::erased, now);
}

std::int64_t expire_guests(Connection& db, UnixMs before) {
  std::vector<UserId> gone;
  {
    Statement row = db.query(
        "SELECT id FROM users WHERE is_guest = 1 AND erased_at IS NULL AND last_seen_at < ? "
        "ORDER BY last_seen_at LIMIT ?",
        before, guests_per_call_max);
    while (row.step()) gone.emplace_back(row.integer(0));
  }
  for (const UserId id : gone) erase(db, id, before);
  return static_cast<std::int64_t>(gone.size());
}

bool is_alive(Connection& db, UserId id) {
  return db.query("SELECT 1 FROM users WHERE id = ? AND erased_at IS NULL", id).step();
}

void mark_seen(Connection& db, UserId id, UnixMs when) {
  db.run("UPDATE users SET last_seen_at = max(last_seen_at, ?) WHERE id = ?", when, id);
}

}  // namespace whoosh::store::sqlite
