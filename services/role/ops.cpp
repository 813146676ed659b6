#include "services/role/ops.h"

#include <algorithm>

#include "http/answer.h"
#include "services/role/process_metrics.h"
#include "services/role/version.h"
#include "wire/rest.h"

namespace whoosh::role {
namespace {

http::Response plain(std::string text) {
  http::Response response;
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = std::move(text);
  return response;
}

}  // namespace

OpsPages::OpsPages(OpsConfig config, metrics::Registry registry, runtime::Clock& clock,
                   runtime::Entropy& entropy)
    : config_(std::move(config)), registry_(std::move(registry)) {
  registry_.add(write_process);
  registry_.add([this](metrics::Exposition& out) {
    out.gauge("whoosh_build_info", "1; which version runs here, and as what.",
              {{"role", config_.role}, {"version", std::string(version())}}, 1);
    for (const auto& [check, standing] : config_.ready()) {
      out.gauge("whoosh_check", "1: this check of /readyz is good; 0: it is not.",
                {{"check", check}}, standing == "ok" ? 1 : 0);
    }
  });
  http::ServerConfig server;
  server.address = config_.listen;
  server.port = config_.port;
  server.threads = 1;
  server.connections_max = 64;
  server_ = std::make_unique<http::Server>(server, http::Policy{}, routes(), clock, entropy);
}

http::Router OpsPages::routes() {
  http::Router router;
  router.add(http::Method::get, "/metrics",
             [this](http::RequestContext&) -> http::Awaitable<http::Response> {
               co_return plain(registry_.text());
             });
  router.add(http::Method::get, "/livez",
             [](http::RequestContext&) -> http::Awaitable<http::Response> {
               co_return http::json(200, wire::Health{"ok", {}});
             });
  router.add(http::Method::get, "/readyz",
             [this](http::RequestContext&) -> http::Awaitable<http::Response> {
               wire::Health health{"ok", config_.ready()};
               const bool good =
                   std::all_of(health.checks.begin(), health.checks.end(),
                               [](const auto& check) { return check.second == "ok"; });
               if (!good) health.status = "unavailable";
               co_return http::json(good ? 200 : 503, health);
             });
  if (config_.drain) {
    router.add(http::Method::post, "/drain",
               [this](http::RequestContext& context) -> http::Awaitable<http::Response> {
                 // Any page that an operator looks at could post here; its browser would say so.
                 if (context.request.headers.has("Origin")) {
                   co_return http::error_response(base::ErrorCode::foreign_origin,
                                                  context.request_id);
                 }
                 config_.drain();
                 co_return http::json(202, wire::Health{"draining", {}});
               });
  }
  return router;
}

}  // namespace whoosh::role
