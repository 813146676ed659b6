// Records of moderation: search, bans, roles and the log.
#include <algorithm>

#include "base/text.h"
#include "store/memory/records.h"
#include "store/moderation_rules.h"
#include "store/search_rules.h"
#include "store/window.h"

namespace whoosh::store::memory {

using base::ErrorCode;

// The keys of a user in the order of their stages; none: not found at that stage.
std::vector<SearchHit> Records::find_at(const SearchPlan& plan, const SearchMark& after,
                                        std::size_t count) const {
  const auto begins = [&](const std::string& key) { return key.starts_with(plan.prefix); };
  std::vector<SearchHit> hits;
  for (const auto& [number, user] : users_) {
    const UserId id{number};
    const std::string username = base::fold(user.account.username);
    const std::string display_name = base::fold(user.account.display_name);
    const std::string email = user.account.email ? base::fold(*user.account.email) : "";
    const bool is_later = id != plan.id;
    switch (after.stage) {
      case SearchStage::everybody:
        if (id < after.id) hits.push_back({"", id});
        break;
      case SearchStage::id:
        if (id == plan.id && after.id.value == 0) hits.push_back({"", id});
        break;
      case SearchStage::username:
        if (is_later && begins(username)) hits.push_back({username, id});
        break;
      case SearchStage::display_name:
        if (is_later && begins(display_name)) {
          hits.push_back({display_name, id, begins(username)});
        }
        break;
      case SearchStage::email:
        if (is_later && begins(email)) {
          hits.push_back({email, id, begins(username) || begins(display_name)});
        }
        break;
      case SearchStage::done:
        break;
    }
  }
  const bool is_newest_first = after.stage == SearchStage::everybody;
  std::sort(hits.begin(), hits.end(), [&](const SearchHit& a, const SearchHit& b) {
    return is_newest_first ? a.id > b.id : std::tie(a.key, a.id) < std::tie(b.key, b.id);
  });
  if (!is_newest_first) {
    std::erase_if(hits, [&](const SearchHit& hit) {
      return std::tie(hit.key, hit.id) <= std::tie(after.key, after.id);
    });
  }
  if (hits.size() > count) hits.resize(count);
  return hits;
}

Result<UserPage> Records::search_users(const UserSearch& search) const {
  const Result<SearchPlan> plan = plan_search(search);
  if (!plan) return plan.error();
  SearchHits hits = run_search(*plan, [&](const SearchMark& after, std::size_t count) {
    return find_at(*plan, after, count);
  });
  UserPage page;
  for (const UserId id : hits.ids) page.rows.push_back(shown(*find(id)));
  page.next = std::move(hits.next);
  return page;
}

Result<Account> Records::ban(const Ban& ban) {
  if (ban.until && *ban.until <= ban.now) return base::Error{ErrorCode::invalid_input};
  User* user = find(ban.user);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  user->account.banned_until = ban.until.value_or(banned_for_good);
  user->account.ban_reason = ban.reason;
  for (auto& [family, session] : sessions_) {
    if (session.user == ban.user) session.revoked = true;
  }
  add_revocation(ban.user, "", RevocationReason::banned, ban.now);
  append_audit(audit_of(ban));
  return shown(*user);
}

Result<Account> Records::unban(UserId id, const std::string& reason, const Actor& actor,
                               UnixMs now) {
  User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  if (!user->account.is_banned(now)) return base::Error{ErrorCode::not_banned};
  user->account.banned_until.reset();
  user->account.ban_reason.clear();
  append_audit(audit_of_unban(id, reason, actor, now));
  return shown(*user);
}

Result<Account> Records::set_role(UserId id, const std::string& role, const Actor& actor,
                                  UnixMs now) {
  if (!is_role(role)) return base::Error{ErrorCode::invalid_input};
  User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  if (user->account.is_guest) return base::Error{ErrorCode::invalid_input};
  end_sessions(id, "", RevocationReason::role_changed, now);
  append_audit(audit_of_role(id, user->account.role, role, actor, now));
  user->account.role = role;
  return shown(*user);
}

std::int64_t Records::append_audit(AuditRow row) {
  row.id = static_cast<std::int64_t>(audit_.size()) + 1;
  audit_.push_back(std::move(row));
  return audit_.back().id;
}

Result<AuditPage> Records::audit_log(const AuditQuery& query) const {
  const Result<std::int64_t> before = audit_before(query.cursor);
  if (!before) return before.error();
  const auto wanted = static_cast<std::size_t>(std::clamp(query.limit, 1, page_rows_max));
  AuditPage page;
  for (auto row = audit_.rbegin(); row != audit_.rend(); ++row) {
    if (row->id >= *before || (query.action && row->action != *query.action) ||
        (query.target && row->target != *query.target) ||
        (query.actor && row->actor.user != *query.actor)) {
      continue;
    }
    if (page.rows.size() == wanted) {
      page.next = audit_cursor(page.rows.back().id);
      break;
    }
    page.rows.push_back(*row);
  }
  return page;
}

void Records::forget_targets(const Account& erased) {
  for (const std::string& target : named_targets(erased)) {
    for (AuditRow& row : audit_) {
      if (row.target == target) row.target = audit_target(erased.id);
    }
  }
}

}  // namespace whoosh::store::memory
