#include "services/solo/solo.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <thread>

#include "base/encoding.h"
#include "services/database/database.h"
#include "services/matchmaker/games.h"
#include "services/role/checks.h"
#include "services/role/identity.h"
#include "services/role/key_files.h"
#include "services/role/paths.h"
#include "services/role/process_metrics.h"
#include "services/role/urls.h"
#include "services/solo/parts.h"

namespace whoosh::solo {
namespace {

using base::Error;
using base::ErrorCode;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

// Of the descriptors of this process an eighth may be REST's; then neither a full edge nor a flood
// of requests takes the other's.
std::size_t http_connections_max() {
  const std::size_t enough = http::ServerConfig{}.connections_max;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return enough / 8;
  return std::clamp<std::size_t>(limit.rlim_max / 8, 64, enough);  // the edge raises it to the max
}

// Matches that ended in the last moment still count.
void write_what_is_pending(const state::memory::Results& results) {
  constexpr auto step = std::chrono::milliseconds(10);
  for (auto waited = step; results.size() > 0 && waited < std::chrono::seconds(5); waited += step) {
    std::this_thread::sleep_for(step);
  }
  if (const std::size_t left = results.size(); left > 0) {
    spdlog::error("{} results could not be written before the end", left);
  }
}

}  // namespace

// ---- building up
// ----------------------------------------------------------------------------------------

base::Result<> Solo::Parts::open_data() {
  if (const auto folder = role::make_data_folder(config.data); !folder) return folder.error();
  auto lock = role::DataLock::take(config.data);
  if (!lock) return lock.error();
  data_lock = std::move(*lock);
  if (const auto read = read_keys(); !read) return read;
  return open_store();
}

base::Result<> Solo::Parts::read_keys() {
  const auto made =
      role::load_or_make_keys(config.data, clock.now(), static_cast<int>(config.key_bits));
  if (!made) return made.error();
  role::KeySource source;
  source.files = [data = config.data] { return role::key_files(data); };
  source.needs_private = true;
  auto reader = std::make_unique<role::KeyReader>(std::move(source), clock);
  auto keys = reader->read();
  if (!keys) return keys.error();
  // Tickets live for a minute: a secret of this very process will do.
  const auto seats = auth::ClusterKey::from_secret(base::base64url(entropy.bytes(32)));
  if (!seats) return seats.error();
  authority = std::make_unique<auth::TokenAuthority>(std::move(*keys), auth::Audience{}, *seats);
  key_watch = std::make_unique<role::KeyWatch>(std::move(reader), *authority);
  return {};
}

base::Result<> Solo::Parts::read_certificate() {
  if (config.tls_cert.empty()) return {};
  auto read = role::TlsWatch::make({config.tls_cert, config.tls_key}, clock);
  if (!read) return read.error();
  tls_watch = std::move(*read);
  return {};
}

void Solo::Parts::watch_certificate() {
  if (tls_watch == nullptr) return;
  tls_watch->start([this](const tls::ContextPtr& fresh) {
    edge->set_tls(fresh);
    api->set_tls(fresh);
  });
}

base::Result<> Solo::Parts::open_store() {
  database::Location location{database::Kind::sqlite, role::database_path(config.data)};
  if (!config.database.empty()) {
    auto given = database::parse(config.database);
    if (!given) return given.error();
    location = std::move(*given);
  }
  database::Options options;
  std::error_code error;
  // A new file is made; an old schema is the operator's decision.
  options.migrate =
      location.kind == database::Kind::sqlite && !std::filesystem::exists(location.where, error);
  options.report = [](std::string_view sentence) { spdlog::error("database: {}", sentence); };
  auto opened = database::open(location, std::move(options));
  if (!opened) return opened.error();
  store = std::move(*opened);
  return {};
}

base::Result<> Solo::Parts::start_edge() {
  edge::EdgeConfig edge_config;
  edge_config.listen = config.listen;
  edge_config.port = config.edge_port;
  edge_config.shards = config.shards;
  edge_config.full.players_max = config.players_max;
  edge_config.net.io = *net::parse_io(config.io);
  if (tls_watch) edge_config.net.tls = tls_watch->current();
  edge_config.descriptors_for_others += http_connections_max();
  edge_config.shard.tick_ms = static_cast<std::int32_t>(config.tick_ms);
  edge_config.rate_limits = config.rate_limits;
  edge_config.query_tokens = config.query_tokens;
  auto proxies = http::Networks::parse(config.trusted_proxies);
  if (!proxies) return proxies.error();
  edge_config.trusted_proxies = std::move(*proxies);
  edge_config.match_logs = role::match_log_folder(config.data);
  for (const std::string& origin : config.allowed_origins)
    edge_config.allowed_origins.push_back(lower(origin));
  if (!config.public_url.empty()) edge_config.allowed_origins.push_back(lower(config.public_url));
  edge = std::make_unique<edge::EdgeServer>(
      std::move(edge_config), edge::Ports{*authority, directory, limits, revocation_list, clock},
      [this](match::MatchRecord record) {
        free_tickets(record);
        const base::MatchId id = record.id;
        results.append(std::move(record), runtime::Reply<>(mailbox, [id](base::Result<> taken) {
                         if (!taken)
                           spdlog::error("the result of match {} is lost: {}", id.text(),
                                         taken.error().sentence());
                       }));
      });
  gateway = std::make_unique<edge::LocalGateway>(
      *edge, config.edge_url, std::string(role::host_of_url(config.public_url)), clock);
  if (const auto started = edge->start(*gateway); !started) return started.error();
  revocation_feed = std::make_unique<state::RevocationFeed>(
      revocations, revocation_list, clock,
      [this](std::span<const state::Revoked> revoked) { edge->revoke(revoked); });
  return {};
}

// Whose match is over may queue again.
void Solo::Parts::free_tickets(const match::MatchRecord& record) {
  if (!record.matchmade) return;
  std::vector<base::UserId> users;
  for (const match::SeatRecord& seat : record.seats) {
    if (seat.user.value != 0) users.push_back(seat.user);
  }
  queue.match_over(record.room, std::move(users),
                   runtime::Reply<>(mailbox, [](base::Result<> done) {
                     if (!done) spdlog::warn("tickets of a match: {}", done.error().sentence());
                   }));
}

// Writes results, and tells the rooms that wait for their numbers.
void Solo::Parts::start_result_worker() {
  api::ResultWorkerConfig worker;
  worker.consumer = "solo";
  auto apply = [this](match::MatchRecord record, runtime::Reply<store::AppliedResult> reply) {
    store->apply_result(std::move(record), std::move(reply));
  };
  result_worker = std::make_unique<api::ResultWorker>(
      std::move(worker), api::ResultWorkerPorts{results, std::move(apply), clock},
      [this](const match::MatchRecord& record, store::AppliedResult applied) {
        edge->settled(record.room, record.id, std::move(applied.settlement));
      });
}

base::Result<> Solo::Parts::start_api() {
  api::Config service;
  service.server.address = config.listen;
  service.server.port = config.http_port;
  if (tls_watch) service.server.tls = tls_watch->current();
  service.server.connections_max = http_connections_max();
  service.server.threads = config.api_threads != 0
                               ? config.api_threads
                               : std::clamp(std::thread::hardware_concurrency(), 1u, 4u);
  service.allowed_origins = config.allowed_origins;
  service.trusted_proxies = config.trusted_proxies;
  service.public_host = role::host_of_url(config.public_url);
  service.https = tls_watch != nullptr || config.public_url.starts_with("https://");
  service.web = role::web_folder(config.web);
  service.rates.enabled = config.rate_limits;
  auto sealer = role::load_or_make_sealer(config.data, clock.now());
  if (!sealer) return sealer.error();
  service.sealer = std::move(*sealer);
  service.operators_need_totp = role::operators_need_totp(config.require_admin_totp, service.https);
  service.session_lifetime_ms = role::days_ms(config.session_days);
  if (config.password_cost == "minimal") service.password_cost = auth::Cost::minimal();
  if (service.web.empty())
    spdlog::warn("the web client is not built: only REST is served (make up builds it)");
  api = std::make_unique<api::ApiServer>(
      std::move(service),
      api::Ports{*store, directory, queue, limits, *gateway, *authority, clock, entropy,
                 api_revoked,
                 [this](std::vector<state::Revoked> fresh) { tell_revoked(std::move(fresh)); }});
  return api->start();
}

// What Service A has heard of revocations goes where the edge's feed reads.
void Solo::Parts::tell_revoked(std::vector<state::Revoked> revoked) {
  revocations.publish(std::move(revoked), runtime::Reply<>(mailbox, [](base::Result<> told) {
                        if (!told)
                          spdlog::error("revoked sessions were not told: {}",
                                        told.error().sentence());
                      }));
}

void Solo::Parts::start_matchmaker() {
  matchmaker::Invite invite = [this](const state::Ticket& ticket, const state::RoomEntry& room) {
    return api->inviter().invite(api::guest_of(ticket), room, wire::Role::player);
  };
  matchmaker = std::make_unique<matchmaker::MatchmakerThread>(
      matchmaker::all_games(), matchmaker::Ports{queue, *gateway, clock}, std::move(invite));
}

base::Result<> Solo::Parts::start_ops() {
  metrics::Registry api_metrics;
  api_metrics.add([this](metrics::Exposition& out) {
    key_watch->collect(out);
    if (tls_watch) tls_watch->collect(out);
    api->collect(out);
    out.gauge("whoosh_results_pending", "Results that wait for the database.", {},
              static_cast<double>(results.size()));
    api::write_results(out, result_worker->counts());
    matchmaker->collect(out);
    role::write_disk(out, config.data);
  });
  role::OpsConfig api_pages;
  api_pages.role = "solo";
  api_pages.port = config.ops_port;
  api_pages.ready = [this] {
    return std::map<std::string, std::string>{
        {"database",
         role::check(mailbox, [this](runtime::Reply<> reply) { store->ping(std::move(reply)); })}};
  };
  ops = std::make_unique<role::OpsPages>(std::move(api_pages), std::move(api_metrics), clock,
                                         entropy);
  if (const auto started = ops->start(); !started) return started.error();

  metrics::Registry edge_metrics;
  edge_metrics.add([this](metrics::Exposition& out) {
    edge->collect(out);
    if (tls_watch) tls_watch->collect(out);
  });
  role::OpsConfig edge_pages;
  edge_pages.role = "solo";
  edge_pages.port = config.ops_edge_port;
  edge_pages.ready = [this] {
    return std::map<std::string, std::string>{{"edge", edge->is_draining() ? "draining" : "ok"}};
  };
  edge_pages.drain = [this] { edge->set_draining(true); };
  ops_edge = std::make_unique<role::OpsPages>(std::move(edge_pages), std::move(edge_metrics), clock,
                                              entropy);
  return ops_edge->start();
}

// ---- the public face
// ------------------------------------------------------------------------------------

base::Result<std::unique_ptr<Solo>> Solo::start(const Config& config) {
  if (const auto good = check(config); !good) return good.error();
  auto parts = std::make_unique<Parts>(config);
  std::unique_ptr<Solo> solo(new Solo(std::move(parts)));
  Parts& p = *solo->parts_;
  if (const auto ok = p.open_data(); !ok) return ok.error();
  if (const auto ok = p.read_certificate(); !ok) return ok.error();
  if (const auto ok = p.start_edge(); !ok) return ok.error();
  p.start_result_worker();
  if (const auto ok = p.start_api(); !ok) return ok.error();
  p.start_matchmaker();
  if (const auto ok = p.start_ops(); !ok) return ok.error();
  p.watch_certificate();
  return solo;
}

Solo::Solo(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Solo::~Solo() {
  stop();
}

Solo::Ports Solo::ports() const {
  return {parts_->api->port(), parts_->edge->port(), parts_->ops->port(), parts_->ops_edge->port()};
}

void Solo::reload() {
  parts_->key_watch->reload();
  if (parts_->tls_watch) parts_->tls_watch->reload();
}

// Nobody new first, then who is inside, then what is being written; each part while those it uses
// still live.
void Solo::stop() {
  Parts& p = *parts_;
  if (std::exchange(p.stopped, true)) return;
  if (p.tls_watch) p.tls_watch->stop();
  if (p.ops) p.ops->stop();
  if (p.ops_edge) p.ops_edge->stop();
  if (p.matchmaker) p.matchmaker->stop();
  if (p.api) p.api->stop();
  if (p.revocation_feed) p.revocation_feed->stop();
  if (p.edge) p.edge->stop();
  if (p.result_worker) {
    write_what_is_pending(p.results);
    p.result_worker->stop();
  }
  p.store.reset();  // finishes the writes it has accepted
  if (p.key_watch) p.key_watch->stop();
  p.mailbox.stop();
}

}  // namespace whoosh::solo
