// SQL of moderation: search, ban, role. The log is audit.h's. Jobs of the store, as in accounts.h.
#pragma once

#include <string>
#include <string_view>

#include "store/search_rules.h"
#include "store/sqlite/database.h"
#include "store/store.h"

namespace whoosh::store::sqlite {

// malformed: a foreign cursor.
[[nodiscard]] UserPage search_users(Connection& db, const UserSearch& search);
// One stage of a search (search_rules.h): id and key. Here so that a test holds its plan.
// Parameters: key and id of the mark, end of the prefix, prefix, rows, the id that was shown.
[[nodiscard]] std::string_view search_sql(SearchStage stage);

// user_not_found; invalid_input, not_banned as in store/moderation.h.
Account ban(Connection& db, const Ban& ban);
Account unban(Connection& db, UserId user, const std::string& reason, const Actor& actor,
              UnixMs now);
Account set_role(Connection& db, UserId user, const std::string& role, const Actor& actor,
                 UnixMs now);

}  // namespace whoosh::store::sqlite
