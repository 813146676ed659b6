#include "store/sqlite/sessions.h"

#include <algorithm>

#include "store/moderation_rules.h"
#include "store/sqlite/accounts.h"
#include "store/sqlite/revocations.h"

namespace whoosh::store::sqlite {
namespace {

using base::ErrorCode;

struct Token {
  std::string family;
  UserId user;
  UnixMs expires_at;
  UnixMs created_at;  // of the session
  bool replaced = false;
  bool revoked = false;
};

std::optional<Token> find_token(Connection& db, const std::string& hash) {
  Statement row = db.query(
      "SELECT t.family, s.user_id, t.expires_at, s.created_at, t.replaced_at IS NOT NULL, "
      "s.revoked "
      "FROM refresh_tokens t JOIN sessions s ON s.family = t.family WHERE t.hash = ?",
      Blob{hash});
  if (!row.step()) return std::nullopt;
  return Token{row.text(0), UserId{row.integer(1)}, row.time(2), row.time(3), row.flag(4),
               row.flag(5)};
}

void add_token(Connection& db, const std::string& hash, const std::string& family, UnixMs now,
               UnixMs expires_at) {
  db.run("INSERT INTO refresh_tokens (hash, family, issued_at, expires_at) VALUES (?, ?, ?, ?)",
         Blob{hash}, family, now, expires_at);
}

void forget_expired(Connection& db, UserId user, UnixMs now) {
  db.run(
      "DELETE FROM refresh_tokens WHERE expires_at <= ?2 AND family IN "
      "(SELECT family FROM sessions WHERE user_id = ?1)",
      user, now);
  db.run(
      "DELETE FROM sessions WHERE user_id = ? AND NOT EXISTS "
      "(SELECT 1 FROM refresh_tokens t WHERE t.family = sessions.family)",
      user);
}

std::vector<std::string> families_of(Statement& row) {
  std::vector<std::string> families;
  while (row.step()) families.push_back(row.text(0));
  std::sort(families.begin(), families.end());
  return families;
}

// Makes room for one more: those that are revoked already go first, then the oldest.
void end_oldest(Connection& db, UserId user, UnixMs now) {
  std::vector<std::string> ended;
  {
    Statement row = db.query(
        "DELETE FROM sessions WHERE user_id = ?1 AND family IN (SELECT family FROM sessions "
        "WHERE user_id = ?1 ORDER BY revoked, created_at DESC, family LIMIT -1 OFFSET ?2) "
        "RETURNING family, revoked",
        user, sessions_per_user_max - 1);
    while (row.step()) {
      if (!row.flag(1)) ended.push_back(row.text(0));
    }
  }
  add_revocations(db, user, ended, RevocationReason::signed_out, now);
}

// If it is live.
std::vector<Revocation> end_family(Connection& db, UserId user, const std::string& family,
                                   RevocationReason reason, UnixMs now) {
  const std::int64_t ended = db.run(
      "UPDATE sessions SET revoked = 1 WHERE family = ? AND user_id = ? AND revoked = 0 "
      "AND expires_at > ?",
      family, user, now);
  if (ended == 0) return {};
  return add_revocations(db, user, {family}, reason, now);
}

}  // namespace

void create_session(Connection& db, const NewSession& session) {
  if (!is_alive(db, session.user)) throw Refused{ErrorCode::user_not_found};
  forget_expired(db, session.user, session.created_at);
  end_oldest(db, session.user, session.created_at);
  db.run(
      "INSERT INTO sessions (family, user_id, created_at, last_used_at, expires_at, device, "
      "address) VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6)",
      session.family, session.user, session.created_at, session.expires_at, session.device,
      session.address);
  add_token(db, session.refresh_hash, session.family, session.created_at, session.expires_at);
  mark_seen(db, session.user, session.created_at);
}

base::Result<Rotated> rotate_session(Connection& db, const Rotation& rotation) {
  const std::optional<Token> token = find_token(db, rotation.old_hash);
  if (!token || token->expires_at <= rotation.now) return base::Error{ErrorCode::bad_refresh};
  Account account = load_account(db, token->user);
  if (account.is_banned(rotation.now)) {
    return token->replaced ? base::Error{ErrorCode::banned}
                           : banned_error(*account.banned_until, account.ban_reason);
  }
  if (token->replaced) {
    end_family(db, token->user, token->family, RevocationReason::reused, rotation.now);
    return base::Error{ErrorCode::refresh_reused};
  }
  if (token->revoked) return base::Error{ErrorCode::bad_refresh};
  const UnixMs expires_at = expiry_of(rotation, token->created_at, account.is_guest);
  if (expires_at <= rotation.now) return base::Error{ErrorCode::bad_refresh};
  db.run("UPDATE refresh_tokens SET replaced_at = ? WHERE hash = ?", rotation.now,
         Blob{rotation.old_hash});
  add_token(db, rotation.new_hash, token->family, rotation.now, expires_at);
  db.run("UPDATE sessions SET last_used_at = ?, expires_at = ? WHERE family = ?", rotation.now,
         expires_at, token->family);
  forget_expired(db, token->user, rotation.now);
  mark_seen(db, token->user, rotation.now);
  return Rotated{std::move(account), token->family};
}

std::vector<Session> load_sessions(Connection& db, UserId user, UnixMs now) {
  Statement row = db.query(
      "SELECT family, created_at, last_used_at, expires_at, device, address FROM sessions "
      "WHERE user_id = ? AND revoked = 0 AND expires_at > ? ORDER BY last_used_at DESC, family",
      user, now);
  std::vector<Session> sessions;
  while (row.step()) {
    sessions.push_back(
        {row.text(0), row.time(1), row.time(2), row.time(3), row.text(4), row.text(5)});
  }
  return sessions;
}

void end_session(Connection& db, UserId user, const std::string& family, UnixMs now) {
  if (end_family(db, user, family, RevocationReason::signed_out, now).empty()) {
    throw Refused{ErrorCode::session_not_found};
  }
}

std::vector<Revocation> revoke_session(Connection& db, UserId user, const std::string& refresh_hash,
                                       UnixMs now) {
  const std::optional<Token> token = find_token(db, refresh_hash);
  if (!token) return {};
  return end_family(db, user, token->family, RevocationReason::signed_out, now);
}

std::vector<Revocation> end_sessions(Connection& db, UserId user, const std::string& keep,
                                     RevocationReason reason, UnixMs now) {
  std::vector<std::string> families;
  {
    Statement row = db.query(
        "UPDATE sessions SET revoked = 1 WHERE user_id = ? AND revoked = 0 AND expires_at > ? "
        "AND family <> ? RETURNING family",
        user, now, keep);
    families = families_of(row);
  }
  return add_revocations(db, user, families, reason, now);
}

void close_sessions(Connection& db, UserId user) {
  db.run("UPDATE sessions SET revoked = 1 WHERE user_id = ?", user);
}

void erase_sessions(Connection& db, UserId user) {
  db.run("DELETE FROM sessions WHERE user_id = ?", user);
}

}  // namespace whoosh::store::sqlite
