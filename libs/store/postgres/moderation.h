// SQL of moderation: search, ban, role. The log is audit.h's. Jobs of the store, as in accounts.h;
// a search is several statements, each of which sees what is committed by then.
#pragma once

#include <string>
#include <string_view>

#include "store/postgres/database.h"
#include "store/search_rules.h"
#include "store/store.h"

namespace whoosh::store::postgres {

// malformed: a foreign cursor.
[[nodiscard]] UserPage search_users(Connection& db, const UserSearch& search);
// One stage of a search (search_rules.h): key and id. Here so that a test holds its plan.
// Parameters, of which a stage takes as many as it needs: rows, id of the mark, the id that the
// query may mean, key of the mark, end of the prefix, prefix.
[[nodiscard]] std::string_view search_sql(SearchStage stage);

// user_not_found; invalid_input, not_banned as in store/moderation.h.
Account ban(Connection& db, const Ban& ban);
Account unban(Connection& db, UserId user, const std::string& reason, const Actor& actor,
              UnixMs now);
Account set_role(Connection& db, UserId user, const std::string& role, const Actor& actor,
                 UnixMs now);

}  // namespace whoosh::store::postgres
