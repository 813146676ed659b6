// Switchable: a store for tests that can be away. Owned by the Harness; as its inner store.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/store.h"

namespace whoosh::api {

// Forwards to a real store, or drops every call: the Reply then answers `unavailable`.
class Switchable final : public store::Store {
 public:
  explicit Switchable(std::unique_ptr<store::Store> inner) : inner_(std::move(inner)) {}
  std::atomic<bool> away{false};
  std::atomic<bool> audit_away{false};  // the log alone

#define FORWARD(call) \
  if (!away) inner_->call
  void create_account(store::NewAccount a, runtime::Reply<store::Account> r) override {
    FORWARD(create_account(std::move(a), std::move(r)));
  }
  void credentials(std::string login, runtime::Reply<store::Credentials> r) override {
    FORWARD(credentials(std::move(login), std::move(r)));
  }
  void credentials_of(base::UserId id, runtime::Reply<store::Credentials> r) override {
    FORWARD(credentials_of(id, std::move(r)));
  }
  void change_password(store::PasswordChange c,
                       runtime::Reply<std::vector<store::Revocation>> r) override {
    FORWARD(change_password(std::move(c), std::move(r)));
  }
  void rehash_password(base::UserId id, std::string old_hash, std::string new_hash,
                       runtime::Reply<> r) override {
    FORWARD(rehash_password(id, std::move(old_hash), std::move(new_hash), std::move(r)));
  }
  void account(base::UserId id, runtime::Reply<store::Account> r) override {
    FORWARD(account(id, std::move(r)));
  }
  void change_profile(base::UserId id, store::ProfileChange c,
                      runtime::Reply<store::Account> r) override {
    FORWARD(change_profile(id, std::move(c), std::move(r)));
  }
  void convert_guest(base::UserId id, store::Conversion c,
                     runtime::Reply<store::Account> r) override {
    FORWARD(convert_guest(id, std::move(c), std::move(r)));
  }
  void erase_account(base::UserId id, base::UnixMs now, runtime::Reply<> r) override {
    FORWARD(erase_account(id, now, std::move(r)));
  }
  void expire_guests(base::UnixMs before, runtime::Reply<std::int64_t> r) override {
    FORWARD(expire_guests(before, std::move(r)));
  }
  void create_session(store::NewSession s, runtime::Reply<> r) override {
    FORWARD(create_session(std::move(s), std::move(r)));
  }
  void rotate_session(store::Rotation o, runtime::Reply<store::Rotated> r) override {
    FORWARD(rotate_session(std::move(o), std::move(r)));
  }
  void second_factor(base::UserId user, runtime::Reply<store::SecondFactor> r) override {
    FORWARD(second_factor(user, std::move(r)));
  }
  void begin_totp(base::UserId user, std::string sealed, runtime::Reply<> r) override {
    FORWARD(begin_totp(user, std::move(sealed), std::move(r)));
  }
  void confirm_totp(store::TotpConfirmation c,
                    runtime::Reply<std::vector<store::Revocation>> r) override {
    FORWARD(confirm_totp(std::move(c), std::move(r)));
  }
  void use_totp(base::UserId user, store::TotpUse use, runtime::Reply<> r) override {
    FORWARD(use_totp(user, std::move(use), std::move(r)));
  }
  void remove_totp(base::UserId user, runtime::Reply<> r) override {
    FORWARD(remove_totp(user, std::move(r)));
  }
  void replace_recovery_codes(base::UserId user, std::vector<std::string> hashes, base::UnixMs now,
                              runtime::Reply<> r) override {
    FORWARD(replace_recovery_codes(user, std::move(hashes), now, std::move(r)));
  }
  void use_recovery_code(base::UserId user, std::string hash, runtime::Reply<> r) override {
    FORWARD(use_recovery_code(user, std::move(hash), std::move(r)));
  }
  void is_recovery_code(base::UserId user, std::string hash, base::UnixMs now,
                        runtime::Reply<bool> r) override {
    FORWARD(is_recovery_code(user, std::move(hash), now, std::move(r)));
  }
  void reset_password(store::PasswordReset reset,
                      runtime::Reply<std::vector<store::Revocation>> r) override {
    FORWARD(reset_password(std::move(reset), std::move(r)));
  }
  void issue_reset_code(store::ResetCode code, runtime::Reply<> r) override {
    FORWARD(issue_reset_code(std::move(code), std::move(r)));
  }
  void reset_totp(base::UserId user, std::string reason, store::Actor actor, base::UnixMs now,
                  runtime::Reply<store::Account> r) override {
    FORWARD(reset_totp(user, std::move(reason), std::move(actor), now, std::move(r)));
  }
  void sessions(base::UserId user, base::UnixMs now,
                runtime::Reply<std::vector<store::Session>> r) override {
    FORWARD(sessions(user, now, std::move(r)));
  }
  void end_session(base::UserId user, std::string family, base::UnixMs now,
                   runtime::Reply<> r) override {
    FORWARD(end_session(user, std::move(family), now, std::move(r)));
  }
  void revoke_session(base::UserId user, std::string hash, base::UnixMs now,
                      runtime::Reply<std::vector<store::Revocation>> r) override {
    FORWARD(revoke_session(user, std::move(hash), now, std::move(r)));
  }
  void revoke_all_sessions(base::UserId user, base::UnixMs now,
                           runtime::Reply<std::vector<store::Revocation>> r) override {
    FORWARD(revoke_all_sessions(user, now, std::move(r)));
  }
  void revocations(base::UnixMs now, std::optional<base::UnixMs> since,
                   runtime::Reply<std::vector<store::Revocation>> r) override {
    FORWARD(revocations(now, since, std::move(r)));
  }
  void search_users(store::UserSearch search, runtime::Reply<store::UserPage> r) override {
    FORWARD(search_users(std::move(search), std::move(r)));
  }
  void ban(store::Ban ban, runtime::Reply<store::Account> r) override {
    FORWARD(ban(std::move(ban), std::move(r)));
  }
  void unban(base::UserId user, std::string reason, store::Actor actor, base::UnixMs now,
             runtime::Reply<store::Account> r) override {
    FORWARD(unban(user, std::move(reason), std::move(actor), now, std::move(r)));
  }
  void set_role(base::UserId user, std::string role, store::Actor actor, base::UnixMs now,
                runtime::Reply<store::Account> r) override {
    FORWARD(set_role(user, std::move(role), std::move(actor), now, std::move(r)));
  }
  void audit(store::AuditRow row, runtime::Reply<> r) override {
    if (!audit_away) FORWARD(audit(std::move(row), std::move(r)));
  }
  void audit_log(store::AuditQuery query, runtime::Reply<store::AuditPage> r) override {
    FORWARD(audit_log(std::move(query), std::move(r)));
  }
  void apply_result(match::MatchRecord m, runtime::Reply<store::AppliedResult> r) override {
    FORWARD(apply_result(std::move(m), std::move(r)));
  }
  void history(base::UserId user, std::optional<std::string> cursor, std::int32_t limit,
               runtime::Reply<store::HistoryPage> r) override {
    FORWARD(history(user, std::move(cursor), limit, std::move(r)));
  }
  void wallet(base::UserId user, runtime::Reply<store::Wallet> r) override {
    FORWARD(wallet(user, std::move(r)));
  }
  void ledger(base::UserId user, std::optional<std::string> cursor, std::int32_t limit,
              runtime::Reply<store::LedgerPage> r) override {
    FORWARD(ledger(user, std::move(cursor), limit, std::move(r)));
  }
  void purchase(store::Purchase p, runtime::Reply<store::Outcome> r) override {
    FORWARD(purchase(std::move(p), std::move(r)));
  }
  void refund(store::Refund f, runtime::Reply<store::Outcome> r) override {
    FORWARD(refund(std::move(f), std::move(r)));
  }
  void grant(store::Grant g, runtime::Reply<store::Outcome> r) override {
    FORWARD(grant(std::move(g), std::move(r)));
  }
  void daily(base::UserId user, base::UnixMs now, runtime::Reply<store::DailyStanding> r) override {
    FORWARD(daily(user, now, std::move(r)));
  }
  void claim_daily(base::UserId user, store::UnixMs now,
                   runtime::Reply<store::DailyReward> r) override {
    FORWARD(claim_daily(user, now, std::move(r)));
  }
  void inventory(base::UserId user, runtime::Reply<std::vector<store::OwnedItem>> r) override {
    FORWARD(inventory(user, std::move(r)));
  }
  void equip(base::UserId user, std::string item, runtime::Reply<store::Look> r) override {
    FORWARD(equip(user, std::move(item), std::move(r)));
  }
  void unequip(base::UserId user, store::ItemKind kind, runtime::Reply<store::Look> r) override {
    FORWARD(unequip(user, kind, std::move(r)));
  }
  void verify_ledger(runtime::Reply<store::LedgerCheck> r) override {
    FORWARD(verify_ledger(std::move(r)));
  }
  void rating(base::UserId user, std::string game, runtime::Reply<match::Rating> r) override {
    FORWARD(rating(user, std::move(game), std::move(r)));
  }
  void ping(runtime::Reply<> r) override {
    FORWARD(ping(std::move(r)));
  }
#undef FORWARD

 private:
  std::unique_ptr<store::Store> inner_;
};

}  // namespace whoosh::api
