#include "shard/used_tickets.h"

#include <algorithm>

#include "base/assert.h"
#include "shard/limits.h"

namespace whoosh::shard {

bool UsedTickets::full(base::UnixMs now) {
  forget(now);
  return ids_.size() >= used_tickets_max;
}

void UsedTickets::add(std::string_view id, base::UnixMs expires, base::UnixMs now) {
  ASSERT(ids_.size() < used_tickets_max);
  if (!ids_.emplace(id).second) return;
  // At least the minimum, whatever the ticket says; at most an hour, so that a far date can't fill
  // the list.
  const base::UnixMs earliest = now.plus_ms(used_ticket_ms_min);
  const base::UnixMs until =
      std::clamp(expires.plus_ms(used_ticket_ms_min), earliest, now.plus_s(3600));
  by_age_.push_back({until, std::string(id)});
}

// In order of use; an id that is kept longer keeps those behind it a little longer, too.
void UsedTickets::forget(base::UnixMs now) {
  while (!by_age_.empty() && by_age_.front().until < now) {
    ids_.erase(by_age_.front().id);
    by_age_.pop_front();
  }
}

}  // namespace whoosh::shard
