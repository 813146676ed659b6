#include "store/postgres/moderation.h"

#include "base/assert.h"
#include "store/moderation_rules.h"
#include "store/postgres/accounts.h"
#include "store/postgres/audit.h"
#include "store/postgres/revocations.h"
#include "store/postgres/sessions.h"

namespace whoosh::store::postgres {

using base::ErrorCode;

// The display name's lower bound stands there twice: from a comparison of rows alone the planner
// expects next to nothing, and would read and sort everything that matches.
std::string_view search_sql(SearchStage stage) {
  switch (stage) {
    case SearchStage::everybody:
      return "SELECT '', id, false FROM users WHERE erased_at IS NULL AND id < $2 ORDER BY id DESC "
             "LIMIT $1";
    case SearchStage::id:
      return "SELECT '', id, false FROM users WHERE erased_at IS NULL AND id = $3 AND $2 = 0 LIMIT "
             "$1";
    case SearchStage::username:
      return "SELECT username_folded, id, false FROM users WHERE username_folded >= $4 AND "
             "username_folded < $5 AND NOT (username_folded = $4 AND id <= $2) AND id <> $3 "
             "ORDER BY username_folded LIMIT $1";
    case SearchStage::display_name:
      return "SELECT display_folded, id, "
             "COALESCE(username_folded >= $6 AND username_folded < $5, false) "
             "FROM users WHERE erased_at IS NULL AND "
             "display_folded >= $4 AND display_folded < $5 AND (display_folded, id) > ($4, $2) "
             "AND id <> $3 "
             "ORDER BY display_folded, id LIMIT $1";
    case SearchStage::email:
      return "SELECT email_folded, id, "
             "COALESCE(username_folded >= $6 AND username_folded < $5, false) OR "
             "(display_folded >= $6 AND display_folded < $5) "
             "FROM users WHERE email_folded >= $4 AND "
             "email_folded < $5 AND NOT (email_folded = $4 AND id <= $2) AND id <> $3 "
             "ORDER BY email_folded LIMIT $1";
    case SearchStage::done:
      break;
  }
  ASSERT(false);
}

namespace {

// The server wants exactly the parameters that the statement has.
Rows find(Connection& db, const SearchPlan& plan, const SearchMark& after, std::size_t rows) {
  const std::string_view sql = search_sql(after.stage);
  const auto limit = static_cast<std::int64_t>(rows);
  switch (after.stage) {
    case SearchStage::everybody:
      return db.query(sql, limit, after.id);
    case SearchStage::id:
      return db.query(sql, limit, after.id, plan.id);
    case SearchStage::username:
      return db.query(sql, limit, after.id, plan.id, after.key, plan.prefix_end);
    case SearchStage::display_name:
    case SearchStage::email:
    case SearchStage::done:
      break;
  }
  return db.query(sql, limit, after.id, plan.id, after.key, plan.prefix_end, plan.prefix);
}

}  // namespace

UserPage search_users(Connection& db, const UserSearch& search) {
  const base::Result<SearchPlan> plan = plan_search(search);
  if (!plan) throw Refused{plan.error()};
  SearchHits hits = run_search(*plan, [&](const SearchMark& after, std::size_t rows) {
    Rows row = find(db, *plan, after, rows);
    std::vector<SearchHit> found;
    while (row.step()) found.push_back({row.text(0), row.user(1), row.flag(2)});
    return found;
  });
  return {load_accounts(db, hits.ids), std::move(hits.next)};
}

Account ban(Connection& db, const Ban& ban) {
  if (ban.until && *ban.until <= ban.now) throw Refused{ErrorCode::invalid_input};
  lock_user(db, ban.user);
  db.later("UPDATE users SET banned_until = $1, ban_reason = $2 WHERE id = $3",
           ban.until.value_or(banned_for_good), ban.reason, ban.user);
  close_sessions(db, ban.user);
  revoke_user(db, ban.user, RevocationReason::banned, ban.now);
  append_audit(db, audit_of(ban));
  return load_account(db, ban.user);
}

Account unban(Connection& db, UserId user, const std::string& reason, const Actor& actor,
              UnixMs now) {
  lock_user(db, user);
  if (!load_account(db, user).is_banned(now)) throw Refused{ErrorCode::not_banned};
  db.later("UPDATE users SET banned_until = NULL, ban_reason = '' WHERE id = $1", user);
  append_audit(db, audit_of_unban(user, reason, actor, now));
  return load_account(db, user);
}

Account set_role(Connection& db, UserId user, const std::string& role, const Actor& actor,
                 UnixMs now) {
  if (!is_role(role)) throw Refused{ErrorCode::invalid_input};
  lock_user(db, user);
  Account account = load_account(db, user);
  if (account.is_guest) throw Refused{ErrorCode::invalid_input};
  db.later("UPDATE users SET role = $1 WHERE id = $2", role, user);
  (void)end_sessions(db, user, "", RevocationReason::role_changed, now);
  append_audit(db, audit_of_role(user, account.role, role, actor, now));
  account.role = role;
  return account;
}

}  // namespace whoosh::store::postgres
