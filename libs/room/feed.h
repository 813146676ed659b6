// What viewers are told of a view: only what changed (STATE, RFC 7396).
//
// append_changes() compares with the view as it was told last. Who is told seldom (the audience),
// while others are told more often, has a Feed: 8 bytes a member instead of the old view. A
// member's place in the list and its name are part of its hash.
//
// Owner of a Feed: one Room. Its shard's thread.
// Invariant: a viewer who applied everything has, member by member, the value whose hash stands
// here; 0 = some viewer may have another value, so it goes out the next time in any case.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/view.h"

namespace whoosh::room {

// Appends the members of `now` that are not the same in `before`.
void append_changes(const rules::ViewWriter& before, const rules::ViewWriter& now,
                    std::string& patch);
// Appends the view's members: `"a":1,"b":2`.
void append_members(const rules::ViewWriter& view, std::string& out);
// null for each: `"a":null,"b":null`.
void append_nulls(const rules::ViewWriter& view, std::string& out);

class Feed {
 public:
  // Appends `"name":value` for each member that differs, with a comma before all but the first in
  // `patch`, and takes it as sent.
  void diff(const rules::ViewWriter& view, std::string& patch);
  // One more viewer has this, others what was sent: members in which they differ go out the next
  // time. True: there are none.
  bool join_with(const rules::ViewWriter& view);
  // All viewers have {}.
  void clear() { sent_.clear(); }

 private:
  std::vector<std::uint64_t> sent_;
};

}  // namespace whoosh::room
