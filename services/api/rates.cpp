#include "services/api/rates.h"

#include "http/ask.h"

namespace whoosh::api {

http::Awaitable<base::Result<>> RateGate::take(http::RequestContext& context, Limit limit) const {
  if (!enabled_) co_return base::Result<>();
  const auto wait_s = co_await http::ask<std::int32_t>(context, [&](auto reply) {
    limits_.take(limit.key, limit.rule, clock_.now(), std::move(reply));
  });
  if (!wait_s) co_return wait_s.error();
  if (*wait_s == 0) co_return base::Result<>();
  base::Error error{base::ErrorCode::rate_limited};
  error.retry_after_s = *wait_s;
  co_return error;
}

void RateGate::give(Limit limit) const {
  if (enabled_) limits_.give(std::move(limit.key), limit.rule, clock_.now());
}

}  // namespace whoosh::api
