#include "store/moderation_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/encoding.h"
#include "base/text.h"

namespace whoosh::store {
namespace {

constexpr std::string_view cursor_sign = "audit:";

AuditRow row_of(std::string_view action, UserId user, std::string reason, const Actor& actor,
                UnixMs now) {
  AuditRow row;
  row.at = now;
  row.actor = actor;
  row.action = action;
  row.target = audit_target(user);
  row.reason = std::move(reason);
  row.details = "{}";
  return row;
}

}  // namespace

bool is_role(std::string_view role) {
  return role.empty() || role == "moderator" || role == "admin";
}

base::Error banned_error(UnixMs until, std::string_view reason) {
  std::string when = "for good";
  if (until < banned_for_good) {
    const std::string text = base::rfc3339(until);
    when = fmt::format("until {} {} UTC", text.substr(0, 10), text.substr(11, 5));
  }
  return {base::ErrorCode::banned,
          reason.empty() ? fmt::format("This account is banned {}.", when)
                         : fmt::format("This account is banned {}: {}", when, reason)};
}

std::string audit_target(UserId user) {
  return "user:" + base::user_id_text(user);
}

// A name of digits alone would read as an id.
std::vector<std::string> named_targets(const Account& account) {
  std::vector<std::string> targets;
  const auto add = [&](const std::string& name) {
    if (name.find_first_not_of("0123456789") == std::string::npos) return;
    std::string target = "user:" + name;
    if (std::find(targets.begin(), targets.end(), target) == targets.end()) {
      targets.push_back(std::move(target));
    }
  };
  add(account.username);
  add(base::fold(account.username));
  if (account.email) {
    add(*account.email);
    add(base::fold(*account.email));
  }
  return targets;
}

AuditRow audit_of(const Ban& ban) {
  AuditRow row = row_of("user.ban", ban.user, ban.reason, ban.actor, ban.now);
  if (ban.until) row.details = fmt::format(R"({{"until":"{}"}})", base::rfc3339(*ban.until));
  return row;
}

AuditRow audit_of_unban(UserId user, std::string reason, const Actor& actor, UnixMs now) {
  return row_of("user.unban", user, std::move(reason), actor, now);
}

AuditRow audit_of_role(UserId user, std::string_view before, std::string_view after,
                       const Actor& actor, UnixMs now) {
  AuditRow row = row_of("user.role", user, "", actor, now);
  row.details = fmt::format(R"({{"before":"{}","role":"{}"}})", before, after);
  return row;
}

AuditRow audit_of(const ResetCode& code) {
  return row_of("user.reset_password", code.user, code.reason, code.actor, code.now);
}

AuditRow audit_of_totp(UserId user, std::string reason, const Actor& actor, UnixMs now) {
  return row_of("user.reset_totp", user, std::move(reason), actor, now);
}

std::string audit_cursor(std::int64_t id) {
  return base::base64url(fmt::format("{}{}", cursor_sign, id));
}

base::Result<std::int64_t> audit_before(const std::optional<std::string>& cursor) {
  if (!cursor) return INT64_MAX;
  const std::optional<std::string> text = base::base64url_decode(*cursor);
  if (!text || !text->starts_with(cursor_sign)) return base::Error{base::ErrorCode::malformed};
  const char* end = text->data() + text->size();
  std::int64_t id = 0;
  const auto [stop, error] = std::from_chars(text->data() + cursor_sign.size(), end, id);
  if (error != std::errc() || stop != end || id < 1) {
    return base::Error{base::ErrorCode::malformed};
  }
  return id;
}

bool is_storable(std::string_view text) {
  return text.find('\0') == std::string_view::npos && base::valid_utf8(text);
}

bool is_answerable(const AuditQuery& query) {
  return (!query.action || is_storable(*query.action)) &&
         (!query.target || is_storable(*query.target));
}

}  // namespace whoosh::store
