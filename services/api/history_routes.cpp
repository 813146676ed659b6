// What somebody has played.
#include "services/api/app.h"
#include "services/api/profile.h"

namespace whoosh::api {
namespace {

constexpr std::int32_t history_default = 20;

// A bare array of the newest 20 for clients of the first Whoosh; a page once `cursor` or `limit` is
// given.
Answer history(App& app, RequestContext& context, const auth::Identity& identity) {
  const auto limit = limit_of(context, history_default);
  if (!limit) co_return limit.error();
  const auto cursor = context.query("cursor");
  const auto page = co_await http::ask<store::HistoryPage>(context, [&](auto reply) {
    app.ports.store.history(identity.user, cursor, *limit, std::move(reply));
  });
  if (!page) co_return about_page(page.error());
  wire::HistoryPage out;
  for (const store::HistoryRow& row : page->rows) out.items.push_back(history_row(row));
  if (page->next) out.next = *page->next;
  if (cursor || context.query("limit")) co_return http::json(200, out);
  co_return http::json(200, out.items);
}

}  // namespace

void add_history_routes(http::Router& router, App& app) {
  app.add(router, Method::get, "/api/game/history", history);
}

}  // namespace whoosh::api
