// Goal: the harness itself, and what of ApiServer no request shows: the sweep of expired guests.
// Method: the whole service on memory adapters.
#include "services/api/harness.h"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <mutex>
#include <thread>

#include "games/registry.h"
#include "services/api/api_server.h"
#include "services/api/harness_edge.h"
#include "services/api/harness_store.h"
#include "state/memory/directory.h"
#include "state/memory/queue.h"
#include "state/memory/rate_limits.h"
#include "store/memory/memory.h"

namespace whoosh::api {
namespace {

const std::string& test_pem(std::size_t which) {
  static const std::array<std::string, 2> pems{*auth::make_key_pem(), *auth::make_key_pem()};
  return pems.at(which);
}

// The first signs.
std::shared_ptr<const auth::KeySet> keys_of(const std::vector<std::size_t>& which) {
  std::vector<std::string> pems;
  for (const std::size_t one : which) pems.push_back(test_pem(one));
  return std::make_shared<const auth::KeySet>(std::move(*auth::KeySet::from_pem(pems)));
}
std::shared_ptr<const auth::KeySet> test_keys(std::size_t which) {
  static const std::array<std::shared_ptr<const auth::KeySet>, 2> keys{keys_of({0}), keys_of({1})};
  return keys.at(which);
}

Config config_of(const Options& options) {
  Config config;
  config.server.address = "127.0.0.1";
  config.server.port = 0;
  config.server.threads = 2;
  config.rates.enabled = options.rate_limits;
  config.password_cost = auth::Cost::minimal();
  config.web = options.web;
  config.revocation_poll_ms = 20;
  const std::vector<std::string> secrets{"a secret of tests, 32 bytes or more"};
  if (options.can_seal) config.sealer = std::move(auth::Sealer::from_secrets(secrets).value());
  config.operators_need_totp = options.operators_need_totp;
  return config;
}

}  // namespace

struct Harness::Parts {
  runtime::ManualClock clock;
  runtime::OsEntropy entropy;
  Switchable store{store::memory::open()};
  state::memory::Directory directory{entropy};
  state::memory::Queue queue{directory, clock};
  state::memory::RateLimits rate_limits;
  PretendedEdge edge{directory, clock};
  std::optional<auth::TokenAuthority> tokens{test_keys(0)};
  std::optional<state::RevocationList> revoked;
  std::mutex mutex;  // protects told
  std::vector<state::Revoked> told;
  std::optional<ApiServer> server;
  const Options options;
  std::int32_t grants = 0;

  explicit Parts(const Options& options_in) : options(options_in) { start(); }

  // As a fresh process: nothing of the old one's memory but what the twins stand for.
  void start() {
    server.reset();
    revoked.emplace();
    server.emplace(config_of(options),
                   Ports{store, directory, queue, rate_limits, edge, *tokens, clock, entropy,
                         *revoked, [this](std::vector<state::Revoked> fresh) {
                           const std::lock_guard lock(mutex);
                           told.insert(told.end(), fresh.begin(), fresh.end());
                         }});
    const auto started = server->start();
    EXPECT_TRUE(started.has_value()) << (started ? "" : started.error().message);
  }
};

std::string Reading::at(const std::string& path) const {
  base::JsonParser parser(1024 * 1024);
  const auto parsed = parser.parse(http.body);
  if (!parsed) return {};
  base::JsonValue here = *parsed;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t dot = std::min(path.find('.', begin), path.size());
    const std::string name = path.substr(begin, dot - begin);
    begin = dot + 1;
    std::optional<base::JsonValue> next;
    if (here.kind() == base::JsonValue::Kind::Array) {
      std::size_t index = 0;
      here.for_each_element([&](const base::JsonValue& item) {
        if (std::to_string(index++) == name) next = item;
      });
    } else {
      next = here.get(name);
    }
    if (!next) return {};
    here = *next;
  }
  if (const auto text = here.as_string()) return std::string(*text);
  return here.text();
}

Harness::Harness(Options options) {
  spdlog::set_level(spdlog::level::off);
  parts_ = std::make_unique<Parts>(options);
}

Harness::~Harness() {
  parts_->server->stop();
}

Reading Harness::call(const std::string& method, const std::string& path, const std::string& token,
                      const std::optional<std::string>& body, tests::HttpHeaders headers) {
  if (!token.empty()) headers.emplace("Authorization", "Bearer " + token);
  Reading reading{tests::http_request(port(), method, path, headers, body)};
  http::Router router;  // finds the pattern of this path
  for (const http::Route& route : parts_->server->routes()) {
    router.add(route.method, route.pattern, route.handler);
  }
  http::RequestContext context;
  context.request.method = http::parse_method(method);
  if (http::parse_target(path, context.request)) {
    const http::Handler* const handler = router.find(context).handler;
    for (const http::Route& route : router.routes()) {
      if (&route.handler != handler) continue;
      seen().emplace(std::string(http::method_text(route.method)) + " " + route.pattern,
                     reading.status());
    }
  }
  return reading;
}

Reading Harness::registered(const std::string& username, const std::string& password) {
  Reading reading = post("/api/auth/register", "",
                         R"({"username":")" + username + R"(","email":")" + username +
                             R"(@example.org","password":")" + password + R"("})");
  EXPECT_EQ(reading.status(), 201) << reading.http.body;
  return reading;
}

Reading Harness::guest(const std::string& display_name) {
  Reading reading = display_name.empty() ? call("POST", "/api/auth/guest")
                                         : post("/api/auth/guest", "",
                                                R"({"display_name":")" + display_name + "\"}");
  EXPECT_EQ(reading.status(), 201) << reading.http.body;
  return reading;
}

Reading Harness::room(const std::string& token) {
  const std::string game(games::all().front()->info().key);
  Reading reading = post("/api/rooms", token, R"({"game":")" + game + "\"}");
  EXPECT_EQ(reading.status(), 201) << reading.http.body;
  return reading;
}

std::uint16_t Harness::port() const {
  return parts_->server->port();
}
runtime::ManualClock& Harness::clock() {
  return parts_->clock;
}
EdgeScript& Harness::edge() {
  return parts_->edge.script;
}
store::Store& Harness::store() {
  return parts_->store;
}
state::Queue& Harness::queue() {
  return parts_->queue;
}
state::Directory& Harness::directory() {
  return parts_->directory;
}
void Harness::set_store_away(bool away) {
  parts_->store.away = away;
}
void Harness::set_audit_away(bool away) {
  parts_->store.audit_away = away;
}

Reading Harness::operator_(const std::string& username, const std::string& role) {
  set_role(registered(username).at("user.id"), role);
  Reading reading = post("/api/auth/login", "",
                         R"({"username":")" + username + R"(","password":"correct horse"})");
  EXPECT_EQ(reading.status(), 200) << reading.http.body;
  return reading;
}

void Harness::give_coins(base::UserId user, std::int32_t coins) {
  store::Grant grant;
  grant.user = user;
  grant.coins = coins;
  grant.once = {"harness:" + std::to_string(++parts_->grants), std::string(32, 'f'), "request"};
  grant.actor.name = "harness";
  grant.reason = "for a test";
  grant.now = clock().now();
  const auto outcome =
      wait<store::Outcome>([&](auto reply) { store().grant(std::move(grant), std::move(reply)); });
  EXPECT_TRUE(outcome.has_value() && !outcome->refused);
}

void Harness::ban_behind_the_back(const std::string& user, const std::string& reason) {
  store::Ban ban{*base::parse_user_id(user), std::nullopt, reason, {}, clock().now()};
  ban.actor.name = "harness";
  const auto banned =
      wait<store::Account>([&](auto reply) { store().ban(std::move(ban), std::move(reply)); });
  EXPECT_TRUE(banned.has_value());
}

void Harness::set_role(const std::string& user, const std::string& role) {
  store::Actor actor;
  actor.name = "harness";
  const auto account = wait<store::Account>([&](auto reply) {
    store().set_role(*base::parse_user_id(user), role, actor, clock().now(), std::move(reply));
  });
  EXPECT_TRUE(account.has_value());
}

void Harness::play_matches(base::UserId user, int count) {
  for (int i = 1; i <= count; ++i) {
    match::MatchRecord record;
    record.id =
        base::MatchId::make(static_cast<std::uint64_t>(user.value), static_cast<std::uint64_t>(i));
    record.game = games::all().front()->info().key;
    record.started_at = clock().now().plus_s(60 * i);
    record.ended_at = record.started_at.plus_s(50);
    record.played_s = 50;
    for (int seat = 0; seat < 4; ++seat) {
      match::SeatRecord row;
      row.public_id = seat == 0 ? base::user_id_text(user) : "bot_" + std::to_string(seat);
      if (seat == 0) row.user = user;
      row.placement = seat + 1;
      row.is_winner = seat == 0;
      record.seats.push_back(row);
    }
    const auto applied = wait<store::AppliedResult>(
        [&](auto reply) { store().apply_result(std::move(record), std::move(reply)); });
    EXPECT_TRUE(applied.has_value());
  }
}

void Harness::restart() {
  parts_->start();
}

void Harness::rotate_keys() {
  parts_->server.reset();
  parts_->tokens.emplace(keys_of({1, 0}));
  parts_->start();
}

std::vector<state::Revoked> Harness::told() {
  const std::lock_guard lock(parts_->mutex);
  return parts_->told;
}

bool Harness::comes_true(const std::function<bool()>& what) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!what()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

std::string Harness::service_token(const std::string& name) {
  return *parts_->tokens->make_service({name, "jti"}, 90, clock().now());
}

base::Result<auth::SeatTicket> Harness::read_ticket(const std::string& ticket) {
  return parts_->tokens->check_seat(ticket, clock().now());
}

std::string Harness::foreign_token() const {
  auth::Identity identity;
  identity.user = base::UserId{1};
  identity.username = "ada";
  identity.jti = "x";
  return *auth::TokenAuthority(test_keys(1)).make_access(identity, parts_->clock.now());
}

std::set<std::string> Harness::operations() const {
  std::set<std::string> out;
  for (const http::Route& route : parts_->server->routes()) {
    out.insert(std::string(http::method_text(route.method)) + " " + route.pattern);
  }
  return out;
}

std::set<std::pair<std::string, int>>& Harness::seen() {
  static std::set<std::pair<std::string, int>> all;
  return all;
}

// A guest of yesterday and one of today wait in the store when the server starts.
TEST(GuestSweep, erases_who_has_not_played_for_a_day) {
  spdlog::set_level(spdlog::level::off);
  runtime::ManualClock clock;
  runtime::OsEntropy entropy;
  const auto store = store::memory::open();
  state::memory::Directory directory(entropy);
  state::memory::Queue queue(directory, clock);
  state::memory::RateLimits rate_limits;
  PretendedEdge edge(directory, clock);
  const auth::TokenAuthority tokens(test_keys(0));
  runtime::QueueMailbox mailbox;
  const auto wait = [&](auto call) {
    std::optional<base::Result<store::Account>> out;
    call(runtime::Reply<store::Account>(
        mailbox, [&](base::Result<store::Account> got) { out = std::move(got); }));
    while (!out) mailbox.run_all();
    return std::move(*out);
  };
  const auto make_guest = [&](const char* name) {
    store::NewAccount fresh;
    fresh.username = name;
    fresh.is_guest = true;
    fresh.created_at = clock.now();
    const auto made =
        wait([&](auto reply) { store->create_account(std::move(fresh), std::move(reply)); });
    return made->id;
  };
  const auto is_there = [&](base::UserId id) {
    return wait([&](auto reply) { store->account(id, std::move(reply)); }).has_value();
  };
  const base::UserId old_guest = make_guest("guest_old");
  clock.advance_ms(24LL * 3600 * 1000 + 1);
  const base::UserId new_guest = make_guest("guest_new");
  state::RevocationList revoked;
  ApiServer server(config_of({}), Ports{*store, directory, queue, rate_limits, edge, tokens, clock,
                                        entropy, revoked});
  ASSERT_TRUE(server.start().has_value());
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (is_there(old_guest) && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  EXPECT_FALSE(is_there(old_guest));
  EXPECT_TRUE(is_there(new_guest));
}

}  // namespace whoosh::api
