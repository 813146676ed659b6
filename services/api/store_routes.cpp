// The shop: what there is, buying it once, owning it, wearing it.
#include <algorithm>

#include "cosmetics/catalogue.h"
#include "services/api/app.h"
#include "services/api/idempotency.h"
#include "services/api/profile.h"

namespace whoosh::api {
namespace {

using Inventory = std::vector<store::OwnedItem>;

store::ItemKind kind_of(const cosmetics::Item& item) {
  switch (item.kind) {
    case cosmetics::Kind::frame:
      return store::ItemKind::frame;
    case cosmetics::Kind::colour:
      return store::ItemKind::colour;
    case cosmetics::Kind::title:
      return store::ItemKind::title;
    case cosmetics::Kind::reactions:
      return store::ItemKind::reactions;
  }
  return store::ItemKind::frame;
}

wire::StoreItem card_of(const cosmetics::Item& item, bool owned) {
  wire::StoreItem card;
  card.item_id = item.id;
  card.kind = kind_text(kind_of(item));
  card.name = item.name;
  card.description = item.description;
  card.price = item.price;
  card.image = item.image();
  card.owned = owned;
  if (!item.value.empty()) card.value = item.value;
  if (!item.ink.empty()) card.ink = item.ink;
  if (!item.text.empty()) card.text = item.text;
  if (!item.reactions.empty()) card.reactions = item.reactions;
  if (!item.faces.empty()) card.faces = item.faces;
  return card;
}

// What this person owns, asked as himself: limited, present, not banned.
Try<Inventory> inventory_of(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{"wallet:" + context.user, app.config.rates.wallet};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  co_return co_await http::ask<Inventory>(
      context, [&](auto reply) { app.ports.store.inventory(identity.user, std::move(reply)); });
}

Answer items(App& app, RequestContext& context, const auth::Identity& identity) {
  const auto inventory = co_await inventory_of(app, context, identity);
  if (!inventory) co_return inventory.error();
  wire::StoreList list;
  for (const cosmetics::Item& item : cosmetics::all()) {
    const bool owned =
        std::ranges::find(*inventory, item.id, &store::OwnedItem::item) != inventory->end();
    list.items.push_back(card_of(item, owned));
  }
  co_return http::json(200, list);
}

Answer inventory(App& app, RequestContext& context, const auth::Identity& identity) {
  const auto owned = co_await inventory_of(app, context, identity);
  if (!owned) co_return owned.error();
  wire::InventoryList list;
  for (const store::OwnedItem& item : *owned) list.items.push_back(inventory_row(item));
  co_return http::json(200, list);
}

void count(CoinCounts& coins, const store::Outcome& outcome, std::int32_t price) {
  if (outcome.replayed) return;
  if (!outcome.refused) {
    ++coins.bought;
    coins.purchased += price;
  } else {
    ++(*outcome.refused == ErrorCode::insufficient_funds ? coins.insufficient : coins.owned);
  }
}

Answer purchase(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{"purchase:" + context.user, app.config.rates.purchase};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto wish = http::body_as<wire::Purchase>(context);
  if (!wish) co_return wish.error();
  auto key = idempotency_key(context, {"POST /api/store/purchase", base::to_json(*wish)});
  if (!key) co_return key.error();
  const cosmetics::Item* const item = cosmetics::find(wish->item_id);
  if (item == nullptr) co_return Error{ErrorCode::item_not_found};
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  if (account->is_guest) {
    co_return Error{ErrorCode::forbidden, "Guests have no coins: make an account first."};
  }
  store::Purchase order{identity.user, item->id,        kind_of(*item),
                        item->price,   std::move(*key), app.now()};
  const auto outcome = co_await http::ask<store::Outcome>(
      context, [&](auto reply) { app.ports.store.purchase(std::move(order), std::move(reply)); });
  if (!outcome) co_return outcome.error();
  count(app.coins, *outcome, item->price);
  Response success = http::json(201, wire::Purchased{card_of(*item, true), outcome->balance});
  co_return answer_of(*outcome, std::move(success));
}

// The item of the wish, or the kind that is to be bare.
base::Result<const cosmetics::Item*> wished_item(const wire::Equip& wish) {
  if (!wish.item_id) {
    if (!wish.kind) return wrong_field("kind", "is missing");
    if (!parse_kind(*wish.kind)) {
      return wrong_field("kind", "must be frame, colour, title or reactions");
    }
    return nullptr;
  }
  const cosmetics::Item* const item = cosmetics::find(*wish.item_id);
  if (item == nullptr) return Error{ErrorCode::item_not_found};
  if (wish.kind && *wish.kind != kind_text(kind_of(*item))) {
    return wrong_field("kind", "is not the item's");
  }
  return item;
}

// Rooms see it from the next time that one joins.
Answer equip(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{"equip:" + context.user, app.config.rates.equip};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto wish = http::body_as<wire::Equip>(context);
  if (!wish) co_return wish.error();
  const auto item = wished_item(*wish);
  if (!item) co_return item.error();
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  const auto look = co_await http::ask<store::Look>(context, [&](auto reply) {
    if (*item != nullptr)
      app.ports.store.equip(identity.user, (*item)->id, std::move(reply));
    else
      app.ports.store.unequip(identity.user, *parse_kind(*wish->kind), std::move(reply));
  });
  if (!look) co_return look.error();
  co_return http::json(200, wire::look_of(*look));
}

}  // namespace

void add_store_routes(http::Router& router, App& app) {
  app.add(router, Method::get, "/api/store", items);
  app.add(router, Method::post, "/api/store/purchase", purchase);
  app.add(router, Method::get, "/api/inventory", inventory);
  app.add(router, Method::post, "/api/inventory/equip", equip);
}

}  // namespace whoosh::api
