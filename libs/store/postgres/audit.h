// The log of what operators did: one row per action, written in the action's own transaction.
#pragma once

#include "store/moderation.h"
#include "store/postgres/database.h"

namespace whoosh::store::postgres {

// Queues it; rows of the answer: the id that the row got. row.id is not looked at.
Connection::Number append_audit(Connection& db, const AuditRow& row);

}  // namespace whoosh::store::postgres
