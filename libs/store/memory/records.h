// What the store in memory remembers, and its rules. Single-threaded: memory.cpp holds the lock.
// Each function either does all of its work or returns an error and has changed nothing (but for a
// reused token, which revokes its family).
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/match_bytes.h"
#include "store/store.h"

namespace whoosh::store::memory {

using base::Result;

class Records {
 public:
  Result<Account> create_account(const NewAccount& account);
  Result<Credentials> credentials(const std::string& login) const;
  Result<Account> account(UserId id) const;
  Result<Account> change_profile(UserId id, const ProfileChange& change);
  Result<Account> convert_guest(UserId id, const Conversion& conversion);
  Result<> erase_account(UserId id, UnixMs now);
  Result<> set_role(UserId id, const std::string& role);
  Result<std::int64_t> expire_guests(UnixMs before);

  Result<> create_session(const NewSession& session);
  Result<Account> rotate_session(const Rotation& rotation);
  Result<> revoke_session(UserId user, const std::string& refresh_hash);
  Result<> revoke_all_sessions(UserId user);

  Result<AppliedResult> apply_result(const match::MatchRecord& record);
  Result<HistoryPage> history(UserId user, const std::optional<std::string>& cursor,
                              std::int32_t limit) const;
  Result<std::vector<LedgerRow>> ledger(UserId user, std::int32_t limit) const;
  Result<match::Rating> rating(UserId user, const std::string& game) const;

 private:
  struct User {
    Account account;            // without elo, level and coins, which are looked up
    std::string password_hash;  // "": none
    UnixMs last_seen_at;
    std::map<std::string, match::Rating> ratings;  // "" across games
    std::vector<LedgerRow> ledger;                 // oldest first
    std::set<HistoryMark> matches;
  };
  struct Session {
    UserId user;
    UnixMs created_at;
    bool revoked = false;
  };
  struct Token {
    std::string family;
    UnixMs expires_at;
    bool replaced = false;
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
  Account shown(const User& user) const;
  void forget_expired(UserId user, UnixMs now);
  void remove_sessions(UserId user);
  void end_oldest(UserId user);
  match::PlayerBefore before(const match::MatchRecord& record, const User& user) const;
  void keep(const match::MatchRecord& record, const match::SeatRecord& seat,
            const match::PlayerAfter& after);
  void book(User& user, std::int32_t amount, const std::string& reason, const std::string& ref,
            UnixMs when);

  std::map<std::int64_t, User> users_;  // the living
  std::int64_t last_user_ = 0;
  std::map<std::string, UserId> names_;   // folded
  std::map<std::string, UserId> emails_;  // folded
  std::map<std::string, Session> sessions_;
  std::map<std::string, Token> tokens_;
  std::map<base::MatchId, Match> matches_;
  std::map<std::pair<std::string, std::size_t>, double> side_bias_;  // by game and seats
  std::int64_t last_booking_ = 0;
};

}  // namespace whoosh::store::memory
