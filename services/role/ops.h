// OpsPages: what an operator's tools read from one service, on a port of its own, 127.0.0.1 by
// default: /metrics (Prometheus), /livez, /readyz, POST /drain (not from a browser's page). Owner:
// the role, which gives its own metrics; those of the process itself are added here.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "http/server.h"
#include "metrics/exposition.h"

namespace whoosh::role {

struct OpsConfig {
  std::string role;  // "api", "edge" …: of whoosh_build_info
  std::string listen = "127.0.0.1";
  std::uint16_t port = 9090;
  std::string port_flag;  // named when the port is taken
  std::function<std::map<std::string, std::string>()>
      ready;                    // check -> "ok" or what is wrong; any thread
  std::function<void()> drain;  // empty: nothing to drain here
};

class OpsPages {
 public:
  OpsPages(OpsConfig config, metrics::Registry registry, runtime::Clock& clock,
           runtime::Entropy& entropy);

  [[nodiscard]] base::Result<> start() { return server_->start(); }
  void stop() { server_->stop(); }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

 private:
  [[nodiscard]] http::Router routes();

  OpsConfig config_;
  metrics::Registry registry_;
  std::unique_ptr<http::Server> server_;  // one thread: registry_ is read by that one only
};

}  // namespace whoosh::role
