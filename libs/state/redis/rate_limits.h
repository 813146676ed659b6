// Token buckets in Redis, so that limits hold across processes. A bucket is one number, the time at
// which it is full again, in its key's own slot, forgotten when it is full. Owner: Redis. Any
// thread.
//
// Time: the caller's `now`. Processes whose clocks differ by s seconds see each other's buckets
// shifted by s: keep them within a second (NTP), as tokens need it anyway.
#pragma once

#include "state/redis/client.h"
#include "state/state.h"

namespace whoosh::state::redis {

class RateLimits final : public state::RateLimits {
 public:
  explicit RateLimits(Client& client) : client_(client) {}

  // REQUIRES: rule.burst > 0, rule.per_minute > 0.
  void take(std::string key, RateRule rule, UnixMs now, Reply<std::int32_t> reply) override;
  void give(std::string key, RateRule rule, UnixMs now) override;

 private:
  Client& client_;
};

}  // namespace whoosh::state::redis
