#include "services/matchmaker/games.h"

#include "games/registry.h"

namespace whoosh::matchmaker {

Config all_games() {
  Config config;
  for (const rules::Game* game : games::all()) {
    const rules::GameInfo& info = game->info();
    match::PairingRules rules;
    rules.seats_min = info.players_min;
    rules.seats = info.players_default;
    config.games.emplace(std::string(info.key), rules);
  }
  return config;
}

}  // namespace whoosh::matchmaker
