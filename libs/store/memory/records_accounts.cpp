// Records of accounts and sessions.
#include <algorithm>

#include "base/text.h"
#include "store/memory/records.h"

namespace whoosh::store::memory {

using base::ErrorCode;
using base::fold;

namespace {

constexpr std::size_t guests_per_call_max = 1000;

}  // namespace

Records::User* Records::find(UserId id) {
  const auto found = users_.find(id.value);
  return found == users_.end() ? nullptr : &found->second;
}

const Records::User* Records::find(UserId id) const {
  const auto found = users_.find(id.value);
  return found == users_.end() ? nullptr : &found->second;
}

const Records::User* Records::find_name(const std::map<std::string, UserId>& index,
                                        const std::string& name) const {
  const auto found = index.find(fold(name));
  return found == index.end() ? nullptr : find(found->second);
}

bool Records::is_taken(const std::map<std::string, UserId>& index, const std::string& name,
                       UserId owner) const {
  const auto found = index.find(fold(name));
  return found != index.end() && found->second != owner;
}

Account Records::shown(const User& user) const {
  Account account = user.account;
  const auto overall = user.ratings.find("");
  account.elo =
      match::display_elo(overall == user.ratings.end() ? match::Rating{} : overall->second);
  account.level = match::level_of(account.xp);
  account.coins = ledger_.balance(account.id);
  return account;
}

Result<Account> Records::create_account(const NewAccount& given) {
  if (is_taken(names_, given.username, UserId{0})) return base::Error{ErrorCode::username_taken};
  if (given.email && is_taken(emails_, *given.email, UserId{0})) {
    return base::Error{ErrorCode::email_taken};
  }
  const UserId id{++last_user_};
  User& user = users_[id.value];
  user.account.id = id;
  user.account.username = given.username;
  user.account.email = given.email;
  user.account.display_name = given.display_name;
  user.account.avatar = given.avatar;
  user.account.is_guest = given.is_guest;
  user.account.created_at = user.last_seen_at = given.created_at;
  user.password_hash = given.password_hash.value_or("");
  names_[fold(given.username)] = id;
  if (given.email) emails_[fold(*given.email)] = id;
  return shown(user);
}

Result<Credentials> Records::credentials(const std::string& login) const {
  for (const auto* index : {&names_, &emails_}) {
    const User* user = find_name(*index, login);
    if (user != nullptr && !user->password_hash.empty()) {
      return Credentials{shown(*user), user->password_hash};
    }
  }
  return base::Error{ErrorCode::user_not_found};
}

Result<Account> Records::account(UserId id) const {
  const User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  return shown(*user);
}

Result<Account> Records::change_profile(UserId id, const ProfileChange& change) {
  User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  Account& account = user->account;
  if (change.username && is_taken(names_, *change.username, id)) {
    return base::Error{ErrorCode::username_taken};
  }
  if (change.email && is_taken(emails_, *change.email, id)) {
    return base::Error{ErrorCode::email_taken};
  }
  if (change.username) {
    names_.erase(fold(account.username));
    names_[fold(*change.username)] = id;
    account.username = *change.username;
  }
  if (change.email) {
    if (account.email) emails_.erase(fold(*account.email));
    emails_[fold(*change.email)] = id;
    account.email = change.email;
  }
  if (change.display_name) account.display_name = *change.display_name;
  if (change.avatar) account.avatar = *change.avatar;
  return shown(*user);
}

Result<Account> Records::convert_guest(UserId id, const Conversion& conversion) {
  User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  if (!user->account.is_guest) return base::Error{ErrorCode::not_a_guest};
  ProfileChange change;
  change.username = conversion.username;
  change.email = conversion.email;
  if (const Result<Account> changed = change_profile(id, change); changed.has_error()) {
    return changed.error();
  }
  user->password_hash = conversion.password_hash;
  user->account.is_guest = false;
  return shown(*user);
}

Result<> Records::erase_account(UserId id, UnixMs now) {
  User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  remove_sessions(id);
  for (const HistoryMark& mark : user->matches) {
    Match& match = matches_.at(mark.match);
    for (match::SeatRecord& seat : match.record.seats) {
      if (seat.user == id) seat = match::SeatRecord{};
    }
    std::erase_if(match.settlement.players, [&](const auto& player) { return player.user == id; });
  }
  erase_economy(*user, now);
  names_.erase(fold(user->account.username));
  if (user->account.email) emails_.erase(fold(*user->account.email));
  users_.erase(id.value);
  return {};
}

Result<> Records::set_role(UserId id, const std::string& role) {
  if (role != "" && role != "admin") return base::Error{ErrorCode::invalid_input};
  User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  user->account.role = role;
  return {};
}

Result<std::int64_t> Records::expire_guests(UnixMs before) {
  std::vector<UserId> gone;
  for (const auto& [id, user] : users_) {
    if (gone.size() == guests_per_call_max) break;
    if (user.account.is_guest && user.last_seen_at < before) gone.emplace_back(id);
  }
  for (const UserId id : gone) {
    if (const Result<> erased = erase_account(id, before); erased.has_error())
      return erased.error();
  }
  return static_cast<std::int64_t>(gone.size());
}

// ---- sessions ----------------------------------------------------------------------------------

void Records::forget_expired(UserId user, UnixMs now) {
  std::set<std::string> live;
  std::erase_if(tokens_, [&](const auto& entry) {
    const Token& token = entry.second;
    if (sessions_.at(token.family).user == user && token.expires_at <= now) return true;
    live.insert(token.family);
    return false;
  });
  std::erase_if(sessions_, [&](const auto& entry) {
    return entry.second.user == user && !live.contains(entry.first);
  });
}

void Records::remove_sessions(UserId user) {
  std::erase_if(tokens_,
                [&](const auto& entry) { return sessions_.at(entry.second.family).user == user; });
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.user == user; });
}

// Makes room for one more.
void Records::end_oldest(UserId user) {
  std::vector<std::pair<std::int64_t, std::string>> his;  // newest first, of equals by family
  for (const auto& [family, session] : sessions_) {
    if (session.user == user) his.emplace_back(-session.created_at.value, family);
  }
  std::sort(his.begin(), his.end());
  for (std::size_t at = sessions_per_user_max - 1; at < his.size(); ++at) {
    std::erase_if(tokens_, [&](const auto& row) { return row.second.family == his[at].second; });
    sessions_.erase(his[at].second);
  }
}

Result<> Records::create_session(const NewSession& session) {
  User* user = find(session.user);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  forget_expired(session.user, session.created_at);
  if (sessions_.contains(session.family) || tokens_.contains(session.refresh_hash)) {
    return base::Error{ErrorCode::internal};
  }
  end_oldest(session.user);
  sessions_[session.family] = {session.user, session.created_at, false};
  tokens_[session.refresh_hash] = {session.family, session.expires_at, false};
  user->last_seen_at = std::max(user->last_seen_at, session.created_at);
  return {};
}

Result<Account> Records::rotate_session(const Rotation& rotation) {
  const auto found = tokens_.find(rotation.old_hash);
  if (found == tokens_.end() || found->second.expires_at <= rotation.now) {
    return base::Error{ErrorCode::bad_refresh};
  }
  Token& token = found->second;
  Session& session = sessions_.at(token.family);
  if (token.replaced) {
    session.revoked = true;
    return base::Error{ErrorCode::refresh_reused};
  }
  if (session.revoked) return base::Error{ErrorCode::bad_refresh};
  if (tokens_.contains(rotation.new_hash)) return base::Error{ErrorCode::internal};
  User& user = *find(session.user);
  const UserId owner = session.user;
  token.replaced = true;
  const std::int64_t lifetime_ms =
      user.account.is_guest ? rotation.guest_lifetime_ms : rotation.lifetime_ms;
  tokens_[rotation.new_hash] = {token.family, rotation.now.plus_ms(lifetime_ms), false};
  forget_expired(owner, rotation.now);
  user.last_seen_at = std::max(user.last_seen_at, rotation.now);
  return shown(user);
}

Result<> Records::revoke_session(UserId user, const std::string& refresh_hash) {
  const auto found = tokens_.find(refresh_hash);
  if (found == tokens_.end()) return {};
  Session& session = sessions_.at(found->second.family);
  if (session.user == user) session.revoked = true;
  return {};
}

Result<> Records::revoke_all_sessions(UserId user) {
  for (auto& [family, session] : sessions_) {
    if (session.user == user) session.revoked = true;
  }
  return {};
}

}  // namespace whoosh::store::memory
