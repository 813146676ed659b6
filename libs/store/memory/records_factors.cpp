// Records of second factors and recovery codes.
#include "store/memory/records.h"
#include "store/moderation_rules.h"

namespace whoosh::store::memory {

using base::ErrorCode;

Records::User* Records::find_registered(UserId id) {
  User* user = find(id);
  return user == nullptr || user->account.is_guest ? nullptr : user;
}

Result<SecondFactor> Records::second_factor(UserId id) const {
  const User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  SecondFactor factor = user->factor;
  factor.since = user->account.totp_since;
  for (const auto& [hash, expires_at] : user->codes) factor.codes_left += expires_at ? 0 : 1;
  return factor;
}

Result<> Records::begin_totp(UserId id, const std::string& sealed) {
  User* user = find_registered(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  if (user->account.totp_since) return base::Error{ErrorCode::totp_on};
  user->factor = {sealed, {}, 0, 0};
  return {};
}

Result<std::vector<Revocation>> Records::confirm_totp(const TotpConfirmation& wish) {
  User* user = find_registered(wish.user);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  if (user->account.totp_since) return base::Error{ErrorCode::totp_on};
  if (user->factor.sealed.empty() || user->factor.sealed != wish.use.sealed) {
    return base::Error{ErrorCode::totp_off};
  }
  user->account.totp_since = wish.now;
  user->factor.step = wish.use.step;
  set_codes(*user, wish.code_hashes);
  return end_sessions(wish.user, wish.keep_family, RevocationReason::signed_out, wish.now);
}

Result<> Records::use_totp(UserId id, const TotpUse& use) {
  User* user = find(id);
  if (user == nullptr || !user->account.totp_since || user->factor.sealed != use.sealed ||
      user->factor.step >= use.step) {
    return base::Error{ErrorCode::bad_totp};
  }
  user->factor.step = use.step;
  return {};
}

Result<> Records::remove_totp(UserId id) {
  User* user = find(id);
  if (user == nullptr || !user->account.totp_since) return base::Error{ErrorCode::totp_off};
  user->account.totp_since.reset();
  user->factor = {};
  return {};
}

void Records::set_codes(User& user, const std::vector<std::string>& hashes) {
  std::erase_if(user.codes, [](const auto& code) { return !code.second; });
  for (const std::string& hash : hashes) user.codes[hash] = std::nullopt;
}

Result<> Records::replace_recovery_codes(UserId id, const std::vector<std::string>& hashes) {
  User* user = find_registered(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  set_codes(*user, hashes);
  return {};
}

Result<> Records::use_recovery_code(UserId id, const std::string& hash) {
  User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::bad_recovery_code};
  const auto found = user->codes.find(hash);
  if (found == user->codes.end() || found->second) {
    return base::Error{ErrorCode::bad_recovery_code};
  }
  user->codes.erase(found);
  return {};
}

bool Records::is_recovery_code(UserId id, const std::string& hash, UnixMs now) const {
  const User* user = find(id);
  if (user == nullptr) return false;
  const auto found = user->codes.find(hash);
  return found != user->codes.end() && (!found->second || *found->second > now);
}

Result<std::vector<Revocation>> Records::reset_password(const PasswordReset& reset) {
  if (!is_recovery_code(reset.user, reset.code_hash, reset.now)) {
    return base::Error{ErrorCode::bad_recovery_code};
  }
  User& user = *find(reset.user);
  if (user.account.totp_since) {
    if (!reset.totp) return base::Error{ErrorCode::totp_required};
    if (const Result<> used = use_totp(reset.user, *reset.totp); !used) return used.error();
  }
  std::erase_if(user.codes, [&](const auto& code) {
    return code.second.has_value() || code.first == reset.code_hash;
  });
  return change_password({reset.user, reset.password_hash, "", reset.now});
}

Result<> Records::issue_reset_code(const ResetCode& code) {
  User* user = find_registered(code.user);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  std::erase_if(user->codes, [](const auto& kept) { return kept.second.has_value(); });
  user->codes[code.hash] = code.expires_at;
  append_audit(audit_of(code));
  return {};
}

Result<Account> Records::reset_totp(UserId id, const std::string& reason, const Actor& actor,
                                    UnixMs now) {
  User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  if (const Result<> removed = remove_totp(id); !removed) return removed.error();
  set_codes(*user, {});
  end_sessions(id, "", RevocationReason::signed_out, now);
  append_audit(audit_of_totp(id, reason, actor, now));
  return shown(*user);
}

}  // namespace whoosh::store::memory
