// Records of accounts and their passwords.
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

Result<Credentials> Records::credentials_of(UserId id) const {
  const User* user = find(id);
  if (user == nullptr || user->password_hash.empty()) {
    return base::Error{ErrorCode::user_not_found};
  }
  return Credentials{shown(*user), user->password_hash};
}

Result<std::vector<Revocation>> Records::change_password(const PasswordChange& change) {
  User* user = find(change.user);
  if (user == nullptr || user->password_hash.empty()) {
    return base::Error{ErrorCode::user_not_found};
  }
  user->password_hash = change.password_hash;
  return end_sessions(change.user, change.keep_family, RevocationReason::password_changed,
                      change.now);
}

Result<> Records::rehash_password(UserId id, const std::string& old_hash,
                                  const std::string& new_hash) {
  User* user = find(id);
  if (user != nullptr && !old_hash.empty() && user->password_hash == old_hash) {
    user->password_hash = new_hash;
  }
  return {};
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

void Records::erase(UserId id, UnixMs now) {
  User& user = *find(id);
  remove_sessions(id);
  for (const HistoryMark& mark : user.matches) {
    Match& match = matches_.at(mark.match);
    for (match::SeatRecord& seat : match.record.seats) {
      if (seat.user == id) seat = match::SeatRecord{};
    }
    std::erase_if(match.settlement.players, [&](const auto& player) { return player.user == id; });
  }
  erase_economy(user, now);
  forget_targets(user.account);
  names_.erase(fold(user.account.username));
  if (user.account.email) emails_.erase(fold(*user.account.email));
  users_.erase(id.value);
}

Result<> Records::erase_account(UserId id, UnixMs now) {
  if (find(id) == nullptr) return base::Error{ErrorCode::user_not_found};
  erase(id, now);
  add_revocation(id, "", RevocationReason::erased, now);
  return {};
}

Result<std::int64_t> Records::expire_guests(UnixMs before) {
  std::vector<UserId> gone;
  for (const auto& [id, user] : users_) {
    if (gone.size() == guests_per_call_max) break;
    if (user.account.is_guest && user.last_seen_at < before) gone.emplace_back(id);
  }
  for (const UserId id : gone) erase(id, before);
  return static_cast<std::int64_t>(gone.size());
}

}  // namespace whoosh::store::memory
