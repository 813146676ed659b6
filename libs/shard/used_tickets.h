// UsedTickets: ids of seat tickets that were shown, so that none is used twice. An id is kept until
// its ticket can't be valid any more. Bounded: when full, tickets are refused until the oldest has
// expired. Owner: one Shard. Its thread.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/time.h"

namespace whoosh::shard {

class UsedTickets {
 public:
  [[nodiscard]] bool contains(std::string_view id) const {
    return ids_.count(std::string(id)) != 0;
  }
  [[nodiscard]] bool full(base::UnixMs now);  // after forgetting what has expired
  // REQUIRES: !full(now).
  void add(std::string_view id, base::UnixMs expires, base::UnixMs now);
  [[nodiscard]] std::size_t size() const { return ids_.size(); }

 private:
  struct Used {
    base::UnixMs until;
    std::string id;
  };
  void forget(base::UnixMs now);

  std::unordered_set<std::string> ids_;
  std::deque<Used> by_age_;
};

}  // namespace whoosh::shard
