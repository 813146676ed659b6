// `whoosh edge`: Service B of a cluster: the edge itself, its place among the living nodes, its
// internal HTTP, and the way of results to state.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "services/cluster/cluster_gateway.h"
#include "services/cluster/common_parts.h"
#include "services/cluster/lobby_register.h"
#include "services/cluster/membership.h"
#include "services/cluster/own_address.h"
#include "services/cluster/role.h"
#include "services/edge/edge_server.h"
#include "services/edge/internal_routes.h"
#include "services/edge/local_gateway.h"
#include "services/edge/result_spool.h"
#include "services/role/checks.h"
#include "services/role/data_lock.h"
#include "services/role/ops.h"
#include "services/role/paths.h"
#include "services/role/process_metrics.h"
#include "services/role/tls_watch.h"
#include "services/role/urls.h"
#include "services/role/version.h"
#include "state/node_book.h"
#include "state/revocation_feed.h"
#include "state/revocation_list.h"

namespace whoosh::cluster {
namespace {

constexpr unsigned internal_threads = 2;
constexpr std::size_t internal_connections_max = 256;

class EdgeRole final : public Role {
 public:
  EdgeRole(const EdgeConfig& config, std::unique_ptr<CommonParts> common)
      : config_(config), common_(std::move(common)), state_(*common_->state) {}
  ~EdgeRole() override {
    stop([] { return true; });
  }

  [[nodiscard]] base::Result<> start();
  [[nodiscard]] Ports ports() const override {
    return {edge_->port(), internal_->port(), ops_->port()};
  }
  void reload() override {
    common_->key_watch->reload();
    if (tls_watch_) tls_watch_->reload();
  }
  void stop(const std::function<bool()>& hurry) override;

 private:
  [[nodiscard]] base::Result<edge::EdgeConfig> edge_config() const;
  [[nodiscard]] base::Result<> start_internal();
  [[nodiscard]] base::Result<> start_ops();
  void finished(match::MatchRecord record);
  [[nodiscard]] std::optional<net::Address> address_of(const std::string& node) const;
  void wait_for_rooms(const std::function<bool()>& hurry);
  [[nodiscard]] std::optional<state::NodeLoad> load_now();
  [[nodiscard]] state::Node node() const;

  const EdgeConfig config_;
  role::DataLock data_lock_;
  const std::unique_ptr<CommonParts> common_;
  role::LiveState& state_;
  state::RevocationList revoked_;
  std::unique_ptr<state::NodeBook> book_;
  std::unique_ptr<ClusterGateway> others_;
  std::unique_ptr<edge::ResultSpool> spool_;
  std::unique_ptr<edge::EdgeServer> edge_;
  std::unique_ptr<state::RevocationFeed> feed_;
  std::unique_ptr<edge::LocalGateway> own_;
  std::unique_ptr<LobbyRegister> lobbies_;
  std::unique_ptr<http::Server> internal_;
  std::unique_ptr<Membership> membership_;
  std::unique_ptr<role::OpsPages> ops_;
  std::unique_ptr<role::TlsWatch> tls_watch_;  // null: no TLS
  bool stopped_ = false;
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

base::Result<edge::EdgeConfig> EdgeRole::edge_config() const {
  edge::EdgeConfig out;
  out.node = config_.node_name;
  out.node_number = std::nullopt;  // Membership gives it one
  out.listen = config_.listen;
  out.port = config_.edge_port;
  out.shards = config_.shards;
  out.full.players_max = config_.players_max;
  out.net.io = *net::parse_io(config_.io);
  if (tls_watch_) out.net.tls = tls_watch_->current();
  out.descriptors_for_others += internal_connections_max;
  out.shard.tick_ms = static_cast<std::int32_t>(config_.tick_ms);
  out.rate_limits = config_.rate_limits;
  out.query_tokens = config_.query_tokens;
  auto proxies = http::Networks::parse(config_.trusted_proxies);
  if (!proxies) return proxies.error();
  out.trusted_proxies = std::move(*proxies);
  for (const std::string& origin : config_.allowed_origins)
    out.allowed_origins.push_back(lower(origin));
  if (!config_.public_url.empty()) out.allowed_origins.push_back(lower(config_.public_url));
  out.match_logs = role::match_log_folder(config_.data);
  return out;
}

base::Result<> EdgeRole::start() {
  if (const auto folder = role::make_data_folder(config_.data); !folder) return folder;
  auto lock = role::DataLock::take(config_.data);
  if (!lock) return lock.error();
  data_lock_ = std::move(*lock);
  if (!config_.tls_cert.empty()) {
    auto read = role::TlsWatch::make({config_.tls_cert, config_.tls_key}, common_->clock);
    if (!read) return read.error();
    tls_watch_ = std::move(*read);
  }
  auto edge_config = this->edge_config();
  if (!edge_config) return edge_config.error();
  book_ = std::make_unique<state::NodeBook>(state_.nodes(), common_->clock);
  others_ = std::make_unique<ClusterGateway>(
      "", ClusterGateway::Ports{[this] { return *book_->living(); }, state_.lobbies(), common_->key,
                                common_->clock, common_->entropy});
  edge::ResultSpoolOptions spool;
  spool.folder = config_.data + "/results";
  spool_ = std::make_unique<edge::ResultSpool>(std::move(spool), state_.results(), common_->clock);
  edge_config->lobby_entered = [this](base::UserId user) { lobbies_->entered(user); };
  edge_ = std::make_unique<edge::EdgeServer>(
      std::move(*edge_config),
      edge::Ports{*common_->authority, state_.directory(), state_.limits(), revoked_,
                  common_->clock, &common_->key,
                  [this](const std::string& name) { return address_of(name); }},
      [this](match::MatchRecord record) { finished(std::move(record)); });
  lobbies_ =
      std::make_unique<LobbyRegister>(config_.node_name, state_.lobbies(), *edge_, common_->clock,
                                      [this](const std::string& node, base::UserId user) {
                                        return others_->lobby_replaced(node, user);
                                      });
  own_ = std::make_unique<edge::LocalGateway>(*edge_, config_.advertise_ws_url, "", common_->clock);
  if (const auto ok = edge_->start(*own_); !ok) return ok;
  if (tls_watch_)
    tls_watch_->start([this](const tls::ContextPtr& fresh) { edge_->set_tls(fresh); });
  feed_ = std::make_unique<state::RevocationFeed>(
      state_.revocations(), revoked_, common_->clock,
      [this](std::span<const state::Revoked> fresh) { edge_->revoke(fresh); });
  if (const auto ok = start_internal(); !ok) return ok;
  if (const auto ok = start_ops(); !ok) return ok;
  membership_ = std::make_unique<Membership>(
      node(), Membership::Ports{state_.nodes(), *edge_, common_->clock, common_->entropy});
  return {};
}

base::Result<> EdgeRole::start_internal() {
  http::Router router;
  edge::add_internal_routes(router, {*edge_, common_->key, common_->clock});
  http::ServerConfig server;
  server.address = config_.internal_listen;
  server.port = config_.internal_port;
  server.threads = internal_threads;
  server.connections_max = internal_connections_max;
  internal_ = std::make_unique<http::Server>(server, http::Policy{}, std::move(router),
                                             common_->clock, common_->entropy);
  return internal_->start();
}

base::Result<> EdgeRole::start_ops() {
  metrics::Registry metrics;
  metrics.add([this](metrics::Exposition& out) {
    common_->key_watch->collect(out);
    edge_->collect(out);
    role::write_disk(out, config_.data);
    if (tls_watch_) tls_watch_->collect(out);
    out.gauge("whoosh_nodes", "Living edges as this process knows them.", {},
              static_cast<double>(book_->living()->size()));
    out.gauge("whoosh_results_spooled", "Results that wait on disk for the state.", {},
              static_cast<double>(spool_->waiting()));
    out.counter("whoosh_results_lost_total", "Results that found no room on disk.", {},
                static_cast<double>(spool_->lost()));
  });
  role::OpsConfig pages;
  pages.role = "edge";
  pages.listen = config_.ops_listen;
  pages.port = config_.ops_port;
  pages.ready = [this] {
    return std::map<std::string, std::string>{
        {"edge", edge_->is_draining() ? "draining" : "ok"},
        {"keys", "ok"},
        {"node", membership_ ? membership_->standing() : "starting"},
        {"state", role::check(common_->mailbox,
                              [this](runtime::Reply<> reply) { state_.ping(std::move(reply)); })}};
  };
  pages.drain = [this] { edge_->set_draining(true); };
  ops_ = std::make_unique<role::OpsPages>(std::move(pages), std::move(metrics), common_->clock,
                                          common_->entropy);
  return ops_->start();
}

state::Node EdgeRole::node() const {
  state::Node node;
  node.name = config_.node_name;
  node.ws_url = config_.advertise_ws_url;
  node.internal_host = config_.internal_host;
  node.internal_port = internal_->port();
  node.edge_port = edge_->port();
  node.version = role::version();
  return node;
}

// Where another node takes WebSockets, for forwarding.
std::optional<net::Address> EdgeRole::address_of(const std::string& name) const {
  const auto node = book_->by_name(name);
  if (!node) return std::nullopt;
  return net::Address::parse(node->internal_host, node->edge_port);
}

// On a loop's thread. Whose match is over may queue again, and its result goes to the store.
void EdgeRole::finished(match::MatchRecord record) {
  if (record.matchmade) {
    std::vector<base::UserId> users;
    for (const match::SeatRecord& seat : record.seats) {
      if (seat.user.value != 0) users.push_back(seat.user);
    }
    state_.queue().match_over(record.room, std::move(users),
                              {common_->mailbox, [](const base::Result<>& done) {
                                 if (!done)
                                   spdlog::warn("tickets of a match: {}", done.error().sentence());
                               }});
  }
  spool_->put(std::move(record));
}

std::optional<state::NodeLoad> EdgeRole::load_now() {
  auto answer = std::make_shared<std::promise<state::NodeLoad>>();
  auto answered = answer->get_future();
  edge_->load({common_->mailbox, [answer](const base::Result<state::NodeLoad>& load) {
                 answer->set_value(load ? *load : state::NodeLoad{});
               }});
  if (answered.wait_for(std::chrono::seconds(1)) != std::future_status::ready) return std::nullopt;
  return answered.get();
}

// Nobody new, until the last room has ended.
void EdgeRole::wait_for_rooms(const std::function<bool()>& hurry) {
  edge_->set_draining(true);
  const std::int64_t until_ms =
      common_->clock.monotonic_ms() + std::int64_t{config_.drain_s} * 1000;
  std::int32_t left = 0;
  while (common_->clock.monotonic_ms() < until_ms && !hurry()) {
    const auto load = load_now();
    if (load && load->rooms == 0) return;
    if (load && std::exchange(left, load->rooms) != load->rooms)
      spdlog::info("draining: {} rooms with {} players are left", load->rooms, load->players);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  if (config_.drain_s > 0) spdlog::warn("draining ends with {} rooms still there", left);
}

void EdgeRole::stop(const std::function<bool()>& hurry) {
  if (std::exchange(stopped_, true)) return;
  if (edge_ && edge_->is_serving() && membership_) wait_for_rooms(hurry);
  if (tls_watch_) tls_watch_->stop();
  if (membership_) membership_->leave();
  if (ops_) ops_->stop();
  if (internal_) internal_->stop();
  if (feed_) feed_->stop();
  if (edge_) edge_->stop();
  if (spool_) spool_->stop();
  if (lobbies_) lobbies_->stop();
  if (others_) others_->stop();
  if (book_) book_->stop();
  common_->key_watch->stop();
  common_->mailbox.stop();
  common_->state.reset();
}

}  // namespace

StartedRole start_edge(const EdgeConfig& asked) {
  EdgeConfig config = asked;
  auto address = numeric_address(asked.internal_host);
  if (!address) return address.error();
  config.internal_host = std::move(*address);
  auto common = CommonParts::make(config, false);
  if (!common) return common.error();
  auto edge = std::make_unique<EdgeRole>(config, std::move(*common));
  if (const auto started = edge->start(); !started) return started.error();
  return std::unique_ptr<Role>(std::move(edge));
}

}  // namespace whoosh::cluster
