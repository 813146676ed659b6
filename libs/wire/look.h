// Look: what a person wears, as both services tell it. Values; any thread.
#pragma once

#include <optional>
#include <string>

#include "base/described.h"

namespace whoosh::wire {

// Ids of items (libs/cosmetics), one of each kind; null: nothing.
struct Look {
  base::Nullable<std::string> frame;
  base::Nullable<std::string> colour;
  base::Nullable<std::string> title;
  base::Nullable<std::string> reactions;
};
BOOST_DESCRIBE_STRUCT(Look, (), (frame, colour, title, reactions))

// The same of somebody in a room (ROOM); absent: nothing.
struct SeatLook {
  std::optional<std::string> frame;
  std::optional<std::string> colour;
  std::optional<std::string> title;
  std::optional<std::string> reactions;
};
BOOST_DESCRIBE_STRUCT(SeatLook, (), (frame, colour, title, reactions))

// From a look whose members are texts, "" for nothing (store::Look, auth::Look).
template <class Texts>
[[nodiscard]] Look look_of(const Texts& texts) {
  const auto item = [](const std::string& id) {
    base::Nullable<std::string> out;
    if (!id.empty()) out = id;
    return out;
  };
  return {item(texts.frame), item(texts.colour), item(texts.title), item(texts.reactions)};
}

}  // namespace whoosh::wire
