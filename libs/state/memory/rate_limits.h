// Token buckets of one process. Owner: the wiring. Any thread.
//
// A bucket is one number, the time at which it is full again; a full one is as good as none and is
// dropped. Invariant: at most keys_max buckets; beyond, the one nearest to full goes, which
// forgives least.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

#include "state/state.h"

namespace whoosh::state::memory {

// Lock ledger: mutex_ protects the buckets; taken in take(), give() and size(); nothing is called
// under it.
class RateLimits final : public state::RateLimits {
 public:
  explicit RateLimits(std::size_t keys_max = 100'000) : keys_max_(keys_max) {}

  // REQUIRES: rule.burst > 0, rule.per_minute > 0.
  void take(std::string key, RateRule rule, UnixMs now, Reply<std::int32_t> reply) override;
  void give(std::string key, RateRule rule, UnixMs now) override;
  [[nodiscard]] std::size_t size() const;

 private:
  std::int32_t take_locked(const std::string& key, RateRule rule, UnixMs now);
  void store(const std::string& key, std::int64_t full_at_us, std::int64_t now_us);

  const std::size_t keys_max_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::int64_t> full_at_us_;
  std::set<std::pair<std::int64_t, std::string>> by_full_at_;
};

}  // namespace whoosh::state::memory
