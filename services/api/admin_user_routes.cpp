// Operators and people: find one, see one, ban, unban, and who else is an operator.
#include "base/text.h"
#include "services/api/operators.h"
#include "services/api/profile.h"

namespace whoosh::api {
namespace {

constexpr std::int32_t users_default = 20;
constexpr std::int32_t rows_shown = 20;
constexpr std::size_t query_characters_max = 254;

Answer users(App& app, RequestContext& context, const Operator&) {
  const auto limit = limit_of(context, users_default);
  if (!limit) co_return limit.error();
  store::UserSearch search;
  search.limit = *limit;
  search.cursor = context.query("cursor");
  const std::string query = context.query("q").value_or("");
  if (!query.empty()) {
    auto cleaned = base::clean_line_within(query, 1, query_characters_max);
    if (!cleaned) co_return wrong_field("q", "must be at most 254 visible characters");
    search.query = std::move(*cleaned);
  }
  const auto page = co_await http::ask<store::UserPage>(context, [&](auto reply) {
    app.ports.store.search_users(std::move(search), std::move(reply));
  });
  if (!page) co_return about_page(page.error());
  wire::AdminUserPage out;
  for (const store::Account& row : page->rows) out.items.push_back(admin_user(row, app.now()));
  if (page->next) out.next = *page->next;
  co_return http::json(200, out);
}

// What only an admin sees of somebody: what operators have done to him.
Try<void> add_audit(App& app, RequestContext& context, base::UserId id,
                    wire::AdminUserDetail& detail) {
  store::AuditQuery query;
  query.target = "user:" + base::user_id_text(id);
  query.limit = rows_shown;
  const auto audit = co_await http::ask<store::AuditPage>(
      context, [&](auto reply) { app.ports.store.audit_log(std::move(query), std::move(reply)); });
  if (!audit) co_return audit.error();
  detail.audit.emplace();
  for (const store::AuditRow& row : audit->rows) detail.audit->push_back(audit_row(row));
  co_return base::Result<>();
}

Try<void> add_belongings(App& app, RequestContext& context, base::UserId id,
                         wire::AdminUserDetail& detail) {
  const auto sessions = co_await http::ask<std::vector<store::Session>>(
      context, [&](auto reply) { app.ports.store.sessions(id, app.now(), std::move(reply)); });
  if (!sessions) co_return sessions.error();
  detail.sessions = static_cast<std::int32_t>(sessions->size());
  const auto wallet = co_await http::ask<store::Wallet>(
      context, [&](auto reply) { app.ports.store.wallet(id, std::move(reply)); });
  if (!wallet) co_return wallet.error();
  detail.wallet = wallet_of(*wallet);
  const auto items = co_await http::ask<std::vector<store::OwnedItem>>(
      context, [&](auto reply) { app.ports.store.inventory(id, std::move(reply)); });
  if (!items) co_return items.error();
  for (const store::OwnedItem& item : *items) detail.inventory.push_back(inventory_row(item));
  const auto matches = co_await http::ask<store::HistoryPage>(context, [&](auto reply) {
    app.ports.store.history(id, std::nullopt, rows_shown, std::move(reply));
  });
  if (!matches) co_return matches.error();
  for (const store::HistoryRow& row : matches->rows) detail.matches.push_back(history_row(row));
  co_return base::Result<>();
}

Answer user(App& app, RequestContext& context, const Operator& who) {
  const auto id = user_of(context);
  if (!id) co_return id.error();
  const auto account = co_await http::ask<store::Account>(
      context, [&](auto reply) { app.ports.store.account(*id, std::move(reply)); });
  if (!account) co_return account.error();
  wire::AdminUserDetail detail;
  detail.user = admin_user(*account, app.now());
  if (const auto added = co_await add_belongings(app, context, *id, detail); !added) {
    co_return added.error();
  }
  if (who.is_admin()) {
    if (const auto added = co_await add_audit(app, context, *id, detail); !added) {
      co_return added.error();
    }
  }
  co_return http::json(200, detail);
}

// Somebody else, and a moderator only those who are no operators.
Try<store::Account> punishable(App& app, RequestContext& context, const Operator& who) {
  const auto id = user_of(context);
  if (!id) co_return id.error();
  auto account = co_await http::ask<store::Account>(
      context, [&](auto reply) { app.ports.store.account(*id, std::move(reply)); });
  if (!account) co_return account.error();
  if (account->id == who.account.id) {
    co_return Error{ErrorCode::forbidden, "You can't do this to yourself."};
  }
  if (!account->role.empty() && !who.is_admin()) {
    co_return Error{ErrorCode::forbidden, "Only an admin may do this to an operator."};
  }
  co_return account;
}

base::Result<std::optional<base::UnixMs>> end_of(const wire::BanUser& wish, base::UnixMs now) {
  if (!wish.until) return std::optional<base::UnixMs>();
  const auto until = base::parse_rfc3339(*wish.until);
  if (!until) return wrong_field("until", "must be an RFC 3339 time");
  if (*until <= now) return wrong_field("until", "is over already");
  if (*until >= store::banned_for_good) return std::optional<base::UnixMs>();
  return until;
}

Answer ban(App& app, RequestContext& context, const Operator& who) {
  const auto wish = http::body_as<wire::BanUser>(context);
  if (!wish) co_return wish.error();
  auto reason = cleaned_reason(wish->reason);
  if (!reason) co_return reason.error();
  const auto until = end_of(*wish, app.now());
  if (!until) co_return until.error();
  const auto present = co_await punishable(app, context, who);
  if (!present) co_return present.error();
  store::Ban ban{present->id, *until, std::move(*reason), actor_of(context, who), app.now()};
  const auto account = co_await http::ask<store::Account>(
      context, [&](auto reply) { app.ports.store.ban(std::move(ban), std::move(reply)); });
  if (!account) co_return account.error();
  co_await app.hear_revocations(context);
  co_return http::json(200, admin_user(*account, app.now()));
}

Answer unban(App& app, RequestContext& context, const Operator& who) {
  auto reason = reason_of(context);
  if (!reason) co_return reason.error();
  const auto present = co_await punishable(app, context, who);
  if (!present) co_return present.error();
  store::Actor actor = actor_of(context, who);
  const auto account = co_await http::ask<store::Account>(context, [&](auto reply) {
    app.ports.store.unban(present->id, std::move(*reason), std::move(actor), app.now(),
                          std::move(reply));
  });
  if (!account) co_return account.error();
  co_return http::json(200, admin_user(*account, app.now()));
}

Answer change_role(App& app, RequestContext& context, const Operator& who) {
  const auto wish = http::body_as<wire::ChangeRole>(context);
  if (!wish) co_return wish.error();
  std::string role = wish->role ? *wish->role : std::string();
  if (wish->role && role != "moderator" && role != "admin") {
    co_return wrong_field("role", "must be moderator, admin or null");
  }
  const auto present = co_await punishable(app, context, who);
  if (!present) co_return present.error();
  if (present->is_guest) co_return wrong_field("role", "is nothing for a guest");
  store::Actor actor = actor_of(context, who);
  const auto account = co_await http::ask<store::Account>(context, [&](auto reply) {
    app.ports.store.set_role(present->id, std::move(role), std::move(actor), app.now(),
                             std::move(reply));
  });
  if (!account) co_return account.error();
  co_await app.hear_revocations(context);
  co_return http::json(200, admin_user(*account, app.now()));
}

}  // namespace

void add_admin_user_routes(http::Router& router, App& app) {
  const auto add = [&](Method method, const char* pattern, Rank rank, OperatorRoute route) {
    add_operator_route(router, app, method, pattern, rank, route);
  };
  add(Method::get, "/api/admin/users", Rank::moderator, users);
  add(Method::get, "/api/admin/users/{id}", Rank::moderator, user);
  add(Method::post, "/api/admin/users/{id}/ban", Rank::moderator, ban);
  add(Method::delete_, "/api/admin/users/{id}/ban", Rank::moderator, unban);
  add(Method::post, "/api/admin/users/{id}/role", Rank::admin, change_role);
}

}  // namespace whoosh::api
