// UpgradeLimiter: how often one address may ask for a WebSocket: a token bucket per IPv4 address or
// IPv6 /64. One per loop, its thread only. Bounded: at addresses_max the buckets that are full
// again are dropped, and if none is, newcomers share one bucket.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "net/address.h"

namespace whoosh::edge {

struct UpgradeRate {
  std::int32_t burst = 200;  // a party, or a school class, behind one router
  double per_s = 20;
};

class UpgradeLimiter {
 public:
  static constexpr std::size_t addresses_max = 65'536;

  explicit UpgradeLimiter(UpgradeRate rate) : rate_(rate) {}

  // 0: go on. Else the seconds to wait.
  [[nodiscard]] std::int32_t take(const net::Address& from, std::int64_t now_ms);

 private:
  struct Bucket {
    double tokens = 0;
    std::int64_t at_ms = 0;
  };
  void drop_full_buckets(std::int64_t now_ms);

  UpgradeRate rate_;
  std::unordered_map<std::uint64_t, Bucket> buckets_;
};

}  // namespace whoosh::edge
