#include <stdexcept>

#include "games/registry.h"
#include "outputs.h"
#include "typescript.h"
#include "wiregen_games.h"  // written by tools/CMakeLists.txt from games/games.txt

namespace whoosh::wiregen {
namespace {

template <class Types>
void add_game(Files& files, std::string_view key) {
  const rules::Game* game = games::find(key);
  if (game == nullptr) throw std::runtime_error("no such game: " + std::string(key));
  Declarations types;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, Types>>(
      [&](auto type) { types.type<typename decltype(type)::type>(); });
  MessageUnion from_server("GameServerMessage");
  MessageUnion from_client("GameClientMessage");
  for (const auto& message : game->info().messages) {
    if (!types.has(std::string(message.payload))) {
      throw std::runtime_error(std::string(message.type) + " of " + std::string(key) +
                               ": no described struct " + std::string(message.payload));
    }
    (message.from_client ? from_client : from_server).add(message.type, message.payload);
  }
  files["sdk/typescript/src/games/" + std::string(key) + ".gen.ts"] =
      "// Written by tools/wiregen from games/" + std::string(key) +
      "/messages.h. Change that and run `make types`.\n\n" + types.text() + from_server.text() +
      "\n" + from_client.text();
}

}  // namespace

void add_games(Files& files) {
  for_each_game([&]<class Types>(std::string_view key) { add_game<Types>(files, key); });
}

}  // namespace whoosh::wiregen
