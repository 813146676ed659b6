// The matchmaker's config for every game of the registry. Any thread.
#pragma once

#include "services/matchmaker/matchmaker.h"

namespace whoosh::matchmaker {

[[nodiscard]] Config all_games();

}  // namespace whoosh::matchmaker
