#include "store/memory/memory.h"

#include <mutex>
#include <utility>

#include "store/memory/records.h"

namespace whoosh::store::memory {
namespace {

class MemoryStore final : public Store {
 public:
  void create_account(NewAccount account, Reply<Account> reply) override {
    answer(reply, [&] { return records_.create_account(account); });
  }
  void credentials(std::string login, Reply<Credentials> reply) override {
    answer(reply, [&] { return records_.credentials(login); });
  }
  void credentials_of(UserId id, Reply<Credentials> reply) override {
    answer(reply, [&] { return records_.credentials_of(id); });
  }
  void change_password(PasswordChange change, Reply<std::vector<Revocation>> reply) override {
    answer(reply, [&] { return records_.change_password(change); });
  }
  void rehash_password(UserId id, std::string old_hash, std::string new_hash,
                       Reply<> reply) override {
    answer(reply, [&] { return records_.rehash_password(id, old_hash, new_hash); });
  }
  void account(UserId id, Reply<Account> reply) override {
    answer(reply, [&] { return records_.account(id); });
  }
  void change_profile(UserId id, ProfileChange change, Reply<Account> reply) override {
    answer(reply, [&] { return records_.change_profile(id, change); });
  }
  void convert_guest(UserId id, Conversion conversion, Reply<Account> reply) override {
    answer(reply, [&] { return records_.convert_guest(id, conversion); });
  }
  void erase_account(UserId id, UnixMs now, Reply<> reply) override {
    answer(reply, [&] { return records_.erase_account(id, now); });
  }
  void expire_guests(UnixMs before, Reply<std::int64_t> reply) override {
    answer(reply, [&] { return records_.expire_guests(before); });
  }

  void create_session(NewSession session, Reply<> reply) override {
    answer(reply, [&] { return records_.create_session(session); });
  }
  void rotate_session(Rotation rotation, Reply<Rotated> reply) override {
    answer(reply, [&] { return records_.rotate_session(rotation); });
  }
  void sessions(UserId user, UnixMs now, Reply<std::vector<Session>> reply) override {
    answer(reply, [&] { return records_.sessions(user, now); });
  }
  void end_session(UserId user, std::string family, UnixMs now, Reply<> reply) override {
    answer(reply, [&] { return records_.end_session(user, family, now); });
  }
  void revoke_session(UserId user, std::string refresh_hash, UnixMs now,
                      Reply<std::vector<Revocation>> reply) override {
    answer(reply, [&] { return records_.revoke_session(user, refresh_hash, now); });
  }
  void revoke_all_sessions(UserId user, UnixMs now, Reply<std::vector<Revocation>> reply) override {
    answer(reply, [&] { return records_.revoke_all_sessions(user, now); });
  }
  void revocations(UnixMs now, std::optional<UnixMs> since,
                   Reply<std::vector<Revocation>> reply) override {
    answer(reply, [&] { return records_.revocations(now, since); });
  }

  void second_factor(UserId user, Reply<SecondFactor> reply) override {
    answer(reply, [&] { return records_.second_factor(user); });
  }
  void begin_totp(UserId user, std::string sealed, Reply<> reply) override {
    answer(reply, [&] { return records_.begin_totp(user, sealed); });
  }
  void confirm_totp(TotpConfirmation wish, Reply<std::vector<Revocation>> reply) override {
    answer(reply, [&] { return records_.confirm_totp(wish); });
  }
  void use_totp(UserId user, TotpUse use, Reply<> reply) override {
    answer(reply, [&] { return records_.use_totp(user, use); });
  }
  void remove_totp(UserId user, Reply<> reply) override {
    answer(reply, [&] { return records_.remove_totp(user); });
  }
  void replace_recovery_codes(UserId user, std::vector<std::string> hashes, UnixMs,
                              Reply<> reply) override {
    answer(reply, [&] { return records_.replace_recovery_codes(user, hashes); });
  }
  void use_recovery_code(UserId user, std::string hash, Reply<> reply) override {
    answer(reply, [&] { return records_.use_recovery_code(user, hash); });
  }
  void is_recovery_code(UserId user, std::string hash, UnixMs now, Reply<bool> reply) override {
    answer(reply, [&] { return Result<bool>(records_.is_recovery_code(user, hash, now)); });
  }
  void reset_password(PasswordReset reset, Reply<std::vector<Revocation>> reply) override {
    answer(reply, [&] { return records_.reset_password(reset); });
  }
  void issue_reset_code(ResetCode code, Reply<> reply) override {
    answer(reply, [&] { return records_.issue_reset_code(code); });
  }
  void reset_totp(UserId user, std::string reason, Actor actor, UnixMs now,
                  Reply<Account> reply) override {
    answer(reply, [&] { return records_.reset_totp(user, reason, actor, now); });
  }

  void search_users(UserSearch search, Reply<UserPage> reply) override {
    answer(reply, [&] { return records_.search_users(search); });
  }
  void ban(Ban ban, Reply<Account> reply) override {
    answer(reply, [&] { return records_.ban(ban); });
  }
  void unban(UserId user, std::string reason, Actor actor, UnixMs now,
             Reply<Account> reply) override {
    answer(reply, [&] { return records_.unban(user, reason, actor, now); });
  }
  void set_role(UserId user, std::string role, Actor actor, UnixMs now,
                Reply<Account> reply) override {
    answer(reply, [&] { return records_.set_role(user, role, actor, now); });
  }
  void audit(AuditRow row, Reply<> reply) override {
    answer(reply, [&] {
      records_.append_audit(std::move(row));
      return Result<>();
    });
  }
  void audit_log(AuditQuery query, Reply<AuditPage> reply) override {
    answer(reply, [&] { return records_.audit_log(query); });
  }

  void apply_result(match::MatchRecord record, Reply<AppliedResult> reply) override {
    answer(reply, [&] { return records_.apply_result(record); });
  }
  void history(UserId user, std::optional<std::string> cursor, std::int32_t limit,
               Reply<HistoryPage> reply) override {
    answer(reply, [&] { return records_.history(user, cursor, limit); });
  }
  void rating(UserId user, std::string game, Reply<match::Rating> reply) override {
    answer(reply, [&] { return records_.rating(user, game); });
  }

  void wallet(UserId user, Reply<Wallet> reply) override {
    answer(reply, [&] { return records_.wallet(user); });
  }
  void ledger(UserId user, std::optional<std::string> cursor, std::int32_t limit,
              Reply<LedgerPage> reply) override {
    answer(reply, [&] { return records_.ledger(user, cursor, limit); });
  }
  void purchase(Purchase purchase, Reply<Outcome> reply) override {
    answer(reply, [&] { return records_.purchase(purchase); });
  }
  void refund(Refund refund, Reply<Outcome> reply) override {
    answer(reply, [&] { return records_.refund(refund); });
  }
  void grant(Grant grant, Reply<Outcome> reply) override {
    answer(reply, [&] { return records_.grant(grant); });
  }
  void daily(UserId user, UnixMs now, Reply<DailyStanding> reply) override {
    answer(reply, [&] { return records_.daily(user, now); });
  }
  void claim_daily(UserId user, UnixMs now, Reply<DailyReward> reply) override {
    answer(reply, [&] { return records_.claim_daily(user, now); });
  }
  void inventory(UserId user, Reply<std::vector<OwnedItem>> reply) override {
    answer(reply, [&] { return records_.inventory(user); });
  }
  void equip(UserId user, std::string item, Reply<Look> reply) override {
    answer(reply, [&] { return records_.equip(user, item); });
  }
  void unequip(UserId user, ItemKind kind, Reply<Look> reply) override {
    answer(reply, [&] { return records_.unequip(user, kind); });
  }
  void verify_ledger(Reply<LedgerCheck> reply) override {
    answer(reply, [&] { return records_.verify_ledger(); });
  }

  void ping(Reply<> reply) override {
    answer(reply, [] { return Result<>(); });
  }

 private:
  template <class T, class Work>
  void answer(Reply<T>& reply, Work work) {
    auto result = [&] {
      const std::lock_guard lock(mutex_);
      return work();
    }();
    reply(std::move(result));
  }

  std::mutex mutex_;
  Records records_;
};

}  // namespace

std::unique_ptr<Store> open() {
  return std::make_unique<MemoryStore>();
}

}  // namespace whoosh::store::memory
