// SQL of the log of what operators did (migrations/0004_sessions_moderation.sql): appended to and
// read, never changed but for the names of the erased. Jobs of the store, as in accounts.h.
//
// Locks: only erasures lock rows of the log, after those of the users, in the order of their ids.
#pragma once

#include <string>
#include <vector>

#include "store/postgres/database.h"
#include "store/store.h"

namespace whoosh::store::postgres {

// Queues it; row.id is not looked at.
void append_audit(Connection& db, const AuditRow& row);
// The same where the id is wanted: the only column of the answer.
[[nodiscard]] Connection::Number send_audit(Connection& db, const AuditRow& row);
// malformed: a foreign cursor.
[[nodiscard]] AuditPage load_audit(Connection& db, const AuditQuery& query);
// One page of the log; the conditions that are not asked for are left open. Here so that a test
// holds its plan. Parameters: id below which, rows, action, target, actor.
[[nodiscard]] std::string audit_sql(const AuditQuery& query);
// Targets that were the accounts' names become their ids. REQUIRES: they are erased in this
// transaction.
void forget_targets(Connection& db, const std::vector<Account>& erased);

}  // namespace whoosh::store::postgres
