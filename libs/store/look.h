// Look: what a person wears, bought in the store and seen by others. Values; any thread.
#pragma once

#include <cstdint>
#include <string>

namespace whoosh::store {

// Where an item is worn; one of each kind at a time.
enum class ItemKind : std::uint8_t { frame, colour, title, reactions };

// What a person wears, by kind; "": nothing.
struct Look {
  std::string frame;
  std::string colour;
  std::string title;
  std::string reactions;

  bool operator==(const Look&) const = default;
};

}  // namespace whoosh::store
