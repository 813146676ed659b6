#include "store/economy_rules.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/json_writer.h"
#include "match/xp.h"

namespace whoosh::store {
namespace {

using base::ErrorCode;

constexpr std::size_t date_characters = 10;  // of RFC 3339: 2026-01-31
constexpr std::size_t id_bytes = 8;

constexpr std::array refusals{ErrorCode::item_owned, ErrorCode::insufficient_funds,
                              ErrorCode::item_not_owned};
constexpr std::array kinds{ItemKind::frame, ItemKind::colour, ItemKind::title, ItemKind::reactions};

std::optional<base::Error> fault_of(base::Error error) {
  return error.fields.empty() ? std::nullopt : std::optional(std::move(error));
}

base::Error check(const IdempotencyKey& once) {
  base::Error error{ErrorCode::invalid_input};
  if (once.key.empty() || once.key.size() > key_bytes_max) {
    error.fields["Idempotency-Key"] = "1 to 255 bytes";
  }
  if (once.fingerprint.size() != fingerprint_bytes) error.fields["fingerprint"] = "32 bytes";
  return error;
}

std::string user_target(UserId user) {
  return "user:" + base::user_id_text(user);
}

}  // namespace

std::optional<base::Error> find_fault(const Purchase& purchase) {
  base::Error error = check(purchase.once);
  if (purchase.item.empty()) error.fields["item_id"] = "may not be empty";
  if (purchase.price < 0 || purchase.price > price_max) error.fields["price"] = "0 to 1,000,000";
  return fault_of(std::move(error));
}

std::optional<base::Error> find_fault(const Refund& refund) {
  return fault_of(check(refund.once));
}

std::optional<base::Error> find_fault(const Grant& grant) {
  base::Error error = check(grant.once);
  if (grant.coins == 0 || grant.coins < -grant_coins_max || grant.coins > grant_coins_max) {
    error.fields["coins"] = "-1,000,000 to 1,000,000, but not 0";
  }
  return fault_of(std::move(error));
}

base::Error too_rich() {
  base::Error error{ErrorCode::invalid_input, "The wallet can't hold that many coins."};
  error.fields["coins"] = "the balance would pass 2,147,483,647";
  return error;
}

void cap_coins(match::PlayerAfter& after, std::int64_t balance) {
  const auto room = static_cast<std::int32_t>(std::max<std::int64_t>(0, balance_max - balance));
  after.coins_gained = std::min(after.coins_gained, room);
  after.level_up_coins = std::min(after.level_up_coins, room - after.coins_gained);
}

std::optional<DailyClaim> next_claim(const std::optional<DailyClaim>& last, UnixMs now) {
  const std::int64_t today = utc_day(now).from.value / day_ms;
  if (!last || last->day < today - 1) return DailyClaim{today, 1};
  if (last->day >= today) return std::nullopt;
  return DailyClaim{today, last->streak + 1};
}

DailyStanding daily_standing(const std::optional<DailyClaim>& last, UnixMs now) {
  const UnixMs midnight = utc_day(now).to;
  if (const auto next = next_claim(last, now)) {
    return {next->streak - 1, true, match::daily_coins(next->streak), midnight};
  }
  return {last->streak, false, match::daily_coins(last->streak + 1), midnight};
}

std::string acquisition_ref(std::string_view item, std::int32_t number) {
  return std::string(item) + "#" + std::to_string(number);
}

std::string day_ref(UnixMs now) {
  return base::rfc3339(now).substr(0, date_characters);
}

std::string audit_ref(std::int64_t audit_row) {
  return "audit:" + std::to_string(audit_row);
}

AuditRow audit_of(const Grant& grant) {
  AuditRow row{0, grant.now, grant.actor, "user.grant", user_target(grant.user), grant.reason, {}};
  base::JsonWriter(row.details).begin_object().member("coins", grant.coins).end_object();
  return row;
}

AuditRow audit_of(const Refund& refund, std::int32_t coins) {
  AuditRow row{0, refund.now, refund.actor, "user.refund", user_target(refund.user), refund.reason,
               {}};
  base::JsonWriter writer(row.details);
  writer.begin_object().member("item", refund.item).member("coins", coins).end_object();
  return row;
}

std::string_view kind_name(ItemKind kind) {
  switch (kind) {
    case ItemKind::frame:
      return "frame";
    case ItemKind::colour:
      return "colour";
    case ItemKind::title:
      return "title";
    case ItemKind::reactions:
      return "reactions";
  }
  return "";
}

std::optional<ItemKind> parse_kind(std::string_view name) {
  for (const ItemKind kind : kinds) {
    if (name == kind_name(kind)) return kind;
  }
  return std::nullopt;
}

std::string& worn(Look& look, ItemKind kind) {
  switch (kind) {
    case ItemKind::frame:
      return look.frame;
    case ItemKind::colour:
      return look.colour;
    case ItemKind::title:
      return look.title;
    case ItemKind::reactions:
      break;
  }
  return look.reactions;
}

std::optional<std::string> stored_refusal(const Outcome& outcome) {
  if (!outcome.refused) return std::nullopt;
  return std::string(base::error_name(*outcome.refused));
}

bool read_refusal(const std::optional<std::string>& stored, Outcome& outcome) {
  outcome.refused.reset();
  if (!stored) return true;
  for (const ErrorCode code : refusals) {
    if (*stored == base::error_name(code)) outcome.refused = code;
  }
  return outcome.refused.has_value();
}

std::string ledger_cursor(std::int64_t id) {
  std::string bytes;
  for (std::size_t at = id_bytes; at-- > 0;) {
    bytes.push_back(static_cast<char>(static_cast<std::uint64_t>(id) >> (8 * at) & 0xff));
  }
  return base::base64url(bytes);
}

std::optional<std::int64_t> parse_ledger_cursor(std::string_view cursor) {
  const std::optional<std::string> bytes = base::base64url_decode(cursor);
  if (!bytes || bytes->size() != id_bytes) return std::nullopt;
  std::uint64_t id = 0;
  for (const char byte : *bytes) id = id << 8 | static_cast<unsigned char>(byte);
  const auto number = static_cast<std::int64_t>(id);
  return number > 0 ? std::optional(number) : std::nullopt;
}

}  // namespace whoosh::store
