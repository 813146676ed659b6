// Mirror: the view of one player as a client keeps it (docs/PROTOCOL.md, "The view"): the state of
// the last WELCOME with every STATE's patch applied, and what was said appended. A WELCOME that
// answers a SYNC must then hold exactly this.
//
// Owner: one connection of the swarm that is looked at closely; its loop's thread. Costs some 20 KB
// and parses every message, so not every connection has one.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace whoosh::swarm {

class Mirror {
 public:
  // The payload of a WELCOME.
  void reset(const boost::json::object& welcome);
  // The payload of a STATE. False: its patch is none.
  [[nodiscard]] bool apply(const boost::json::object& state);
  // An EVENT_SAY or EVENT_WHISPER, which full views list.
  void heard(std::string_view type, const boost::json::object& event);

  // nullopt: equal. Else the first member that differs, and how, in a few words.
  [[nodiscard]] std::optional<std::string> difference(const boost::json::object& welcome) const;

  [[nodiscard]] const boost::json::object& view() const { return view_; }

 private:
  boost::json::object view_;
};

// RFC 7396, but that null stays as a null within objects: a member of a view never goes away while
// a match runs.
void merge_view(boost::json::value& target, const boost::json::value& patch);
// Equal but for members that are null in one and missing in the other.
[[nodiscard]] bool same_view(const boost::json::value& a, const boost::json::value& b);

}  // namespace whoosh::swarm
