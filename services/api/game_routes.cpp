// The catalogue of games, as the registry has it.
#include "games/registry.h"
#include "services/api/app.h"

namespace whoosh::api {
namespace {

wire::GameCard card_of(const rules::GameInfo& info) {
  wire::GameCard card;
  card.key = info.key;
  card.name = info.name;
  card.tagline = info.tagline;
  card.players_min = info.players_min;
  card.players_max = info.players_max;
  card.players_default = info.players_default;
  card.duration_s = info.duration_s;
  card.modes.assign(info.modes.begin(), info.modes.end());
  for (const rules::MessageSpec& message : info.messages) {
    card.messages.push_back({std::string(message.type), message.from_client ? "client" : "server",
                             std::string(message.summary)});
  }
  return card;
}

Answer games(App&, RequestContext&) {
  static const std::string catalogue = [] {
    wire::GameList list;
    for (const rules::Game* game : games::all()) list.items.push_back(card_of(game->info()));
    return base::to_json(list);
  }();
  co_return http::json_text(200, catalogue);
}

}  // namespace

void add_game_routes(http::Router& router, App& app) {
  app.add_open(router, Method::get, "/api/games", games);
}

}  // namespace whoosh::api
