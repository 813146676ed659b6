// ApiServer: Service A whole: routes, static web client, listener, and the sweep that erases
// expired guests. Owner: the wiring. start() and stop() from one thread, once each; the ports
// outlive it and still answer while stop() runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "http/static_files.h"
#include "metrics/exposition.h"
#include "runtime/loop_thread.h"
#include "services/api/app.h"

namespace whoosh::api {

class ApiServer {
 public:
  ApiServer(Config config, const Ports& ports);
  ~ApiServer();  // stops

  // One sentence for the operator: a port is taken, there is no web client, a wrong address in the
  // config.
  [[nodiscard]] base::Result<> start();
  void stop();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] const Inviter& inviter() const { return app_.inviter; }
  // Newcomers get this certificate. REQUIRES: one was in the config; started.
  void set_tls(const tls::ContextPtr& context) { server_->set_tls(context); }
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] std::span<const http::Route> routes() const;  // after start()
  void collect(metrics::Exposition& out) const;               // after start(); any thread

 private:
  [[nodiscard]] std::int64_t sweep();

  const Config config_;
  App app_;
  std::optional<http::StaticFiles> web_;
  std::unique_ptr<ApiMetrics> metrics_;  // outlives the server, which counts in it
  std::unique_ptr<http::Server> server_;
  std::shared_ptr<runtime::LoopThread> sweeper_;  // kept alive by a sweep under way
  bool sweeping_ = false;                         // from here on of sweeper_'s thread
  std::int64_t next_sweep_ms_ = 0;
};

}  // namespace whoosh::api
