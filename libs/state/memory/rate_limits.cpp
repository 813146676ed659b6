#include "state/memory/rate_limits.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"

namespace whoosh::state::memory {

void RateLimits::take(std::string key, RateRule rule, UnixMs now, Reply<std::int32_t> reply) {
  ASSERT(rule.burst > 0);
  ASSERT(rule.per_minute > 0);
  const std::int32_t wait_s = [&] {
    const std::scoped_lock lock(mutex_);
    return take_locked(key, rule, now);
  }();
  reply(wait_s);
}

void RateLimits::give(std::string key, RateRule rule, UnixMs now) {
  ASSERT(rule.burst > 0);
  ASSERT(rule.per_minute > 0);
  const std::scoped_lock lock(mutex_);
  const auto found = full_at_us_.find(key);
  if (found == full_at_us_.end()) return;  // full already
  const std::int64_t full_at_us = found->second - std::llround(60e6 / rule.per_minute);
  store(key, std::max(full_at_us, now.value * 1000), now.value * 1000);
}

std::size_t RateLimits::size() const {
  const std::scoped_lock lock(mutex_);
  return full_at_us_.size();
}

std::int32_t RateLimits::take_locked(const std::string& key, RateRule rule, UnixMs now) {
  const std::int64_t now_us = now.value * 1000;
  const std::int64_t token_us = std::llround(60e6 / rule.per_minute);
  const std::int64_t empty_us = now_us + rule.burst * token_us;  // full_at of an empty bucket
  const auto found = full_at_us_.find(key);
  // Clamped: wall time may have jumped back, or the rule may have changed.
  const std::int64_t full_at_us =
      found == full_at_us_.end() ? now_us : std::clamp(found->second, now_us, empty_us);
  const std::int64_t missing_us = full_at_us + token_us - empty_us;
  if (missing_us > 0) {
    if (full_at_us != found->second) store(key, full_at_us, now_us);  // clamped once, not for ever
    constexpr std::int64_t second_us = 1'000'000;
    return static_cast<std::int32_t>((missing_us + second_us - 1) / second_us);
  }
  store(key, full_at_us + token_us, now_us);
  return 0;
}

void RateLimits::store(const std::string& key, std::int64_t full_at_us, std::int64_t now_us) {
  if (const auto old = full_at_us_.find(key); old != full_at_us_.end()) {
    by_full_at_.erase({old->second, key});
    full_at_us_.erase(old);
  }
  while (!by_full_at_.empty() &&
         (by_full_at_.begin()->first <= now_us || full_at_us_.size() >= keys_max_)) {
    full_at_us_.erase(by_full_at_.begin()->second);
    by_full_at_.erase(by_full_at_.begin());
  }
  full_at_us_.emplace(key, full_at_us);
  by_full_at_.emplace(full_at_us, key);
}

}  // namespace whoosh::state::memory
