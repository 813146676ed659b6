#include "store/postgres/audit.h"

#include <algorithm>

#include "store/moderation_rules.h"
#include "store/window.h"

namespace whoosh::store::postgres {

#define APPEND_AUDIT                                                                             \
  "INSERT INTO audit_log (at, actor_id, actor_name, actor_address, request_id, action, target, " \
  "reason, details) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"

void append_audit(Connection& db, const AuditRow& row) {
  db.later(APPEND_AUDIT, row.at, row.actor.user, row.actor.name, row.actor.address,
           row.actor.request_id, row.action, row.target, row.reason, row.details);
}

Connection::Number send_audit(Connection& db, const AuditRow& row) {
  return db.send(APPEND_AUDIT " RETURNING id", row.at, row.actor.user, row.actor.name,
                 row.actor.address, row.actor.request_id, row.action, row.target, row.reason,
                 row.details);
}

#undef APPEND_AUDIT

std::string audit_sql(const AuditQuery& query) {
  std::string sql =
      "SELECT id, at, actor_id, actor_name, actor_address, request_id, action, target, reason, "
      "details FROM audit_log WHERE id < $1";
  sql += query.action ? " AND action = $3" : " AND $3::text IS NULL";
  sql += query.target ? " AND target = $4" : " AND $4::text IS NULL";
  sql += query.actor ? " AND actor_id = $5" : " AND $5::bigint IS NULL";
  return sql + " ORDER BY id DESC LIMIT $2";
}

AuditPage load_audit(Connection& db, const AuditQuery& query) {
  const base::Result<std::int64_t> before = audit_before(query.cursor);
  if (!before) throw Refused{before.error()};
  AuditPage page;
  if (!is_answerable(query)) return page;
  const std::int32_t wanted = std::clamp(query.limit, 1, page_rows_max);
  Rows row =
      db.query(audit_sql(query), *before, wanted + 1, query.action, query.target, query.actor);
  while (row.step()) {
    if (page.rows.size() == static_cast<std::size_t>(wanted)) {
      page.next = audit_cursor(page.rows.back().id);
      break;
    }
    AuditRow& read = page.rows.emplace_back();
    read.id = row.integer(0);
    read.at = row.time(1);
    read.actor = {row.user(2), row.text(3), row.text(4), row.text(5)};
    read.action = row.text(6);
    read.target = row.text(7);
    read.reason = row.text(8);
    read.details = row.text(9);
  }
  return page;
}

void forget_targets(Connection& db, const std::vector<Account>& erased) {
  std::vector<std::string> names;
  std::vector<std::string> targets;
  for (const Account& account : erased) {
    for (std::string& name : named_targets(account)) {
      names.push_back(std::move(name));
      targets.push_back(audit_target(account.id));
    }
  }
  if (names.empty()) return;
  db.later(
      "UPDATE audit_log a SET target = g.target FROM (SELECT l.id, n.target FROM audit_log l "
      "JOIN unnest($1::text[], $2::text[]) AS n (name, target) ON l.target = n.name "
      "ORDER BY l.id FOR UPDATE OF l) g WHERE a.id = g.id",
      names, targets);
}

}  // namespace whoosh::store::postgres
