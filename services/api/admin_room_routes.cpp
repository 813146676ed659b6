// Operators and what runs: rooms, one room live, closing one; nodes, draining one; the audit log.
#include "games/registry.h"
#include "services/api/operators.h"

namespace whoosh::api {
namespace {

constexpr std::int32_t rooms_default = 20;
constexpr std::int32_t audit_default = 20;
constexpr std::size_t filter_bytes_max = 200;
constexpr std::size_t node_bytes_max = 64;

// The cursor is the id of the last room that was seen.
Answer rooms(App& app, RequestContext& context, const Operator&) {
  const auto limit = limit_of(context, rooms_default);
  if (!limit) co_return limit.error();
  RoomsAsked asked;
  asked.limit = *limit;
  asked.game = context.query("game").value_or("");
  if (!asked.game.empty() && games::find(asked.game) == nullptr) {
    co_return Error{ErrorCode::game_not_found};
  }
  if (const auto cursor = context.query("cursor")) {
    const auto after = base::RoomId::parse(*cursor);
    if (!after) co_return about_page(ErrorCode::malformed);
    asked.after = *after;
  }
  auto page = co_await http::ask<RoomsPage>(
      context, [&](auto reply) { app.ports.gateway.rooms(std::move(asked), std::move(reply)); });
  if (!page) co_return page.error();
  wire::AdminRoomPage out;
  out.items = std::move(page->rooms);
  if (page->next) out.next = page->next->text();
  co_return http::json(200, out);
}

// By id or code. Operators do not guess: nothing is counted.
Try<state::RoomEntry> find_room(App& app, RequestContext& context) {
  const std::string& wanted = context.param("id");
  const auto id = base::RoomId::parse(wanted);
  co_return co_await http::ask<state::RoomEntry>(context, [&](auto reply) {
    if (id)
      app.ports.directory.find_room(*id, std::move(reply));
    else
      app.ports.directory.find_code(wanted, std::move(reply));
  });
}

Answer room(App& app, RequestContext& context, const Operator&) {
  auto entry = co_await find_room(app, context);
  if (!entry) co_return entry.error();
  const auto report = co_await http::ask<wire::RoomReport>(context, [&](auto reply) {
    app.ports.gateway.room_report(std::move(*entry), std::move(reply));
  });
  if (!report) co_return report.error();
  co_return http::json(200, *report);
}

Answer close_room(App& app, RequestContext& context, const Operator& who) {
  auto reason = reason_of(context);
  if (!reason) co_return reason.error();
  auto entry = co_await find_room(app, context);
  if (!entry) co_return entry.error();
  AuditNote note{"room.close", "room:" + entry->room.text(), *reason, "{}"};
  if (const auto noted = co_await audited(app, context, who, std::move(note)); !noted) {
    co_return noted.error();
  }
  const auto closed = co_await http::ask<>(context, [&](auto reply) {
    app.ports.gateway.close_room(std::move(*entry), std::move(*reason), std::move(reply));
  });
  if (!closed) co_return closed.error();
  co_return http::no_content();
}

Answer nodes(App& app, RequestContext& context, const Operator&) {
  auto found = co_await http::ask<std::vector<wire::NodeReport>>(
      context, [&](auto reply) { app.ports.gateway.nodes(std::move(reply)); });
  if (!found) co_return found.error();
  wire::NodeList list;
  list.items = std::move(*found);
  co_return http::json(200, list);
}

// Is known before anything is written about it.
Try<void> node_is_there(App& app, RequestContext& context, const std::string& name) {
  if (name.size() > node_bytes_max) co_return Error{ErrorCode::node_not_found};
  const auto found = co_await http::ask<std::vector<wire::NodeReport>>(
      context, [&](auto reply) { app.ports.gateway.nodes(std::move(reply)); });
  if (!found) co_return found.error();
  for (const wire::NodeReport& node : *found) {
    if (node.name == name) co_return base::Result<>();
  }
  co_return Error{ErrorCode::node_not_found};
}

Answer set_draining(App& app, RequestContext& context, const Operator& who, bool draining) {
  auto reason = reason_of(context);
  if (!reason) co_return reason.error();
  const std::string& name = context.param("id");
  if (const auto there = co_await node_is_there(app, context, name); !there) {
    co_return there.error();
  }
  AuditNote note{draining ? "node.drain" : "node.undrain", "node:" + name, std::move(*reason),
                 "{}"};
  if (const auto noted = co_await audited(app, context, who, std::move(note)); !noted) {
    co_return noted.error();
  }
  const auto done = co_await http::ask<>(
      context, [&](auto reply) { app.ports.gateway.drain_node(name, draining, std::move(reply)); });
  if (!done) co_return done.error();
  co_return http::no_content();
}

Answer drain(App& app, RequestContext& context, const Operator& who) {
  return set_draining(app, context, who, true);
}
Answer undrain(App& app, RequestContext& context, const Operator& who) {
  return set_draining(app, context, who, false);
}

base::Result<store::AuditQuery> audit_query(const RequestContext& context) {
  const auto limit = limit_of(context, audit_default);
  if (!limit) return limit.error();
  store::AuditQuery query;
  query.limit = *limit;
  query.cursor = context.query("cursor");
  query.action = context.query("action");
  query.target = context.query("target");
  if (query.action.value_or("").size() > filter_bytes_max) {
    return wrong_field("action", "is too long");
  }
  if (query.target.value_or("").size() > filter_bytes_max) {
    return wrong_field("target", "is too long");
  }
  if (const auto actor = context.query("actor")) {
    const auto id = base::parse_user_id(*actor);
    if (!id && *actor != "0") return wrong_field("actor", "must be the id of a user, or 0");
    query.actor = id.value_or(base::UserId{});
  }
  return query;
}

Answer audit(App& app, RequestContext& context, const Operator&) {
  auto query = audit_query(context);
  if (!query) co_return query.error();
  const auto page = co_await http::ask<store::AuditPage>(
      context, [&](auto reply) { app.ports.store.audit_log(std::move(*query), std::move(reply)); });
  if (!page) co_return about_page(page.error());
  wire::AuditPage out;
  for (const store::AuditRow& row : page->rows) out.items.push_back(audit_row(row));
  if (page->next) out.next = *page->next;
  co_return http::json(200, out);
}

}  // namespace

void add_admin_room_routes(http::Router& router, App& app) {
  const auto add = [&](Method method, const char* pattern, Rank rank, OperatorRoute route) {
    add_operator_route(router, app, method, pattern, rank, route);
  };
  add(Method::get, "/api/admin/rooms", Rank::moderator, rooms);
  add(Method::get, "/api/admin/rooms/{id}", Rank::moderator, room);
  add(Method::delete_, "/api/admin/rooms/{id}", Rank::moderator, close_room);
  add(Method::get, "/api/admin/nodes", Rank::moderator, nodes);
  add(Method::post, "/api/admin/nodes/{id}/drain", Rank::admin, drain);
  add(Method::delete_, "/api/admin/nodes/{id}/drain", Rank::admin, undrain);
  add(Method::get, "/api/admin/audit", Rank::admin, audit);
}

}  // namespace whoosh::api
