// Worn: what a person wears, as small numbers instead of ids, so that a room can keep it for every
// seat. Numbers are places in this process's catalogue and never leave it: on the wire, in tickets
// and in records are ids.
//
// Values; any thread. Invariant: a number is 0 (nothing) or that of an item of the member's kind.
#pragma once

#include <cstdint>
#include <string_view>

#include "cosmetics/catalogue.h"

namespace whoosh::cosmetics {

struct Worn {
  std::uint16_t frame = 0;
  std::uint16_t colour = 0;
  std::uint16_t title = 0;
  std::uint16_t reactions = 0;

  [[nodiscard]] bool is_bare() const { return (frame | colour | title | reactions) == 0; }
  bool operator==(const Worn&) const = default;
};

// From a look whose members are ids, "" for nothing. What the catalogue does not know (any more),
// or has under another kind, is not worn.
[[nodiscard]] std::uint16_t number_of(std::string_view id, Kind kind);
template <class Look>
[[nodiscard]] Worn worn(const Look& look) {
  return {number_of(look.frame, Kind::frame), number_of(look.colour, Kind::colour),
          number_of(look.title, Kind::title), number_of(look.reactions, Kind::reactions)};
}

// nullptr: 0. REQUIRES: a number of number_of().
[[nodiscard]] const Item* item(std::uint16_t number);

}  // namespace whoosh::cosmetics
