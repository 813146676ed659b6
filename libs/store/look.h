// Look: what a person wears, bought in the store and seen by others. Values; any thread.
#pragma once

#include <cstdint>

#include "cosmetics/look.h"

namespace whoosh::store {

// Where an item is worn; one of each kind at a time.
enum class ItemKind : std::uint8_t { frame, colour, title, reactions };

using cosmetics::Look;

}  // namespace whoosh::store
