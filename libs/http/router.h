// Router: which handler answers a method and a path. Patterns are made of literal segments and
// {names}:
// "/api/rooms/{code}/join". A literal beats a name; a trailing slash makes no difference; HEAD is
// answered by the GET route. Filled before the server starts, immutable afterwards; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/context.h"

namespace whoosh::http {

struct Route {
  Method method = Method::get;
  std::string pattern;
  Handler handler;
  std::vector<std::string> segments;  // of the pattern
};

class Router {
 public:
  // REQUIRES: the pattern starts with '/', and the pair is new.
  void add(Method method, std::string pattern, Handler handler);
  // Answers GET and HEAD where no pattern fits: the static files.
  void set_fallback(Handler handler) { fallback_ = std::move(handler); }

  struct Match {
    const Handler* handler = nullptr;
    std::string allow;  // no handler, but the path exists: "GET, HEAD, OPTIONS"
  };
  // Fills the context's params and route.
  [[nodiscard]] Match find(RequestContext& context) const;

  [[nodiscard]] std::span<const Route> routes() const { return routes_; }

 private:
  [[nodiscard]] const Route* best(Method method, std::span<const std::string> path) const;

  std::vector<Route> routes_;
  Handler fallback_;
};

}  // namespace whoosh::http
