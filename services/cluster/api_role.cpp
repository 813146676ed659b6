// `whoosh api`: Service A of a cluster, and what any of its processes may do for the whole: write
// results to the store, tell revocations on, release the rooms of dead nodes.
//
//   starting ──database opened──> serving ──stop()──> stopped
//      │ every retry_ms, while it is away or its schema is not ours
//      └── /readyz says what is wrong; REST does not listen yet
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "services/api/api_server.h"
#include "services/api/result_worker.h"
#include "services/cluster/cluster_gateway.h"
#include "services/cluster/common_parts.h"
#include "services/cluster/janitor.h"
#include "services/cluster/revocation_publisher.h"
#include "services/cluster/role.h"
#include "services/database/database.h"
#include "services/role/checks.h"
#include "services/role/identity.h"
#include "services/role/ops.h"
#include "services/role/paths.h"
#include "services/role/tls_watch.h"
#include "services/role/urls.h"
#include "state/node_book.h"

namespace whoosh::cluster {
namespace {

constexpr std::int64_t retry_ms = 1'000;
constexpr std::int64_t stop_grace_ms = 5'000;  // for requests that are being answered

class ApiRole final : public Role {
 public:
  ApiRole(const ApiConfig& config, std::unique_ptr<CommonParts> common)
      : config_(config), common_(std::move(common)), state_(*common_->state) {}
  ~ApiRole() override {
    stop([] { return true; });
  }

  [[nodiscard]] base::Result<> start();
  [[nodiscard]] Ports ports() const override { return {http_port_, 0, ops_->port()}; }
  void reload() override {
    common_->key_watch->reload();
    if (tls_watch_) tls_watch_->reload();
  }
  void stop(const std::function<bool()>& hurry) override;

 private:
  std::int64_t try_to_serve();
  [[nodiscard]] base::Result<> open_store();
  [[nodiscard]] base::Result<> serve();
  [[nodiscard]] api::Config api_config() const;
  void start_worker();
  [[nodiscard]] base::Result<> start_ops();
  [[nodiscard]] base::Result<> read_certificate();
  [[nodiscard]] std::map<std::string, std::string> checks();
  void say(std::string standing);

  const ApiConfig config_;
  const std::unique_ptr<CommonParts> common_;
  role::LiveState& state_;
  std::unique_ptr<state::NodeBook> book_;
  std::unique_ptr<ClusterGateway> gateway_;
  std::unique_ptr<Janitor> janitor_;
  std::unique_ptr<RevocationPublisher> publisher_;
  state::RevocationList revoked_;  // kept by the server, from the store's rows
  auth::Sealer sealer_;
  std::unique_ptr<role::OpsPages> ops_;
  std::unique_ptr<role::TlsWatch> tls_watch_;  // null: no TLS
  // Made by starter_'s thread; nobody else looks at them until serving_.
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<api::ResultWorker> worker_;
  std::unique_ptr<api::ApiServer> server_;
  std::atomic<bool> serving_{false};
  std::atomic<std::uint16_t> http_port_{0};
  std::mutex mutex_;  // protects standing_; nothing is called under it
  std::string standing_ = "not opened yet";
  bool stopped_ = false;
  std::unique_ptr<runtime::LoopThread> starter_;
};

base::Result<> ApiRole::start() {
  auto sealer = role::load_sealer(config_.keys);
  if (!sealer) return sealer.error();
  if (!sealer->can_seal()) {
    spdlog::warn(
        "--keys has no *.secret: nobody can set up a second factor (whoosh keys makes one)");
  }
  sealer_ = std::move(*sealer);
  book_ = std::make_unique<state::NodeBook>(state_.nodes(), common_->clock);
  gateway_ = std::make_unique<ClusterGateway>(
      config_.edge_url, ClusterGateway::Ports{[this] { return *book_->living(); }, state_.lobbies(),
                                              common_->key, common_->clock, common_->entropy,
                                              config_.tls_cert.empty() ? "ws" : "wss"});
  janitor_ = std::make_unique<Janitor>(
      common_->holder,
      Janitor::Ports{state_.nodes(), state_.directory(), state_.leases(), common_->clock});
  publisher_ = std::make_unique<RevocationPublisher>(state_.revocations(), common_->clock);
  if (const auto ok = read_certificate(); !ok) return ok;
  if (const auto ok = start_ops(); !ok) return ok;
  starter_ = std::make_unique<runtime::LoopThread>([this] { return try_to_serve(); });
  if (tls_watch_ == nullptr) return {};
  // By way of the thread that makes the server: a certificate that comes meanwhile is not lost.
  tls_watch_->start([this](const tls::ContextPtr& fresh) {
    starter_->post([this, fresh] {
      if (serving_) server_->set_tls(fresh);
    });
  });
  return {};
}

base::Result<> ApiRole::read_certificate() {
  if (config_.tls_cert.empty()) return {};
  auto read = role::TlsWatch::make({config_.tls_cert, config_.tls_key}, common_->clock);
  if (!read) return read.error();
  tls_watch_ = std::move(*read);
  return {};
}

std::int64_t ApiRole::try_to_serve() {
  constexpr std::int64_t for_ever_ms = 60'000;
  if (serving_) return for_ever_ms;
  if (const auto opened = open_store(); !opened) {
    say(std::string(opened.error().sentence()));
    return retry_ms;
  }
  if (const auto serves = serve(); !serves) {
    say(std::string(serves.error().sentence()));
    return retry_ms;
  }
  http_port_ = server_->port();
  serving_ = true;
  spdlog::info("REST on port {}", http_port_.load());
  return for_ever_ms;
}

base::Result<> ApiRole::open_store() {
  if (store_) return {};
  const auto location = database::parse(config_.database);
  if (!location) return location.error();
  database::Options options;
  options.connections = static_cast<int>(config_.database_connections);
  options.report = [](std::string_view sentence) { spdlog::error("database: {}", sentence); };
  auto opened = database::open(*location, std::move(options));
  if (!opened) return opened.error();
  store_ = std::move(*opened);
  return {};
}

api::Config ApiRole::api_config() const {
  api::Config out;
  out.server.address = config_.listen;
  out.server.port = config_.http_port;
  out.server.threads = config_.api_threads != 0
                           ? config_.api_threads
                           : std::clamp(std::thread::hardware_concurrency(), 1u, 4u);
  out.server.stop_grace_ms = stop_grace_ms;
  out.allowed_origins = config_.allowed_origins;
  out.trusted_proxies = config_.trusted_proxies;
  out.public_host = role::host_of_url(config_.public_url);
  out.https = tls_watch_ != nullptr || config_.public_url.starts_with("https://");
  if (tls_watch_) out.server.tls = tls_watch_->current();
  out.web = role::web_folder(config_.web);
  out.rates.enabled = config_.rate_limits;
  out.sealer = sealer_;
  out.operators_need_totp = role::operators_need_totp(config_.require_admin_totp, out.https);
  out.session_lifetime_ms = role::days_ms(config_.session_days);
  if (config_.password_cost == "minimal") out.password_cost = auth::Cost::minimal();
  return out;
}

base::Result<> ApiRole::serve() {
  server_ = std::make_unique<api::ApiServer>(
      api_config(), api::Ports{*store_, state_.directory(), state_.queue(), state_.limits(),
                               *gateway_, *common_->authority, common_->clock, common_->entropy,
                               revoked_, [this](std::vector<state::Revoked> fresh) {
                                 publisher_->publish(std::move(fresh));
                               }});
  if (const auto started = server_->start(); !started) return started;
  start_worker();
  return {};
}

void ApiRole::start_worker() {
  api::ResultWorkerConfig worker;
  worker.consumer = "api-" + common_->holder;
  auto apply = [this](match::MatchRecord record, runtime::Reply<store::AppliedResult> reply) {
    store_->apply_result(std::move(record), std::move(reply));
  };
  worker_ = std::make_unique<api::ResultWorker>(
      std::move(worker), api::ResultWorkerPorts{state_.results(), std::move(apply), common_->clock},
      [this](const match::MatchRecord& record, const store::AppliedResult& applied) {
        gateway_->settled(record, applied.settlement);
      });
}

base::Result<> ApiRole::start_ops() {
  metrics::Registry metrics;
  metrics.add([this](metrics::Exposition& out) {
    common_->key_watch->collect(out);
    out.gauge("whoosh_nodes", "Living edges as this process knows them.", {},
              static_cast<double>(book_->living()->size()));
    if (tls_watch_) tls_watch_->collect(out);
    if (!serving_) return;
    api::write_results(out, worker_->counts());
    server_->collect(out);
  });
  role::OpsConfig pages;
  pages.role = "api";
  pages.listen = config_.ops_listen;
  pages.port = config_.ops_port;
  pages.ready = [this] { return checks(); };
  ops_ = std::make_unique<role::OpsPages>(std::move(pages), std::move(metrics), common_->clock,
                                          common_->entropy);
  return ops_->start();
}

std::map<std::string, std::string> ApiRole::checks() {
  std::map<std::string, std::string> out{{"keys", "ok"}};
  out["state"] = role::check(common_->mailbox,
                             [this](runtime::Reply<> reply) { state_.ping(std::move(reply)); });
  if (serving_) {
    out["database"] = role::check(
        common_->mailbox, [this](runtime::Reply<> reply) { store_->ping(std::move(reply)); });
  } else {
    const std::lock_guard lock(mutex_);
    out["database"] = standing_;
  }
  return out;
}

void ApiRole::say(std::string standing) {
  {
    const std::lock_guard lock(mutex_);
    if (standing_ == standing) return;
    standing_ = standing;
  }
  spdlog::error("not serving yet: {}", standing);
}

void ApiRole::stop(const std::function<bool()>&) {
  if (std::exchange(stopped_, true)) return;
  if (tls_watch_) tls_watch_->stop();
  if (starter_) starter_->stop();
  if (ops_) ops_->stop();
  if (server_) server_->stop();
  if (worker_) worker_->stop();
  if (janitor_) janitor_->stop();
  if (publisher_) publisher_->stop();
  if (gateway_) gateway_->stop();
  store_.reset();  // finishes the writes it has accepted
  if (book_) book_->stop();
  common_->key_watch->stop();
  common_->mailbox.stop();
  common_->state.reset();
}

}  // namespace

StartedRole start_api(const ApiConfig& config) {
  auto common = CommonParts::make(config, true);
  if (!common) return common.error();
  auto api = std::make_unique<ApiRole>(config, std::move(*common));
  if (const auto started = api->start(); !started) return started.error();
  return std::unique_ptr<Role>(std::move(api));
}

}  // namespace whoosh::cluster
