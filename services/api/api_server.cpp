#include "services/api/api_server.h"

#include <spdlog/spdlog.h>

#include "services/api/security_log.h"

namespace whoosh::api {
namespace {

constexpr std::int64_t sweep_batch = 1'000;  // store::Store::expire_guests

void log_access(const http::AccessLine& line) {
  const auto level = line.status >= 500 ? spdlog::level::err : spdlog::level::info;
  spdlog::log(level, "{} {} {} {} B {} us client={} user={} request={}{}{}", line.method, line.path,
              line.status, line.bytes, line.took_us, line.client,
              line.user.empty() ? "-" : line.user, line.request_id,
              line.problem.empty() ? "" : " problem=", line.problem);
  log_security(line);
}

}  // namespace

ApiServer::ApiServer(Config config, const Ports& ports)
    : config_(std::move(config)), app_(config_, ports) {}

ApiServer::~ApiServer() {
  stop();
}

base::Result<> ApiServer::start() {
  http::Policy policy;
  policy.allowed_origins = config_.allowed_origins;
  policy.access_log = [this](const http::AccessLine& line) {
    metrics_->count(line);
    log_access(line);
  };
  policy.https = config_.https;
  auto proxies = http::Networks::parse(config_.trusted_proxies);
  if (!proxies)
    return Error{ErrorCode::invalid_input, "trusted-proxies: " + proxies.error().message};
  policy.trusted_proxies = std::move(*proxies);
  http::Router router;
  add_routes(router, app_);
  metrics_ = std::make_unique<ApiMetrics>(router);
  if (!config_.web.empty()) {
    auto files = http::StaticFiles::load(config_.web);
    if (!files) return files.error();
    web_ = std::move(*files);
    router.set_fallback([this](RequestContext& context) -> http::Awaitable<Response> {
      co_return web_->answer(context);
    });
  }
  server_ = std::make_unique<http::Server>(config_.server, std::move(policy), std::move(router),
                                           app_.ports.clock, app_.ports.entropy);
  app_.revocations.start();
  if (const auto started = server_->start(); !started) return started.error();
  sweeper_ = std::make_shared<runtime::LoopThread>([this] { return sweep(); });
  sweeper_->post([this] { sweeping_ = true; });
  return {};
}

void ApiServer::stop() {
  if (server_) server_->stop();
  if (sweeper_) sweeper_->stop();
  app_.revocations.stop();
}

std::uint16_t ApiServer::port() const {
  return server_ ? server_->port() : 0;
}
std::size_t ApiServer::connections() const {
  return server_ ? server_->connections() : 0;
}
void ApiServer::collect(metrics::Exposition& out) const {
  metrics_->collect(out);
  write_coins(out, app_.coins);
  const http::ServerCounts counts = server_->counts();
  out.gauge("whoosh_http_connections", "Open connections of REST.", {},
            static_cast<double>(counts.connections));
  out.counter("whoosh_http_tls_handshakes_total", "TLS handshakes of REST done.", {},
              static_cast<double>(counts.handshakes));
  out.counter("whoosh_http_plain_refused_total", "Plain HTTP connections where TLS is spoken.", {},
              static_cast<double>(counts.plain_refused));
}
std::span<const http::Route> ApiServer::routes() const {
  return server_ ? server_->router().routes() : std::span<const http::Route>();
}

// Erases guests who have not played for a day, up to a thousand at a time. The answer comes back as
// a task of the same thread; a full batch asks again at the next turn.
std::int64_t ApiServer::sweep() {
  if (!sweeping_) return config_.guest_sweep_ms;
  const std::int64_t now_ms = app_.ports.clock.monotonic_ms();
  if (next_sweep_ms_ != 0 && now_ms < next_sweep_ms_) return next_sweep_ms_ - now_ms;
  next_sweep_ms_ = now_ms + config_.guest_sweep_ms;
  const base::UnixMs before = app_.now().plus_ms(-config_.guest_lifetime_ms);
  app_.ports.store.expire_guests(
      before, runtime::Reply<std::int64_t>(*sweeper_, [this, alive = sweeper_](
                                                          base::Result<std::int64_t> erased) {
        if (!erased) {
          spdlog::warn("expired guests could not be erased: {}", erased.error().sentence());
          return;
        }
        if (*erased > 0) spdlog::info("erased {} expired guests", *erased);
        if (*erased >= sweep_batch) next_sweep_ms_ = 0;
      }));
  return config_.guest_sweep_ms;
}

}  // namespace whoosh::api
