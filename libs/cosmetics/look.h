// Look: what a person wears, by the ids of the items (catalogue.h): as it is kept, signed into
// tickets and handed on. A room keeps numbers instead (worn.h). Values; any thread.
#pragma once

#include <boost/describe.hpp>
#include <string>

namespace whoosh::cosmetics {

// One item of each kind; "": nothing.
struct Look {
  std::string frame;
  std::string colour;
  std::string title;
  std::string reactions;

  bool operator==(const Look&) const = default;
};
BOOST_DESCRIBE_STRUCT(Look, (), (frame, colour, title, reactions))

}  // namespace whoosh::cosmetics
