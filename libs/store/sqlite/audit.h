// The log of what operators did: one row per action, written in the action's own transaction.
#pragma once

#include "store/moderation.h"
#include "store/sqlite/database.h"

namespace whoosh::store::sqlite {

// Answers the id that the row got; row.id is not looked at.
std::int64_t append_audit(Connection& db, const AuditRow& row);

}  // namespace whoosh::store::sqlite
