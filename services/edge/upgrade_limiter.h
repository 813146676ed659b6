// UpgradeLimiter: how often one address may ask for a WebSocket: a token bucket per IPv4 address or
// IPv6 /64. One per process, any thread, so that it makes no difference which of its loops a
// connection comes to. Bounded: at addresses_max of a stripe the buckets that are full again are
// dropped, and if none is, newcomers share one bucket.
//
// Not counted across nodes: that would ask the state before every upgrade, a round trip in the
// common path, to refuse what the next edge may take once more; n edges let n times the burst in.
//
// Lock ledger: a stripe's mutex protects its buckets; taken in take(), for one look-up; nothing is
// called under it. Loops meet in one stripe only when addresses share 1 of 16.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "net/address.h"

namespace whoosh::edge {

struct UpgradeRate {
  std::int32_t burst = 200;  // a party, or a school class, behind one router
  double per_s = 20;
};

class UpgradeLimiter {
 public:
  static constexpr std::size_t stripes = 16;
  static constexpr std::size_t addresses_max = 8'192;  // of one stripe

  explicit UpgradeLimiter(UpgradeRate rate) : rate_(rate) {}

  // 0: go on. Else the seconds to wait.
  [[nodiscard]] std::int32_t take(const net::Address& from, std::int64_t now_ms);

 private:
  struct Bucket {
    double tokens = 0;
    std::int64_t at_ms = 0;
  };
  struct Stripe {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, Bucket> buckets;
    std::int64_t searched_ms = 0;  // for full buckets, at most once a second
  };
  void drop_full_buckets(Stripe& stripe, std::int64_t now_ms) const;

  const UpgradeRate rate_;
  std::array<Stripe, stripes> stripes_;
};

}  // namespace whoosh::edge
