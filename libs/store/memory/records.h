// What the store in memory remembers, and its rules. Single-threaded: memory.cpp holds the lock.
// Each function either does all of its work or returns an error and has changed nothing (but for a
// reused token, which revokes its family).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/economy_rules.h"
#include "store/match_bytes.h"
#include "store/memory/ledger.h"
#include "store/search_rules.h"
#include "store/store.h"

namespace whoosh::store::memory {

using base::Result;

// What the first call with an idempotency key decided.
struct Decision {
  std::string fingerprint;
  Outcome outcome;
};

class Records {
 public:
  Result<Account> create_account(const NewAccount& account);
  Result<Credentials> credentials(const std::string& login) const;
  Result<Credentials> credentials_of(UserId id) const;
  Result<std::vector<Revocation>> change_password(const PasswordChange& change);
  Result<> rehash_password(UserId id, const std::string& old_hash, const std::string& new_hash);
  Result<Account> account(UserId id) const;
  Result<Account> change_profile(UserId id, const ProfileChange& change);
  Result<Account> convert_guest(UserId id, const Conversion& conversion);
  Result<> erase_account(UserId id, UnixMs now);
  Result<std::int64_t> expire_guests(UnixMs before);

  Result<> create_session(const NewSession& session);
  Result<Rotated> rotate_session(const Rotation& rotation);
  Result<std::vector<Session>> sessions(UserId user, UnixMs now) const;
  Result<> end_session(UserId user, const std::string& family, UnixMs now);
  Result<std::vector<Revocation>> revoke_session(UserId user, const std::string& refresh_hash,
                                                 UnixMs now);
  Result<std::vector<Revocation>> revoke_all_sessions(UserId user, UnixMs now);
  Result<std::vector<Revocation>> revocations(UnixMs now, std::optional<UnixMs> since) const;

  Result<SecondFactor> second_factor(UserId id) const;
  Result<> begin_totp(UserId id, const std::string& sealed);
  Result<std::vector<Revocation>> confirm_totp(const TotpConfirmation& wish);
  Result<> use_totp(UserId id, const TotpUse& use);
  Result<> remove_totp(UserId id);
  Result<> replace_recovery_codes(UserId id, const std::vector<std::string>& hashes);
  Result<> use_recovery_code(UserId id, const std::string& hash);
  bool is_recovery_code(UserId id, const std::string& hash, UnixMs now) const;
  Result<std::vector<Revocation>> reset_password(const PasswordReset& reset);
  Result<> issue_reset_code(const ResetCode& code);
  Result<Account> reset_totp(UserId id, const std::string& reason, const Actor& actor, UnixMs now);

  Result<UserPage> search_users(const UserSearch& search) const;
  Result<Account> ban(const Ban& ban);
  Result<Account> unban(UserId id, const std::string& reason, const Actor& actor, UnixMs now);
  Result<Account> set_role(UserId id, const std::string& role, const Actor& actor, UnixMs now);
  std::int64_t append_audit(AuditRow row);  // answers its id
  Result<AuditPage> audit_log(const AuditQuery& query) const;

  Result<AppliedResult> apply_result(const match::MatchRecord& record);
  Result<HistoryPage> history(UserId user, const std::optional<std::string>& cursor,
                              std::int32_t limit) const;
  Result<match::Rating> rating(UserId user, const std::string& game) const;

  Result<Wallet> wallet(UserId user) const;
  Result<LedgerPage> ledger(UserId user, const std::optional<std::string>& cursor,
                            std::int32_t limit) const;
  Result<Outcome> purchase(const Purchase& purchase);
  Result<Outcome> refund(const Refund& refund);
  Result<Outcome> grant(const Grant& grant);
  Result<DailyStanding> daily(UserId user, UnixMs now) const;
  Result<DailyReward> claim_daily(UserId user, UnixMs now);
  Result<std::vector<OwnedItem>> inventory(UserId user) const;
  Result<Look> equip(UserId user, const std::string& item);
  Result<Look> unequip(UserId user, ItemKind kind);
  Result<LedgerCheck> verify_ledger() const { return ledger_.check(); }

 private:
  struct Item {
    std::int32_t number = 0;  // of the newest acquisition
    ItemKind kind = ItemKind::frame;
    std::int32_t paid = 0;
    UnixMs acquired_at;
    bool is_owned = false;  // false: returned
  };
  struct User {
    Account account;            // without elo, level and coins, which are looked up
    std::string password_hash;  // "": none
    UnixMs last_seen_at;
    SecondFactor factor;                                 // sealed and step; the rest is looked up
    std::map<std::string, std::optional<UnixMs>> codes;  // by hash; until when, if an operator's
    std::map<std::string, match::Rating> ratings;        // "" across games
    std::set<HistoryMark> matches;
    std::map<std::string, Item> items;
    std::optional<DailyClaim> daily;
    std::map<std::string, Decision> decisions;  // by idempotency key
  };
  struct KeptSession {
    UserId user;
    Session shown;
    bool revoked = false;
    [[nodiscard]] bool is_live(UnixMs now) const { return !revoked && shown.expires_at > now; }
  };
  struct Token {
    std::string family;
    UnixMs expires_at;
    bool replaced = false;
  };
  struct AgedKey {
    UnixMs decided_at;
    UserId user;
    std::string key;
    auto operator<=>(const AgedKey&) const = default;
  };
  struct Match {
    match::MatchRecord record;
    match::Settlement settlement;
  };

  User* find(UserId id);
  const User* find(UserId id) const;
  const User* find_name(const std::map<std::string, UserId>& index, const std::string& name) const;
  bool is_taken(const std::map<std::string, UserId>& index, const std::string& name,
                UserId owner) const;
  User* find_registered(UserId id);
  static void set_codes(User& user, const std::vector<std::string>& hashes);
  Account shown(const User& user) const;
  void forget_expired(UserId user, UnixMs now);
  void remove_sessions(UserId user);
  void end_oldest(UserId user, UnixMs now);
  std::vector<Revocation> end_family(KeptSession& session, RevocationReason reason, UnixMs now);
  std::vector<Revocation> end_sessions(UserId user, const std::string& keep,
                                       RevocationReason reason, UnixMs now);
  Revocation add_revocation(UserId user, const std::string& family, RevocationReason reason,
                            UnixMs now);
  void erase(UserId id, UnixMs now);
  void forget_targets(const Account& erased);
  std::vector<SearchHit> find_at(const SearchPlan& plan, const SearchMark& after,
                                 std::size_t count) const;
  match::PlayerBefore before(const match::MatchRecord& record, const User& user) const;
  void keep(const match::MatchRecord& record, const match::SeatRecord& seat,
            const match::PlayerAfter& after);
  Outcome decide(User& user, const IdempotencyKey& once, UnixMs now,
                 std::optional<base::ErrorCode> refused);
  static Item* find_owned(User& user, const std::string& item);
  void erase_economy(User& user, UnixMs now);

  std::map<std::int64_t, User> users_;  // the living
  std::int64_t last_user_ = 0;
  std::map<std::string, UserId> names_;   // folded
  std::map<std::string, UserId> emails_;  // folded
  std::map<std::string, KeptSession> sessions_;
  std::map<std::string, Token> tokens_;
  std::vector<Revocation> revocations_;  // by id
  std::int64_t last_revocation_ = 0;
  std::vector<AuditRow> audit_;  // by id
  std::map<base::MatchId, Match> matches_;
  std::map<std::pair<std::string, std::size_t>, double> side_bias_;  // by game and seats
  Ledger ledger_;
  std::set<AgedKey> keys_by_age_;
};

}  // namespace whoosh::store::memory
