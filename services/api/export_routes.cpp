// Everything that is kept about oneself, in one answer (GDPR, articles 15 and 20).
#include "services/api/app.h"
#include "services/api/profile.h"
#include "wire/export.h"

namespace whoosh::api {
namespace {

// Bounded, so that no export can fill the memory: 10,000 rows of each list are some 2 MB. Beyond
// them the answer has the cursors with which the lists themselves go on.
constexpr std::int32_t page_rows = 100;
constexpr std::size_t rows_max = 10'000;

struct Kept {
  std::vector<wire::HistoryRow> matches;
  base::Nullable<std::string> matches_next;
  std::vector<wire::LedgerRow> ledger;
  base::Nullable<std::string> ledger_next;
};

Try<void> read_matches(App& app, RequestContext& context, base::UserId user, Kept& kept) {
  std::optional<std::string> cursor;
  do {
    const auto page = co_await http::ask<store::HistoryPage>(context, [&](auto reply) {
      app.ports.store.history(user, cursor, page_rows, std::move(reply));
    });
    if (!page) co_return page.error();
    for (const store::HistoryRow& row : page->rows) kept.matches.push_back(history_row(row));
    cursor = page->next;
  } while (cursor && kept.matches.size() < rows_max);
  if (cursor) kept.matches_next = *cursor;
  co_return base::Result<>();
}

Try<void> read_ledger(App& app, RequestContext& context, base::UserId user, Kept& kept) {
  std::optional<std::string> cursor;
  do {
    const auto page = co_await http::ask<store::LedgerPage>(context, [&](auto reply) {
      app.ports.store.ledger(user, cursor, page_rows, std::move(reply));
    });
    if (!page) co_return page.error();
    for (const store::LedgerRow& row : page->rows) kept.ledger.push_back(ledger_row(row));
    cursor = page->next;
  } while (cursor && kept.ledger.size() < rows_max);
  if (cursor) kept.ledger_next = *cursor;
  co_return base::Result<>();
}

Answer export_me(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{"export:" + context.user, app.config.rates.export_all};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  const auto sessions = co_await http::ask<std::vector<store::Session>>(context, [&](auto reply) {
    app.ports.store.sessions(identity.user, app.now(), std::move(reply));
  });
  if (!sessions) co_return sessions.error();
  const auto items = co_await http::ask<std::vector<store::OwnedItem>>(
      context, [&](auto reply) { app.ports.store.inventory(identity.user, std::move(reply)); });
  if (!items) co_return items.error();
  const auto factor = co_await http::ask<store::SecondFactor>(
      context, [&](auto reply) { app.ports.store.second_factor(identity.user, std::move(reply)); });
  if (!factor) co_return factor.error();
  Kept kept;
  if (const auto read = co_await read_matches(app, context, identity.user, kept); !read) {
    co_return read.error();
  }
  if (const auto read = co_await read_ledger(app, context, identity.user, kept); !read) {
    co_return read.error();
  }
  wire::AccountExport out;
  out.exported_at = base::rfc3339(app.now());
  out.profile = own_profile(*account);
  out.ban = ban_card(*account, app.now());
  out.second_factor = second_factor_card(*factor);
  for (const auto& row : *sessions) out.sessions.push_back(session_card(row, identity.session));
  out.matches = std::move(kept.matches);
  out.matches_next = std::move(kept.matches_next);
  out.ledger = std::move(kept.ledger);
  out.ledger_next = std::move(kept.ledger_next);
  for (const auto& item : *items) out.inventory.push_back(inventory_row(item));
  Response response = http::json(200, out);
  response.headers.add("Content-Disposition", R"(attachment; filename="whoosh-export.json")");
  co_return response;
}

}  // namespace

void add_export_routes(http::Router& router, App& app) {
  app.add(router, Method::get, "/api/users/me/export", export_me);
}

}  // namespace whoosh::api
