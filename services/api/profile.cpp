#include "services/api/profile.h"

namespace whoosh::api {
namespace {

// The members that both profiles have.
template <class Profile>
Profile shared_part(const store::Account& account) {
  Profile profile;
  profile.id = account.id.value;
  profile.username = account.username;
  profile.display_name = account.display_name;
  profile.avatar = account.avatar;
  profile.elo = account.elo;
  profile.xp = account.xp;
  profile.level = account.level;
  profile.total_games = account.total_games;
  profile.wins = account.wins;
  profile.win_rate =
      account.total_games == 0 ? 0 : static_cast<double>(account.wins) / account.total_games;
  profile.is_guest = account.is_guest;
  profile.created_at = base::rfc3339(account.created_at);
  profile.look = wire::look_of(account.look);
  return profile;
}

}  // namespace

wire::User own_profile(const store::Account& account) {
  auto profile = shared_part<wire::User>(account);
  if (account.email) profile.email = *account.email;
  profile.coins = account.coins;
  if (!account.role.empty()) profile.role = account.role;
  return profile;
}

wire::PublicUser public_profile(const store::Account& account) {
  return shared_part<wire::PublicUser>(account);
}

const std::string& shown_name(const store::Account& account) {
  return account.display_name.empty() ? account.username : account.display_name;
}

}  // namespace whoosh::api
