// What the adapters agree on about moderation: which roles there are, which rows of the audit log
// an action writes, what a banned person is told, and the cursor of the log. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/factors.h"
#include "store/moderation.h"

namespace whoosh::store {

[[nodiscard]] bool is_role(std::string_view role);  // "", "moderator" or "admin"

[[nodiscard]] std::string audit_target(UserId user);  // "user:17"
// Under which targets rows about this account may stand that were written by name.
[[nodiscard]] std::vector<std::string> named_targets(const Account& account);

[[nodiscard]] AuditRow audit_of(const Ban& ban);
[[nodiscard]] AuditRow audit_of_unban(UserId user, std::string reason, const Actor& actor,
                                      UnixMs now);
[[nodiscard]] AuditRow audit_of_role(UserId user, std::string_view before, std::string_view after,
                                     const Actor& actor, UnixMs now);

[[nodiscard]] AuditRow audit_of(const ResetCode& code);
[[nodiscard]] AuditRow audit_of_totp(UserId user, std::string reason, const Actor& actor,
                                     UnixMs now);

// `banned`, in a sentence that says until when and why: for the banned person, nobody else.
[[nodiscard]] base::Error banned_error(UnixMs until, std::string_view reason);

// The page ended with this row.
[[nodiscard]] std::string audit_cursor(std::int64_t id);
// Rows below this id belong to the page; without a cursor all do. malformed: none of ours.
[[nodiscard]] base::Result<std::int64_t> audit_before(const std::optional<std::string>& cursor);
// False: no row can hold this, and a database might refuse it: a zero byte or no UTF-8.
[[nodiscard]] bool is_storable(std::string_view text);
// False: nothing can be found.
[[nodiscard]] bool is_answerable(const AuditQuery& query);

}  // namespace whoosh::store
