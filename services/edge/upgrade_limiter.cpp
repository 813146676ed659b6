#include "services/edge/upgrade_limiter.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace whoosh::edge {
namespace {

constexpr std::uint64_t shared_key = 0;

// The first 64 bits of an IPv6 address, or an IPv4 address under a prefix that no IPv6 /64 has.
std::uint64_t key_of(const net::Address& address) {
  std::uint64_t key = 0;
  if (address.family == net::Address::Family::V6) {
    std::memcpy(&key, address.bytes.data(), sizeof key);
  } else {
    std::uint32_t v4 = 0;
    std::memcpy(&v4, address.bytes.data(), sizeof v4);
    key = std::uint64_t{0xffffffff} << 32 | v4;
  }
  return key;
}

}  // namespace

std::int32_t UpgradeLimiter::take(const net::Address& from, std::int64_t now_ms) {
  std::uint64_t key = key_of(from);
  Stripe& stripe = stripes_[key * 0x9e3779b97f4a7c15u >> 60];
  const std::lock_guard lock(stripe.mutex);
  auto& buckets = stripe.buckets;
  if (buckets.size() >= addresses_max && !buckets.contains(key)) {
    if (now_ms - stripe.searched_ms >= 1000) {
      stripe.searched_ms = now_ms;
      drop_full_buckets(stripe, now_ms);
    }
    if (buckets.size() >= addresses_max) key = shared_key;
  }
  const auto [at, fresh] =
      buckets.try_emplace(key, Bucket{static_cast<double>(rate_.burst), now_ms});
  Bucket& bucket = at->second;
  now_ms = std::max(now_ms, bucket.at_ms);  // loops' turns begin at different moments
  bucket.tokens = std::min<double>(
      rate_.burst, bucket.tokens + rate_.per_s * static_cast<double>(now_ms - bucket.at_ms) / 1000);
  bucket.at_ms = now_ms;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return 0;
  }
  return std::max(1, static_cast<std::int32_t>(std::ceil((1 - bucket.tokens) / rate_.per_s)));
}

void UpgradeLimiter::drop_full_buckets(Stripe& stripe, std::int64_t now_ms) const {
  std::erase_if(stripe.buckets, [&](const auto& entry) {
    const Bucket& bucket = entry.second;
    return bucket.tokens + rate_.per_s * static_cast<double>(now_ms - bucket.at_ms) / 1000 >=
           rate_.burst;
  });
}

}  // namespace whoosh::edge
