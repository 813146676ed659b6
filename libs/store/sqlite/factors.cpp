#include "store/sqlite/factors.h"

#include "store/moderation_rules.h"
#include "store/sqlite/accounts.h"
#include "store/sqlite/audit.h"
#include "store/sqlite/sessions.h"

namespace whoosh::store::sqlite {
namespace {

using base::ErrorCode;

void refuse_guests(Connection& db, UserId user) {
  if (load_account(db, user).is_guest) throw Refused{ErrorCode::user_not_found};
}

void add_codes(Connection& db, UserId user, const std::vector<std::string>& hashes, UnixMs now) {
  db.run("DELETE FROM recovery_codes WHERE user_id = ? AND expires_at IS NULL", user);
  for (const std::string& hash : hashes) {
    db.run("INSERT INTO recovery_codes (user_id, hash, made_at) VALUES (?, ?, ?)", user, Blob{hash},
           now);
  }
}

}  // namespace

SecondFactor load_factor(Connection& db, UserId user) {
  Statement row = db.query(
      "SELECT totp_sealed, totp_since, totp_step, (SELECT count(*) FROM recovery_codes c "
      "WHERE c.user_id = users.id AND c.expires_at IS NULL) "
      "FROM users WHERE id = ? AND erased_at IS NULL",
      user);
  if (!row.step()) throw Refused{ErrorCode::user_not_found};
  SecondFactor factor;
  factor.sealed = row.text(0);
  if (!row.is_null(1)) factor.since = row.time(1);
  factor.step = row.integer(2);
  factor.codes_left = row.int32(3);
  return factor;
}

void begin_totp(Connection& db, UserId user, const std::string& sealed) {
  refuse_guests(db, user);
  const std::int64_t begun =
      db.run("UPDATE users SET totp_sealed = ?, totp_step = 0 WHERE id = ? AND totp_since IS NULL",
             Blob{sealed}, user);
  if (begun == 0) throw Refused{ErrorCode::totp_on};
}

std::vector<Revocation> confirm_totp(Connection& db, const TotpConfirmation& wish) {
  refuse_guests(db, wish.user);
  const SecondFactor factor = load_factor(db, wish.user);
  if (factor.since) throw Refused{ErrorCode::totp_on};
  if (factor.sealed.empty() || factor.sealed != wish.use.sealed) {
    throw Refused{ErrorCode::totp_off};
  }
  db.run("UPDATE users SET totp_since = ?, totp_step = ? WHERE id = ?", wish.now, wish.use.step,
         wish.user);
  add_codes(db, wish.user, wish.code_hashes, wish.now);
  return end_sessions(db, wish.user, wish.keep_family, RevocationReason::signed_out, wish.now);
}

void use_totp(Connection& db, UserId user, const TotpUse& use) {
  const std::int64_t used = db.run(
      "UPDATE users SET totp_step = ?1 WHERE id = ?2 AND totp_since IS NOT NULL "
      "AND totp_sealed = ?3 AND totp_step < ?1",
      use.step, user, Blob{use.sealed});
  if (used == 0) throw Refused{ErrorCode::bad_totp};
}

void remove_totp(Connection& db, UserId user) {
  const std::int64_t removed = db.run(
      "UPDATE users SET totp_sealed = NULL, totp_since = NULL, totp_step = 0 "
      "WHERE id = ? AND totp_since IS NOT NULL",
      user);
  if (removed == 0) throw Refused{ErrorCode::totp_off};
}

void replace_codes(Connection& db, UserId user, const std::vector<std::string>& hashes,
                   UnixMs now) {
  refuse_guests(db, user);
  add_codes(db, user, hashes, now);
}

void use_code(Connection& db, UserId user, const std::string& hash) {
  const std::int64_t used =
      db.run("DELETE FROM recovery_codes WHERE user_id = ? AND hash = ? AND expires_at IS NULL",
             user, Blob{hash});
  if (used == 0) throw Refused{ErrorCode::bad_recovery_code};
}

bool is_code(Connection& db, UserId user, const std::string& hash, UnixMs now) {
  return db
      .query(
          "SELECT 1 FROM recovery_codes WHERE user_id = ? AND hash = ? "
          "AND (expires_at IS NULL OR expires_at > ?)",
          user, Blob{hash}, now)
      .step();
}

std::vector<Revocation> reset_password(Connection& db, const PasswordReset& reset) {
  if (!is_code(db, reset.user, reset.code_hash, reset.now)) {
    throw Refused{ErrorCode::bad_recovery_code};
  }
  if (load_factor(db, reset.user).since) {
    if (!reset.totp) throw Refused{ErrorCode::totp_required};
    use_totp(db, reset.user, *reset.totp);
  }
  // The operator's way in goes with any reset; so does the code itself.
  db.run("DELETE FROM recovery_codes WHERE user_id = ? AND (hash = ? OR expires_at IS NOT NULL)",
         reset.user, Blob{reset.code_hash});
  return change_password(db, {reset.user, reset.password_hash, "", reset.now});
}

void issue_reset_code(Connection& db, const ResetCode& code) {
  refuse_guests(db, code.user);
  db.run("DELETE FROM recovery_codes WHERE user_id = ? AND expires_at IS NOT NULL", code.user);
  db.run("INSERT INTO recovery_codes (user_id, hash, made_at, expires_at) VALUES (?, ?, ?, ?)",
         code.user, Blob{code.hash}, code.now, code.expires_at);
  append_audit(db, audit_of(code));
}

Account reset_totp(Connection& db, UserId user, const std::string& reason, const Actor& actor,
                   UnixMs now) {
  if (!is_alive(db, user)) throw Refused{ErrorCode::user_not_found};
  remove_totp(db, user);
  add_codes(db, user, {}, now);
  end_sessions(db, user, "", RevocationReason::signed_out, now);
  append_audit(db, audit_of_totp(user, reason, actor, now));
  return load_account(db, user);
}

void erase_codes(Connection& db, UserId user) {
  db.run("DELETE FROM recovery_codes WHERE user_id = ?", user);
}

}  // namespace whoosh::store::sqlite
