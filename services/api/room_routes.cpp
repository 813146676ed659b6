// Rooms: make one, find one, take a place in one.
#include <boost/describe.hpp>

#include "games/registry.h"
#include "services/api/app.h"
#include "services/api/profile.h"

namespace whoosh::api {
namespace {

constexpr std::int32_t rooms_default = 20;

Answer create_room(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{room_making_key(identity.user), app.config.rates.create_room};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  auto wish = http::body_as<wire::CreateRoom>(context);
  if (!wish) co_return wish.error();
  const std::string visibility = wish->visibility.value_or("private");
  if (visibility != "private" && visibility != "public") {
    co_return wrong_field("visibility", "must be private or public");
  }
  if (games::find(wish->game) == nullptr) co_return Error{ErrorCode::game_not_found};
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  NewRoom room;
  room.game = wish->game;
  room.is_public = visibility == "public";
  room.settings = wish->settings.value_or(wire::SettingsChange{});
  room.creator = identity.user;
  const auto entry = co_await http::ask<state::RoomEntry>(context, [&](auto reply) {
    app.ports.gateway.create_room(std::move(room), std::move(reply));
  });
  if (!entry) co_return entry.error();
  const auto info =
      app.inviter.invite(guest_of(app, context, identity, *account), *entry, wire::Role::player);
  if (!info) co_return info.error();
  co_return http::json(201, *info);
}

Try<wire::RoomCard> card_of(App& app, RequestContext& context, state::RoomEntry entry) {
  co_return co_await http::ask<wire::RoomCard>(context, [&](auto reply) {
    app.ports.gateway.room_card(std::move(entry), std::move(reply));
  });
}

Answer list_rooms(App& app, RequestContext& context, const auth::Identity&) {
  const auto limit = limit_of(context, rooms_default);
  if (!limit) co_return limit.error();
  const std::string game = context.query("game").value_or("");
  if (!game.empty() && games::find(game) == nullptr) co_return Error{ErrorCode::game_not_found};
  auto page = co_await http::ask<state::Directory::Page>(context, [&](auto reply) {
    app.ports.directory.public_rooms(game, context.query("cursor"), *limit, std::move(reply));
  });
  if (!page) co_return about_page(page.error());
  wire::RoomList list;
  if (page->next) list.next = *page->next;
  for (state::RoomEntry& entry : page->rooms) {
    auto card = co_await card_of(app, context, std::move(entry));
    if (card)
      list.items.push_back(std::move(*card));
    else if (card.error().code != ErrorCode::room_not_found)
      co_return card.error();
  }
  co_return http::json(200, list);
}

// By code or id. Wrong ones count against the address; while it has used them up, right ones are
// refused too, or guessing would go on.
Try<state::RoomEntry> find_room(App& app, RequestContext& context) {
  const state::CodeGuesses guesses(context.client.key);
  const Limit minute{guesses.minute_key, app.config.rates.wrong_code};
  const Limit hour{guesses.hour_key, app.config.rates.wrong_code_hour};
  if (const auto allowed = co_await app.rates.take(context, minute); !allowed) {
    co_return allowed.error();
  }
  if (const auto allowed = co_await app.rates.take(context, hour); !allowed) {
    app.rates.give(minute);
    co_return allowed.error();
  }
  const std::string& wanted = context.param("code");
  const auto id = base::RoomId::parse(wanted);
  auto entry = co_await http::ask<state::RoomEntry>(context, [&](auto reply) {
    if (id)
      app.ports.directory.find_room(*id, std::move(reply));
    else
      app.ports.directory.find_code(wanted, std::move(reply));
  });
  if (entry || entry.error().code != ErrorCode::room_not_found) {
    app.rates.give(minute);
    app.rates.give(hour);
  }
  co_return entry;
}

Answer room(App& app, RequestContext& context, const auth::Identity&) {
  auto entry = co_await find_room(app, context);
  if (!entry) co_return entry.error();
  const auto card = co_await card_of(app, context, std::move(*entry));
  if (!card) co_return card.error();
  co_return http::json(200, *card);
}

base::Result<wire::Role> role_of(const wire::JoinRoom& wish) {
  wire::Role role = wire::Role::player;
  if (!wish.as || boost::describe::enum_from_string(wish.as->c_str(), role)) return role;
  return wrong_field("as", "must be player, spectator, screen or audience");
}

Answer join_room(App& app, RequestContext& context, const auth::Identity& identity) {
  const Limit limit{"join_room:" + context.user, app.config.rates.join_room};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto wish = http::optional_body_as<wire::JoinRoom>(context);
  if (!wish) co_return wish.error();
  const auto role = role_of(*wish);
  if (!role) co_return role.error();
  const auto account = co_await app.account_of(context, identity);
  if (!account) co_return account.error();
  const auto entry = co_await find_room(app, context);
  if (!entry) co_return entry.error();
  const auto granted = co_await http::ask<wire::Role>(context, [&](auto reply) {
    app.ports.gateway.may_join(*entry, identity.user, *role, std::move(reply));
  });
  if (!granted) co_return granted.error();
  const auto info = app.inviter.invite(guest_of(app, context, identity, *account), *entry, *role);
  if (!info) co_return info.error();
  co_return http::json(200, *info);
}

}  // namespace

void add_room_routes(http::Router& router, App& app) {
  app.add(router, Method::post, "/api/rooms", create_room);
  app.add(router, Method::get, "/api/rooms", list_rooms);
  app.add(router, Method::get, "/api/rooms/{code}", room);
  app.add(router, Method::post, "/api/rooms/{code}/join", join_room);
}

}  // namespace whoosh::api
