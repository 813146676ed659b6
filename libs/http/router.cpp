#include "http/router.h"

#include <algorithm>

#include "base/assert.h"

namespace whoosh::http {
namespace {

bool is_name(std::string_view segment) {
  return segment.starts_with('{');
}

bool fits(const Route& route, std::span<const std::string> path) {
  return std::ranges::equal(route.segments, path, [](const auto& pattern, const auto& segment) {
    return is_name(pattern) ? !segment.empty() : pattern == segment;
  });
}

// True iff `a` has a literal where `b` has its first name.
bool more_literal(const Route& a, const Route& b) {
  for (std::size_t i = 0; i < a.segments.size(); ++i) {
    if (is_name(a.segments[i]) != is_name(b.segments[i])) return is_name(b.segments[i]);
  }
  return false;
}

}  // namespace

void Router::add(Method method, std::string pattern, Handler handler) {
  ASSERT(pattern.starts_with('/'));
  Route route{method, std::move(pattern), std::move(handler), {}};
  std::string_view rest = std::string_view(route.pattern).substr(1);
  while (!rest.empty()) {
    const auto slash = rest.find('/');
    route.segments.emplace_back(rest.substr(0, slash));
    rest = slash == rest.npos ? std::string_view() : rest.substr(slash + 1);
  }
  const bool is_new = std::ranges::none_of(routes_, [&](const Route& other) {
    return other.method == route.method && other.pattern == route.pattern;
  });
  ASSERT(is_new);
  routes_.push_back(std::move(route));
}

const Route* Router::best(Method method, std::span<const std::string> path) const {
  const Route* found = nullptr;
  for (const Route& route : routes_) {
    if (route.method != method || !fits(route, path)) continue;
    if (found == nullptr || more_literal(route, *found)) found = &route;
  }
  return found;
}

Router::Match Router::find(RequestContext& context) const {
  const auto& path = context.request.segments;
  const Method method =
      context.request.method == Method::head ? Method::get : context.request.method;
  if (const Route* const route = best(method, path)) {
    for (std::size_t i = 0; i < path.size(); ++i) {
      const std::string& name = route->segments[i];
      if (!is_name(name)) continue;
      context.params.emplace_back(std::string_view(name).substr(1, name.size() - 2), path[i]);
    }
    context.route = route->pattern;
    return {&route->handler, {}};
  }
  Match match;
  for (const Method other :
       {Method::get, Method::post, Method::put, Method::patch, Method::delete_}) {
    if (best(other, path) == nullptr) continue;
    match.allow += std::string(method_text(other)) + ", ";
    if (other == Method::get) match.allow += "HEAD, ";
  }
  if (!match.allow.empty()) match.allow += "OPTIONS";
  if (match.allow.empty() && fallback_ && method == Method::get) match.handler = &fallback_;
  return match;
}

}  // namespace whoosh::http
