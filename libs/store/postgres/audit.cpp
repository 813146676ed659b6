#include "store/postgres/audit.h"

namespace whoosh::store::postgres {

Connection::Number append_audit(Connection& db, const AuditRow& row) {
  return db.send(
      "INSERT INTO audit_log (at, actor_id, actor_name, actor_address, request_id, action, "
      "target, reason, details) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
      row.at, row.actor.user, row.actor.name, row.actor.address, row.actor.request_id, row.action,
      row.target, row.reason, row.details);
}

}  // namespace whoosh::store::postgres
