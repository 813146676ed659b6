// Feed: what one kind of viewer has been sent of a view, as 8 bytes a member, so that only what
// changed goes out (STATE, RFC 7396). A member's place in the list and its name are part of its
// hash.
//
// Owner: one Room. Its shard's thread.
// Invariant: a viewer who applied everything has, member by member, the value whose hash stands
// here; 0 = some viewer may have another value, so it goes out the next time in any case.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/view.h"

namespace whoosh::room {

class Feed {
 public:
  // Appends `"name":value` for each member that differs, with a comma before all but the first in
  // `patch`, and takes it as sent.
  void diff(const rules::ViewWriter& view, std::string& patch);

  // All viewers have exactly this now.
  void reset_to(const rules::ViewWriter& view);
  // One more viewer has this, others what was sent: members in which they differ go out the next
  // time. True: there are none.
  bool join_with(const rules::ViewWriter& view);
  // All viewers have {}.
  void clear() { sent_.clear(); }

 private:
  std::vector<std::uint64_t> sent_;
};

// Appends the view's members: `"a":1,"b":2`; with `nulls`, null for each value.
void append_members(const rules::ViewWriter& view, std::string& out, bool nulls = false);

}  // namespace whoosh::room
