#include "store/sqlite/sessions.h"

#include "store/sqlite/accounts.h"

namespace whoosh::store::sqlite {
namespace {

using base::ErrorCode;

struct Token {
  std::string family;
  UserId user;
  UnixMs expires_at;
  bool replaced = false;
  bool revoked = false;
};

std::optional<Token> find_token(Connection& db, const std::string& hash) {
  Statement row = db.query(
      "SELECT t.family, s.user_id, t.expires_at, t.replaced_at IS NOT NULL, s.revoked "
      "FROM refresh_tokens t JOIN sessions s ON s.family = t.family WHERE t.hash = ?",
      Blob{hash});
  if (!row.step()) return std::nullopt;
  return Token{row.text(0), UserId{row.integer(1)}, row.time(2), row.flag(3), row.flag(4)};
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

// Makes room for one more.
void end_oldest(Connection& db, UserId user) {
  db.run(
      "DELETE FROM sessions WHERE user_id = ?1 AND family IN (SELECT family FROM sessions "
      "WHERE user_id = ?1 ORDER BY created_at DESC, family LIMIT -1 OFFSET ?2)",
      user, sessions_per_user_max - 1);
}

}  // namespace

void create_session(Connection& db, const NewSession& session) {
  if (!is_alive(db, session.user)) throw Refused{ErrorCode::user_not_found};
  forget_expired(db, session.user, session.created_at);
  end_oldest(db, session.user);
  db.run("INSERT INTO sessions (family, user_id, created_at) VALUES (?, ?, ?)", session.family,
         session.user, session.created_at);
  add_token(db, session.refresh_hash, session.family, session.created_at, session.expires_at);
  mark_seen(db, session.user, session.created_at);
}

base::Result<Account> rotate_session(Connection& db, const Rotation& rotation) {
  const std::optional<Token> token = find_token(db, rotation.old_hash);
  if (!token || token->expires_at <= rotation.now) return base::Error{ErrorCode::bad_refresh};
  if (token->replaced) {
    db.run("UPDATE sessions SET revoked = 1 WHERE family = ?", token->family);
    return base::Error{ErrorCode::refresh_reused};
  }
  if (token->revoked) return base::Error{ErrorCode::bad_refresh};
  const bool is_guest = load_account(db, token->user).is_guest;
  db.run("UPDATE refresh_tokens SET replaced_at = ? WHERE hash = ?", rotation.now,
         Blob{rotation.old_hash});
  add_token(db, rotation.new_hash, token->family, rotation.now,
            rotation.now.plus_ms(is_guest ? rotation.guest_lifetime_ms : rotation.lifetime_ms));
  forget_expired(db, token->user, rotation.now);
  mark_seen(db, token->user, rotation.now);
  return load_account(db, token->user);
}

void revoke_session(Connection& db, UserId user, const std::string& refresh_hash) {
  db.run(
      "UPDATE sessions SET revoked = 1 WHERE user_id = ? AND family = "
      "(SELECT family FROM refresh_tokens WHERE hash = ?)",
      user, Blob{refresh_hash});
}

void revoke_all_sessions(Connection& db, UserId user) {
  db.run("UPDATE sessions SET revoked = 1 WHERE user_id = ?", user);
}

void erase_sessions(Connection& db, UserId user) {
  db.run("DELETE FROM sessions WHERE user_id = ?", user);
}

}  // namespace whoosh::store::sqlite
