// SQL of the log of what operators did (migrations/0004_sessions_moderation.sql): appended to and
// read, never changed but for the names of the erased. Jobs of the store, as in accounts.h.
#pragma once

#include <string>

#include "store/sqlite/database.h"
#include "store/store.h"

namespace whoosh::store::sqlite {

// Answers the id that the row got; row.id is not looked at.
std::int64_t append_audit(Connection& db, const AuditRow& row);
// malformed: a foreign cursor.
[[nodiscard]] AuditPage load_audit(Connection& db, const AuditQuery& query);
// One page of the log; the conditions that are not asked for are left open. Here so that a test
// holds its plan. Parameters: id below which, rows, action, target, actor.
[[nodiscard]] std::string audit_sql(const AuditQuery& query);
// Targets that were the account's names become its id. REQUIRES: it is erased in this transaction.
void forget_targets(Connection& db, const Account& erased);

}  // namespace whoosh::store::sqlite
