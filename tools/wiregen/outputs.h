// The files that wiregen writes: path below the project's root -> content. Pure; one thread.
// A message whose payload type is not among the described structs is an error (std::runtime_error).
#pragma once

#include <map>
#include <string>

namespace whoosh::wiregen {

using Files = std::map<std::string, std::string>;

void add_platform(Files& files);  // libs/wire: edge.h, rest.h, limits.h
void add_games(Files& files);     // WireTypes of every games/<slug>/messages.h of games/games.txt

}  // namespace whoosh::wiregen
