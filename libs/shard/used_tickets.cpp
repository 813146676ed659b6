#include "shard/used_tickets.h"

#include <algorithm>

#include "base/assert.h"

namespace whoosh::shard {

bool UsedTickets::full(base::UnixMs now) {
  forget(now);
  return size_ >= used_tickets_max;
}

bool UsedTickets::has(std::uint64_t hash) const {
  for (std::uint16_t at = heads_[hash % heads]; at != none; at = ring_[at].next) {
    if (ring_[at].hash == hash) return true;
  }
  return false;
}

void UsedTickets::add(std::string_view id, base::UnixMs expires, base::UnixMs now) {
  ASSERT(size_ < used_tickets_max);
  const std::uint64_t hash = base::hash64(id);
  if (has(hash)) return;
  // At least the minimum, whatever the ticket says; at most an hour, so that a far date can't fill
  // the list.
  const base::UnixMs earliest = now.plus_ms(used_ticket_ms_min);
  const base::UnixMs until =
      std::clamp(expires.plus_ms(used_ticket_ms_min), earliest, now.plus_s(3600));
  const auto at = static_cast<std::uint16_t>((oldest_ + size_++) % used_tickets_max);
  ring_[at] = {hash, static_cast<std::uint32_t>((until.value + 999) / 1000), head(hash)};
  head(hash) = at;
}

// In order of use; an id that is kept longer keeps those behind it a little longer, too.
void UsedTickets::forget(base::UnixMs now) {
  while (size_ > 0 && std::int64_t{ring_[oldest_].until_s} * 1000 < now.value) {
    std::uint16_t* link = &head(ring_[oldest_].hash);
    while (*link != oldest_) link = &ring_[*link].next;
    *link = ring_[oldest_].next;
    oldest_ = (oldest_ + 1) % used_tickets_max;
    --size_;
  }
}

}  // namespace whoosh::shard
