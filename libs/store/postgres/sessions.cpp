#include "store/postgres/sessions.h"

#include "store/moderation_rules.h"
#include "store/postgres/accounts.h"
#include "store/postgres/revocations.h"

namespace whoosh::store::postgres {
namespace {

using base::ErrorCode;

struct Token {
  std::string family;
  UserId user;
  UnixMs expires_at;
  UnixMs created_at;  // of the session
  bool replaced = false;
  bool revoked = false;
  bool is_guest = false;
  std::optional<UnixMs> banned_until;
  std::string ban_reason;
};

// What follows sees what was committed while this waited.
void lock_later(Connection& db, UserId user) {
  db.later("SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE", user);
}

// Locks the token's user, then reads the token as it is by then. Both travel at once: the second
// statement sees what was committed while the first one waited.
std::optional<Token> find_token(Connection& db, const std::string& hash) {
  db.later(
      "SELECT 1 FROM refresh_tokens t JOIN sessions s ON s.family = t.family "
      "JOIN users u ON u.id = s.user_id WHERE t.hash = $1 FOR NO KEY UPDATE OF u",
      Blob{hash});
  Rows row = db.query(
      "SELECT t.family, s.user_id, t.expires_at, s.created_at, t.replaced_at IS NOT NULL, "
      "s.revoked, "
      "u.is_guest, u.banned_until, u.ban_reason "
      "FROM refresh_tokens t JOIN sessions s ON s.family = t.family "
      "JOIN users u ON u.id = s.user_id WHERE t.hash = $1",
      Blob{hash});
  if (!row.step()) return std::nullopt;
  Token token{row.text(0), row.user(1), row.time(2), row.time(3), row.flag(4),
              row.flag(5), row.flag(6), {},          row.text(8)};
  if (!row.is_null(7)) token.banned_until = row.time(7);
  return token;
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

// Makes room for one more: those that are revoked already go first, then the oldest.
constexpr std::string_view ending_oldest =
    "gone AS (DELETE FROM sessions WHERE user_id = $1 AND family IN (SELECT family FROM sessions "
    "WHERE user_id = $1 ORDER BY revoked, created_at DESC, family OFFSET $5) "
    "RETURNING family, revoked), ended AS (SELECT family FROM gone WHERE NOT revoked)";
constexpr std::string_view ending_family =
    "ended AS (UPDATE sessions SET revoked = true WHERE family = $5 AND user_id = $1 "
    "AND NOT revoked AND expires_at > $3 RETURNING family)";
constexpr std::string_view ending_token =
    "ended AS (UPDATE sessions SET revoked = true WHERE family = "
    "(SELECT family FROM refresh_tokens WHERE hash = $5) AND user_id = $1 "
    "AND NOT revoked AND expires_at > $3 RETURNING family)";
constexpr std::string_view ending_others =
    "ended AS (UPDATE sessions SET revoked = true WHERE user_id = $1 AND NOT revoked "
    "AND expires_at > $3 AND family <> $5 RETURNING family)";

}  // namespace

void create_session(Connection& db, const NewSession& session) {
  lock_user(db, session.user);
  forget_expired(db, session.user, session.created_at);
  revoke_later(db, ending_oldest, session.user, RevocationReason::signed_out, session.created_at,
               sessions_per_user_max - 1);
  db.later(
      "INSERT INTO sessions (family, user_id, created_at, last_used_at, expires_at, device, "
      "address) VALUES ($1, $2, $3, $3, $4, $5, $6)",
      session.family, session.user, session.created_at, session.expires_at, session.device,
      session.address);
  add_token(db, session.refresh_hash, session.family, session.created_at, session.expires_at);
  mark_seen(db, session.user, session.created_at);
}

base::Result<Rotated> rotate_session(Connection& db, const Rotation& rotation) {
  const std::optional<Token> token = find_token(db, rotation.old_hash);
  if (!token || token->expires_at <= rotation.now) return base::Error{ErrorCode::bad_refresh};
  if (token->banned_until && *token->banned_until > rotation.now) {
    return token->replaced ? base::Error{ErrorCode::banned}
                           : banned_error(*token->banned_until, token->ban_reason);
  }
  if (token->replaced) {
    revoke_later(db, ending_family, token->user, RevocationReason::reused, rotation.now,
                 token->family);
    return base::Error{ErrorCode::refresh_reused};
  }
  if (token->revoked) return base::Error{ErrorCode::bad_refresh};
  const UnixMs expires_at = expiry_of(rotation, token->created_at, token->is_guest);
  if (expires_at <= rotation.now) return base::Error{ErrorCode::bad_refresh};
  db.later("UPDATE refresh_tokens SET replaced_at = $1 WHERE hash = $2", rotation.now,
           Blob{rotation.old_hash});
  add_token(db, rotation.new_hash, token->family, rotation.now, expires_at);
  db.later("UPDATE sessions SET last_used_at = $1, expires_at = $2 WHERE family = $3", rotation.now,
           expires_at, token->family);
  forget_expired(db, token->user, rotation.now);
  mark_seen(db, token->user, rotation.now);
  return Rotated{load_account(db, token->user), token->family};
}

std::vector<Session> load_sessions(Connection& db, UserId user, UnixMs now) {
  Rows row = db.query(
      "SELECT family, created_at, last_used_at, expires_at, device, address FROM sessions "
      "WHERE user_id = $1 AND NOT revoked AND expires_at > $2 "
      "ORDER BY last_used_at DESC, family",
      user, now);
  std::vector<Session> sessions;
  while (row.step()) {
    sessions.push_back(
        {row.text(0), row.time(1), row.time(2), row.time(3), row.text(4), row.text(5)});
  }
  return sessions;
}

void end_session(Connection& db, UserId user, const std::string& family, UnixMs now) {
  if (!is_storable(family)) throw Refused{ErrorCode::session_not_found};
  lock_later(db, user);
  const auto ended =
      send_revoking(db, ending_family, user, RevocationReason::signed_out, now, family);
  if (take_revocations(db, ended).empty()) throw Refused{ErrorCode::session_not_found};
}

std::vector<Revocation> revoke_session(Connection& db, UserId user, const std::string& refresh_hash,
                                       UnixMs now) {
  lock_later(db, user);
  return take_revocations(db, send_revoking(db, ending_token, user, RevocationReason::signed_out,
                                            now, Blob{refresh_hash}));
}

std::vector<Revocation> end_sessions(Connection& db, UserId user, const std::string& keep,
                                     RevocationReason reason, UnixMs now) {
  lock_later(db, user);
  return take_revocations(db, send_revoking(db, ending_others, user, reason, now, keep));
}

void close_sessions(Connection& db, UserId user) {
  db.later("UPDATE sessions SET revoked = true WHERE user_id = $1", user);
}

void erase_sessions(Connection& db, const std::vector<UserId>& users) {
  db.later("DELETE FROM sessions WHERE user_id = ANY($1::bigint[])", users);
}

}  // namespace whoosh::store::postgres
