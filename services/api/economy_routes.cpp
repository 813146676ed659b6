// Coins: how many there are, how they came and went; the daily reward: how the row of days stands,
// and claiming it.
#include "match/xp.h"
#include "services/api/app.h"
#include "services/api/profile.h"

namespace whoosh::api {
namespace {

constexpr std::int32_t ledger_default = 20;

Answer wallet(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{"wallet:" + context.user, app.config.rates.wallet};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  const auto found = co_await http::ask<store::Wallet>(
      context, [&](auto reply) { app.ports.store.wallet(identity.user, std::move(reply)); });
  if (!found) co_return found.error();
  co_return http::json(200, wallet_of(*found));
}

Answer ledger(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{"wallet:" + context.user, app.config.rates.wallet};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto rows = limit_of(context, ledger_default);
  if (!rows) co_return rows.error();
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  const auto page = co_await http::ask<store::LedgerPage>(context, [&](auto reply) {
    app.ports.store.ledger(identity.user, context.query("cursor"), *rows, std::move(reply));
  });
  if (!page) co_return about_page(page.error());
  wire::LedgerPage out;
  for (const store::LedgerRow& row : page->rows) out.items.push_back(ledger_row(row));
  if (page->next) out.next = *page->next;
  co_return http::json(200, out);
}

// Present, not banned, and no guest.
Try<void> may_earn(App& app, RequestContext& context, const auth::Identity& identity) {
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  if (account->is_guest) {
    co_return Error{ErrorCode::forbidden, "Guests earn no coins: make an account first."};
  }
  co_return base::Result<>();
}

Answer standing(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{"wallet:" + context.user, app.config.rates.wallet};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  if (const auto may = co_await may_earn(app, context, identity); !may) co_return may.error();
  const auto found = co_await http::ask<store::DailyStanding>(context, [&](auto reply) {
    app.ports.store.daily(identity.user, app.now(), std::move(reply));
  });
  if (!found) co_return found.error();
  co_return http::json(200,
                       wire::DailyStanding{found->streak,
                                           found->is_claimable,
                                           found->coins,
                                           base::rfc3339(found->next_at),
                                           {match::daily_week.begin(), match::daily_week.end()}});
}

Answer daily(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{"daily:" + context.user, app.config.rates.daily};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  if (const auto may = co_await may_earn(app, context, identity); !may) co_return may.error();
  const auto reward = co_await http::ask<store::DailyReward>(context, [&](auto reply) {
    app.ports.store.claim_daily(identity.user, app.now(), std::move(reply));
  });
  if (!reward) co_return reward.error();
  app.coins.daily += reward->coins;
  co_return http::json(200,
                       wire::Daily{reward->coins, reward->streak, base::rfc3339(reward->next_at)});
}

}  // namespace

void add_economy_routes(http::Router& router, App& app) {
  app.add(router, Method::get, "/api/economy/wallet", wallet);
  app.add(router, Method::get, "/api/economy/ledger", ledger);
  app.add(router, Method::get, "/api/economy/daily", standing);
  app.add(router, Method::post, "/api/economy/daily", daily);
}

}  // namespace whoosh::api
