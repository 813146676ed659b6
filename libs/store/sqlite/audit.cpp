#include "store/sqlite/audit.h"

#include <algorithm>

#include "store/moderation_rules.h"
#include "store/window.h"

namespace whoosh::store::sqlite {

std::int64_t append_audit(Connection& db, const AuditRow& row) {
  db.run(
      "INSERT INTO audit_log (at, actor_id, actor_name, actor_address, request_id, action, target, "
      "reason, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      row.at, row.actor.user, row.actor.name, row.actor.address, row.actor.request_id, row.action,
      row.target, row.reason, row.details);
  return db.last_insert_id();
}

std::string audit_sql(const AuditQuery& query) {
  std::string sql =
      "SELECT id, at, actor_id, actor_name, actor_address, request_id, action, target, reason, "
      "details FROM audit_log WHERE id < ?1";
  sql += query.action ? " AND action = ?3" : " AND ?3 IS NULL";
  sql += query.target ? " AND target = ?4" : " AND ?4 IS NULL";
  sql += query.actor ? " AND actor_id = ?5" : " AND ?5 IS NULL";
  return sql + " ORDER BY id DESC LIMIT ?2";
}

AuditPage load_audit(Connection& db, const AuditQuery& query) {
  const base::Result<std::int64_t> before = audit_before(query.cursor);
  if (!before) throw Refused{before.error()};
  AuditPage page;
  if (!is_answerable(query)) return page;
  const std::int32_t wanted = std::clamp(query.limit, 1, page_rows_max);
  Statement row =
      db.query(audit_sql(query), *before, wanted + 1, query.action, query.target, query.actor);
  while (row.step()) {
    if (page.rows.size() == static_cast<std::size_t>(wanted)) {
      page.next = audit_cursor(page.rows.back().id);
      break;
    }
    AuditRow& read = page.rows.emplace_back();
    read.id = row.integer(0);
    read.at = row.time(1);
    read.actor = {UserId{row.integer(2)}, row.text(3), row.text(4), row.text(5)};
    read.action = row.text(6);
    read.target = row.text(7);
    read.reason = row.text(8);
    read.details = row.text(9);
  }
  return page;
}

void forget_targets(Connection& db, const Account& erased) {
  for (const std::string& target : named_targets(erased)) {
    db.run("UPDATE audit_log SET target = ? WHERE target = ?", audit_target(erased.id), target);
  }
}

}  // namespace whoosh::store::sqlite
