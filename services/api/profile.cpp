#include "services/api/profile.h"

#include <array>
#include <utility>

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

base::Nullable<wire::BanCard> ban_card(const store::Account& account, base::UnixMs now) {
  base::Nullable<wire::BanCard> card;
  if (!account.is_banned(now)) return card;
  card.emplace();
  card->reason = account.ban_reason;
  if (*account.banned_until < store::banned_for_good) {
    card->until = base::rfc3339(*account.banned_until);
  }
  return card;
}

wire::SecondFactor second_factor_card(const store::SecondFactor& factor) {
  wire::SecondFactor card;
  card.totp = factor.since.has_value();
  if (factor.since) card.since = base::rfc3339(*factor.since);
  card.recovery_codes_left = factor.codes_left;
  return card;
}

wire::AdminUser admin_user(const store::Account& account, base::UnixMs now) {
  wire::AdminUser user;
  user.id = account.id.value;
  user.username = account.username;
  if (account.email) user.email = *account.email;
  user.display_name = account.display_name;
  user.avatar = account.avatar;
  if (!account.role.empty()) user.role = account.role;
  user.is_guest = account.is_guest;
  user.elo = account.elo;
  user.xp = account.xp;
  user.level = account.level;
  user.total_games = account.total_games;
  user.wins = account.wins;
  user.coins = account.coins;
  user.created_at = base::rfc3339(account.created_at);
  user.ban = ban_card(account, now);
  return user;
}

wire::AuditRow audit_row(const store::AuditRow& row) {
  wire::AuditRow out;
  out.id = row.id;
  out.at = base::rfc3339(row.at);
  if (row.actor.user.value != 0) out.actor.id.emplace(row.actor.user.value);
  out.actor.name = row.actor.name;
  out.address = row.actor.address;
  out.request_id = row.actor.request_id;
  out.action = row.action;
  out.target = row.target;
  out.reason = row.reason;
  out.details.json = row.details.empty() ? "{}" : row.details;
  return out;
}

wire::SessionCard session_card(const store::Session& session, std::string_view current) {
  return {session.family,
          session.device,
          session.address,
          base::rfc3339(session.created_at),
          base::rfc3339(session.last_used_at),
          base::rfc3339(session.expires_at),
          session.family == current};
}

wire::HistoryRow history_row(const store::HistoryRow& row) {
  return {row.match.text(),
          row.game,
          base::rfc3339(row.started_at),
          base::rfc3339(row.ended_at),
          row.elo_before,
          row.elo_after,
          row.xp_gained,
          row.coins_gained,
          row.placement,
          row.is_winner};
}

wire::Wallet wallet_of(const store::Wallet& wallet) {
  return {wallet.coins, base::rfc3339(wallet.updated_at)};
}

wire::LedgerRow ledger_row(const store::LedgerRow& row) {
  return {row.id, row.amount, row.balance, row.reason, row.ref, base::rfc3339(row.created_at)};
}

wire::InventoryRow inventory_row(const store::OwnedItem& item) {
  return {item.item, std::string(kind_text(item.kind)), item.equipped,
          base::rfc3339(item.acquired_at)};
}

namespace {

constexpr auto kinds = std::to_array<std::pair<store::ItemKind, std::string_view>>(
    {{store::ItemKind::frame, "frame"},
     {store::ItemKind::colour, "colour"},
     {store::ItemKind::title, "title"},
     {store::ItemKind::reactions, "reactions"}});

}  // namespace

std::string_view kind_text(store::ItemKind kind) {
  for (const auto& [value, text] : kinds) {
    if (value == kind) return text;
  }
  return {};
}

std::optional<store::ItemKind> parse_kind(std::string_view text) {
  for (const auto& [value, name] : kinds) {
    if (name == text) return value;
  }
  return std::nullopt;
}

}  // namespace whoosh::api
