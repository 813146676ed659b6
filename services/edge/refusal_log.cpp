#include "services/edge/refusal_log.h"

#include <fmt/format.h>

#include <utility>

namespace whoosh::edge {

std::optional<std::string> RefusalLog::line(const Refusal& refusal, std::int64_t now_ms) {
  const int status = base::error_status(refusal.code);
  if (status != 401 && status != 403 && status != 429) return std::nullopt;
  if (const std::int64_t second = now_ms / 1000; second != second_) {
    second_ = second;
    lines_ = 0;
  }
  if (lines_ == lines_per_second_max) {
    ++left_out_;
    return std::nullopt;
  }
  ++lines_;
  std::string text = fmt::format(
      "security event={} code={} method=GET path=/ws status={} client={} user=- request={}",
      status == 429 ? "rate_limited" : "access_denied", base::error_name(refusal.code), status,
      refusal.client.empty() ? "-" : refusal.client, refusal.request_id);
  if (const std::int64_t before = std::exchange(left_out_, 0); before > 0) {
    text += fmt::format(" left_out={}", before);
  }
  return text;
}

}  // namespace whoosh::edge
