// UsedTickets: ids of seat tickets that were shown, so that none is used twice. An id is kept until
// its ticket can't be valid any more, as its 64-bit hash: ids are random and ours, so of 5 * 10^14
// tickets one is taken for a used one. Bounded: when full, tickets are refused until the oldest has
// expired.
//
// Owner: one Shard. Its thread. Memory is taken at the start, 640 KiB, and never grows: a ring in
// order of use, and lists over it by hash.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "base/time.h"
#include "shard/limits.h"

namespace whoosh::shard {

class UsedTickets {
 public:
  UsedTickets() : ring_(used_tickets_max), heads_(heads, none) {}

  [[nodiscard]] bool contains(std::string_view id) const { return has(base::hash64(id)); }
  [[nodiscard]] bool full(base::UnixMs now);  // after forgetting what has expired
  // REQUIRES: !full(now).
  void add(std::string_view id, base::UnixMs expires, base::UnixMs now);
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Used {
    std::uint64_t hash = 0;
    std::uint32_t until_s = 0;  // Unix time
    std::uint16_t next = 0;     // of the same list
  };
  static_assert(sizeof(Used) == 16);
  static constexpr std::uint16_t none = 0xffff;
  static constexpr std::size_t heads = 65'536;
  static_assert(used_tickets_max < none && used_tickets_max <= heads / 2);

  [[nodiscard]] bool has(std::uint64_t hash) const;
  [[nodiscard]] std::uint16_t& head(std::uint64_t hash) { return heads_[hash % heads]; }
  void forget(base::UnixMs now);

  std::vector<Used> ring_;
  std::vector<std::uint16_t> heads_;
  std::size_t oldest_ = 0;
  std::size_t size_ = 0;
};

}  // namespace whoosh::shard
