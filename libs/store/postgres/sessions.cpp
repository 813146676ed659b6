#include "store/postgres/sessions.h"

#include "store/postgres/accounts.h"

namespace whoosh::store::postgres {
namespace {

using base::ErrorCode;

struct Token {
  std::string family;
  UserId user;
  UnixMs expires_at;
  bool replaced = false;
  bool revoked = false;
  bool is_guest = false;
};

// Locks the token's user, then reads the token as it is by then. Both travel at once: the second
// statement sees what was committed while the first one waited.
std::optional<Token> find_token(Connection& db, const std::string& hash) {
  db.later(
      "SELECT 1 FROM refresh_tokens t JOIN sessions s ON s.family = t.family "
      "JOIN users u ON u.id = s.user_id WHERE t.hash = $1 FOR NO KEY UPDATE OF u",
      Blob{hash});
  Rows row = db.query(
      "SELECT t.family, s.user_id, t.expires_at, t.replaced_at IS NOT NULL, s.revoked, u.is_guest "
      "FROM refresh_tokens t JOIN sessions s ON s.family = t.family "
      "JOIN users u ON u.id = s.user_id WHERE t.hash = $1",
      Blob{hash});
  if (!row.step()) return std::nullopt;
  return Token{row.text(0), row.user(1), row.time(2), row.flag(3), row.flag(4), row.flag(5)};
}

void add_token(Connection& db, const std::string& hash, const std::string& family, UnixMs now,
               UnixMs expires_at) {
  db.later(
      "INSERT INTO refresh_tokens (hash, family, issued_at, expires_at) VALUES ($1, $2, $3, $4)",
      Blob{hash}, family, now, expires_at);
}

void forget_expired(Connection& db, UserId user, UnixMs now) {
  db.later(
      "DELETE FROM refresh_tokens WHERE expires_at <= $2 AND family IN "
      "(SELECT family FROM sessions WHERE user_id = $1)",
      user, now);
  db.later(
      "DELETE FROM sessions s WHERE user_id = $1 AND NOT EXISTS "
      "(SELECT 1 FROM refresh_tokens t WHERE t.family = s.family)",
      user);
}

// Makes room for one more.
void end_oldest(Connection& db, UserId user) {
  db.later(
      "DELETE FROM sessions WHERE user_id = $1 AND family IN (SELECT family FROM sessions "
      "WHERE user_id = $1 ORDER BY created_at DESC, family OFFSET $2)",
      user, sessions_per_user_max - 1);
}

}  // namespace

void create_session(Connection& db, const NewSession& session) {
  lock_user(db, session.user);
  forget_expired(db, session.user, session.created_at);
  end_oldest(db, session.user);
  db.later("INSERT INTO sessions (family, user_id, created_at) VALUES ($1, $2, $3)", session.family,
           session.user, session.created_at);
  add_token(db, session.refresh_hash, session.family, session.created_at, session.expires_at);
  mark_seen(db, session.user, session.created_at);
}

base::Result<Account> rotate_session(Connection& db, const Rotation& rotation) {
  const std::optional<Token> token = find_token(db, rotation.old_hash);
  if (!token || token->expires_at <= rotation.now) return base::Error{ErrorCode::bad_refresh};
  if (token->replaced) {
    db.later("UPDATE sessions SET revoked = true WHERE family = $1", token->family);
    return base::Error{ErrorCode::refresh_reused};
  }
  if (token->revoked) return base::Error{ErrorCode::bad_refresh};
  db.later("UPDATE refresh_tokens SET replaced_at = $1 WHERE hash = $2", rotation.now,
           Blob{rotation.old_hash});
  add_token(
      db, rotation.new_hash, token->family, rotation.now,
      rotation.now.plus_ms(token->is_guest ? rotation.guest_lifetime_ms : rotation.lifetime_ms));
  forget_expired(db, token->user, rotation.now);
  mark_seen(db, token->user, rotation.now);
  return load_account(db, token->user);
}

void revoke_session(Connection& db, UserId user, const std::string& refresh_hash) {
  (void)db.take(lock_users(db, {user}));
  db.later(
      "UPDATE sessions SET revoked = true WHERE user_id = $1 AND family = "
      "(SELECT family FROM refresh_tokens WHERE hash = $2)",
      user, Blob{refresh_hash});
}

void revoke_all_sessions(Connection& db, UserId user) {
  (void)db.take(lock_users(db, {user}));
  db.later("UPDATE sessions SET revoked = true WHERE user_id = $1", user);
}

void erase_sessions(Connection& db, const std::vector<UserId>& users) {
  db.later("DELETE FROM sessions WHERE user_id = ANY($1::bigint[])", users);
}

}  // namespace whoosh::store::postgres
