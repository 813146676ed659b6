#include "store/sqlite/audit.h"

namespace whoosh::store::sqlite {

std::int64_t append_audit(Connection& db, const AuditRow& row) {
  db.run(
      "INSERT INTO audit_log (at, actor_id, actor_name, actor_address, request_id, action, "
      "target, reason, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      row.at, row.actor.user, row.actor.name, row.actor.address, row.actor.request_id, row.action,
      row.target, row.reason, row.details);
  return db.last_insert_id();
}

}  // namespace whoosh::store::sqlite
