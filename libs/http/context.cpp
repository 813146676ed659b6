#include "http/context.h"

#include "base/assert.h"

namespace whoosh::http {

const std::string& RequestContext::param(std::string_view name) const {
  for (const auto& [key, value] : params) {
    if (key == name) return value;
  }
  base::assertion_failed("the route's pattern has this parameter", __FILE__, __LINE__);
}

std::optional<std::string> RequestContext::query(std::string_view name) const {
  for (const auto& [key, value] : request.query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

}  // namespace whoosh::http
