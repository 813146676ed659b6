#include "games/registry.h"

namespace whoosh::games {

const rules::Game* find(std::string_view key) {
  for (const rules::Game* game : all()) {
    if (game->info().key == key) return game;
  }
  return nullptr;
}

}  // namespace whoosh::games
