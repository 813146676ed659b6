#include "state/redis/rate_limits.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"
#include "state/redis/answers.h"

namespace whoosh::state::redis {

namespace {

// All in microseconds. ARGV: now, one token's time, burst. The same arithmetic as state/memory's;
// numbers stay below 2^53. Answers the microseconds to wait, 0 when a token was taken.
const Script take_script(1, R"(
local now_us, token_us, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local empty_us = now_us + burst * token_us
local known = tonumber(redis.call('GET', KEYS[1]))
local full_us = math.min(math.max(known or now_us, now_us), empty_us)
local missing_us = full_us + token_us - empty_us
local keep_us = full_us
if missing_us <= 0 then keep_us = full_us + token_us end
if missing_us <= 0 or keep_us ~= known then
  redis.call('SET', KEYS[1], whole(keep_us), 'PX',
             whole(math.max(1, math.ceil((keep_us - now_us) / 1000))))
end
return math.max(missing_us, 0)
)");

const Script give_script(1, R"(
local known = tonumber(redis.call('GET', KEYS[1]))
if not known then return 0 end
local now_us, full_us = tonumber(ARGV[1]), known - tonumber(ARGV[2])
if full_us <= now_us then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], whole(full_us), 'PX', whole(math.ceil((full_us - now_us) / 1000)))
end
return 1
)");

std::string token_us(RateRule rule) {
  return std::to_string(std::llround(60e6 / rule.per_minute));
}

}  // namespace

void RateLimits::take(std::string key, RateRule rule, UnixMs now, Reply<std::int32_t> reply) {
  ASSERT(rule.burst > 0);
  ASSERT(rule.per_minute > 0);
  Request request;
  request.key = client_.key("limit:{" + key + "}");
  request.script = &take_script;
  request.args = {request.key, std::to_string(now.value * 1000), token_us(rule),
                  std::to_string(rule.burst)};
  client_.call(std::move(request), [reply = std::move(reply)](base::Result<Value> result) mutable {
    result = checked(std::move(result));
    if (!result) return reply(result.error());
    const auto missing_us = result->number();
    if (!missing_us || *missing_us < 0) return reply(strange(*result));
    constexpr std::int64_t second_us = 1'000'000;
    reply(static_cast<std::int32_t>((*missing_us + second_us - 1) / second_us));
  });
}

void RateLimits::give(std::string key, RateRule rule, UnixMs now) {
  ASSERT(rule.per_minute > 0);
  Request request;
  request.key = client_.key("limit:{" + key + "}");
  request.script = &give_script;
  request.args = {request.key, std::to_string(now.value * 1000), token_us(rule)};
  // Without an answer by contract: a token that is not given back comes with time.
  client_.call(std::move(request), [](const base::Result<Value>&) {});
}

}  // namespace whoosh::state::redis
