// Whether Service A can serve: its store answers. For load balancers and people; details are on the
// ops port.
#include "services/api/app.h"

namespace whoosh::api {
namespace {

constexpr std::int64_t ping_deadline_ms = 2'000;

// The error body of every 503, with what was checked beside it.
Response unwell(const RequestContext& context) {
  Response response = http::error_response(ErrorCode::unavailable, context.request_id);
  response.body.pop_back();
  response.body += R"(,"status":"unavailable","checks":{"store":"unavailable"}})";
  return response;
}

Answer health(App& app, RequestContext& context) {
  const auto store = co_await http::ask<>(
      context, [&](auto reply) { app.ports.store.ping(std::move(reply)); }, ping_deadline_ms);
  if (!store) co_return unwell(context);
  co_return http::json(200, wire::Health{"ok", {{"store", "ok"}}});
}

}  // namespace

void add_health_routes(http::Router& router, App& app) {
  app.add_open(router, Method::get, "/api/health", health);
}

}  // namespace whoosh::api
