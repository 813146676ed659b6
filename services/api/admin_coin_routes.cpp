// Operators and coins: give some, take some, take an item back for what was paid for it.
#include <cstdlib>

#include "services/api/idempotency.h"
#include "services/api/operators.h"

namespace whoosh::api {
namespace {

// The request as it is told apart from others under the same key: whose it is, too.
Asked asked(std::string route, base::UserId user, std::string body) {
  return {std::move(route) + " " + base::user_id_text(user), std::move(body)};
}

Response granted(base::UserId user, const store::Outcome& outcome) {
  return answer_of(outcome, http::json(200, wire::Granted{user.value, outcome.balance}));
}

Answer grant(App& app, RequestContext& context, const Operator& who) {
  const auto id = user_of(context);
  if (!id) co_return id.error();
  const auto wish = http::body_as<wire::GrantCoins>(context);
  if (!wish) co_return wish.error();
  auto reason = cleaned_reason(wish->reason);
  if (!reason) co_return reason.error();
  if (wish->coins == 0 || wish->coins < -store::grant_coins_max ||
      wish->coins > store::grant_coins_max) {
    co_return wrong_field("coins", "must be 1 to 1000000, or as much below zero");
  }
  const Asked request = asked("grant", *id, base::to_json(*wish));
  auto key = operator_key(context, request, who.account.id);
  if (!key) co_return key.error();
  store::Grant order{
      *id, wish->coins, std::move(*key), actor_of(context, who), std::move(*reason), app.now()};
  const auto outcome = co_await http::ask<store::Outcome>(
      context, [&](auto reply) { app.ports.store.grant(std::move(order), std::move(reply)); });
  if (!outcome) co_return outcome.error();
  if (!outcome->refused && !outcome->replayed) {
    (wish->coins > 0 ? app.coins.granted : app.coins.taken) += std::abs(wish->coins);
  }
  co_return granted(*id, *outcome);
}

// Items that are sold no more can be taken back, too: the store knows what was paid.
Answer refund(App& app, RequestContext& context, const Operator& who) {
  const auto id = user_of(context);
  if (!id) co_return id.error();
  const auto wish = http::body_as<wire::RefundItem>(context);
  if (!wish) co_return wish.error();
  auto reason = cleaned_reason(wish->reason);
  if (!reason) co_return reason.error();
  if (wish->item_id.empty() || wish->item_id.size() > 64) {
    co_return wrong_field("item_id", "must be 1 to 64 characters");
  }
  const Asked request = asked("refund", *id, base::to_json(*wish));
  auto key = operator_key(context, request, who.account.id);
  if (!key) co_return key.error();
  store::Refund order{
      *id, wish->item_id, std::move(*key), actor_of(context, who), std::move(*reason), app.now()};
  const auto outcome = co_await http::ask<store::Outcome>(
      context, [&](auto reply) { app.ports.store.refund(std::move(order), std::move(reply)); });
  if (!outcome) co_return outcome.error();
  if (!outcome->refused && !outcome->replayed) ++app.coins.refunds;
  co_return granted(*id, *outcome);
}

}  // namespace

void add_admin_coin_routes(http::Router& router, App& app) {
  add_operator_route(router, app, Method::post, "/api/admin/users/{id}/grant", Rank::admin, grant);
  add_operator_route(router, app, Method::post, "/api/admin/users/{id}/refund", Rank::admin,
                     refund);
}

}  // namespace whoosh::api
