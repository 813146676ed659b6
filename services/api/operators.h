// Operators: who may use /api/admin/*, and the record of what they do. A moderator may read users,
// rooms and nodes, ban and unban, and close rooms; an admin may do everything. The role must be in
// the token and still be the account's; where operators need a second factor, the account has one.
// (All sessions of an account that has one were begun with it: setting it up ends the others.)
// Every action is in the audit log: those on people by the store, in the transaction that does
// them; others by audited(), before they are done; and what an operator was refused, too. Any
// thread.
#pragma once

#include <string>

#include "services/api/app.h"
#include "services/api/profile.h"
#include "wire/admin.h"

namespace whoosh::api {

enum class Rank : std::uint8_t { moderator, admin };

struct Operator {
  auth::Identity identity;
  store::Account account;

  [[nodiscard]] bool is_admin() const { return account.role == "admin"; }
};

using OperatorRoute = Answer (*)(App&, RequestContext&, const Operator&);
void add_operator_route(http::Router& router, App& app, Method method, std::string pattern,
                        Rank rank, OperatorRoute route);

[[nodiscard]] store::Actor actor_of(const RequestContext& context, const Operator& who);

struct AuditNote {
  std::string action;  // "room.close"
  std::string target;  // "room:…"
  std::string reason = {};
  std::string details = "{}";
};
// Writes it; the action may be done when this has succeeded.
[[nodiscard]] Try<void> audited(App& app, RequestContext& context, const Operator& who,
                                AuditNote note);

// Why somebody does it: one clean line of 1 … 200 characters. invalid_input, field `reason`.
[[nodiscard]] base::Result<std::string> cleaned_reason(std::string_view reason);
// {"reason": …} of the body or, for clients that send none with DELETE, ?reason=.
[[nodiscard]] base::Result<std::string> reason_of(const RequestContext& context);
// The {id} of the pattern. user_not_found.
[[nodiscard]] base::Result<base::UserId> user_of(const RequestContext& context);

}  // namespace whoosh::api
