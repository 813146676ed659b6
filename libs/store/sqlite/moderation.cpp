#include "store/sqlite/moderation.h"

#include "base/assert.h"
#include "store/moderation_rules.h"
#include "store/sqlite/accounts.h"
#include "store/sqlite/audit.h"
#include "store/sqlite/revocations.h"
#include "store/sqlite/sessions.h"

namespace whoosh::store::sqlite {

using base::ErrorCode;

std::string_view search_sql(SearchStage stage) {
  switch (stage) {
    case SearchStage::everybody:
      return "SELECT '', id, 0 FROM users WHERE erased_at IS NULL AND id < ?2 AND id <> ?6 "
             "ORDER BY id DESC LIMIT ?5";
    case SearchStage::id:
      return "SELECT '', id, 0 FROM users WHERE erased_at IS NULL AND id = ?6 AND ?2 = 0";
    case SearchStage::username:
      return "SELECT username_folded, id, 0 FROM users WHERE username_folded >= ?1 AND "
             "username_folded < ?3 AND NOT (username_folded = ?1 AND id <= ?2) AND id <> ?6 "
             "ORDER BY username_folded LIMIT ?5";
    case SearchStage::display_name:
      return "SELECT display_folded, id, "
             "COALESCE(username_folded >= ?4 AND username_folded < ?3, 0) "
             "FROM users WHERE erased_at IS NULL AND "
             "(display_folded, id) > (?1, ?2) AND display_folded < ?3 AND id <> ?6 "
             "ORDER BY display_folded, id LIMIT ?5";
    case SearchStage::email:
      return "SELECT email_folded, id, "
             "COALESCE(username_folded >= ?4 AND username_folded < ?3, 0) OR "
             "(display_folded >= ?4 AND display_folded < ?3) "
             "FROM users WHERE email_folded >= ?1 AND "
             "email_folded < ?3 AND NOT (email_folded = ?1 AND id <= ?2) AND id <> ?6 "
             "ORDER BY email_folded LIMIT ?5";
    case SearchStage::done:
      break;
  }
  ASSERT(false);
}

UserPage search_users(Connection& db, const UserSearch& search) {
  const base::Result<SearchPlan> plan = plan_search(search);
  if (!plan) throw Refused{plan.error()};
  SearchHits hits = run_search(*plan, [&](const SearchMark& after, std::size_t count) {
    Statement row = db.query(search_sql(after.stage), after.key, after.id, plan->prefix_end,
                             plan->prefix, static_cast<std::int64_t>(count), plan->id);
    std::vector<SearchHit> found;
    while (row.step()) {
      found.push_back({row.text(0), UserId{row.integer(1)}, row.integer(2) != 0});
    }
    return found;
  });
  UserPage page;
  for (const UserId id : hits.ids) page.rows.push_back(load_account(db, id));
  page.next = std::move(hits.next);
  return page;
}

Account ban(Connection& db, const Ban& ban) {
  if (ban.until && *ban.until <= ban.now) throw Refused{ErrorCode::invalid_input};
  if (!is_alive(db, ban.user)) throw Refused{ErrorCode::user_not_found};
  db.run("UPDATE users SET banned_until = ?, ban_reason = ? WHERE id = ?",
         ban.until.value_or(banned_for_good), ban.reason, ban.user);
  close_sessions(db, ban.user);
  add_revocations(db, ban.user, {""}, RevocationReason::banned, ban.now);
  append_audit(db, audit_of(ban));
  return load_account(db, ban.user);
}

Account unban(Connection& db, UserId user, const std::string& reason, const Actor& actor,
              UnixMs now) {
  if (!load_account(db, user).is_banned(now)) throw Refused{ErrorCode::not_banned};
  db.run("UPDATE users SET banned_until = NULL, ban_reason = '' WHERE id = ?", user);
  append_audit(db, audit_of_unban(user, reason, actor, now));
  return load_account(db, user);
}

Account set_role(Connection& db, UserId user, const std::string& role, const Actor& actor,
                 UnixMs now) {
  if (!is_role(role)) throw Refused{ErrorCode::invalid_input};
  Account account = load_account(db, user);
  if (account.is_guest) throw Refused{ErrorCode::invalid_input};
  db.run("UPDATE users SET role = ? WHERE id = ?", role, user);
  end_sessions(db, user, "", RevocationReason::role_changed, now);
  append_audit(db, audit_of_role(user, account.role, role, actor, now));
  account.role = role;
  return account;
}

}  // namespace whoosh::store::sqlite
