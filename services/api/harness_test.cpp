// Goal: the harness itself, and what of ApiServer no request shows: the sweep of expired guests.
// Method: the whole service on memory adapters.
#include "services/api/harness.h"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "games/registry.h"
#include "services/api/api_server.h"
#include "state/memory/directory.h"
#include "state/memory/queue.h"
#include "state/memory/rate_limits.h"
#include "store/memory/memory.h"

namespace whoosh::api {
namespace {

template <class T = void>
using Reply = runtime::Reply<T>;

// Forwards to a real store, or drops every call: the Reply then answers `unavailable`.
class Switchable final : public store::Store {
 public:
  explicit Switchable(std::unique_ptr<store::Store> inner) : inner_(std::move(inner)) {}
  std::atomic<bool> away{false};

#define FORWARD(call) \
  if (!away) inner_->call
  void create_account(store::NewAccount a, Reply<store::Account> r) override {
    FORWARD(create_account(std::move(a), std::move(r)));
  }
  void credentials(std::string login, Reply<store::Credentials> r) override {
    FORWARD(credentials(std::move(login), std::move(r)));
  }
  void credentials_of(base::UserId id, Reply<store::Credentials> r) override {
    FORWARD(credentials_of(id, std::move(r)));
  }
  void change_password(store::PasswordChange c, Reply<std::vector<store::Revocation>> r) override {
    FORWARD(change_password(std::move(c), std::move(r)));
  }
  void rehash_password(base::UserId id, std::string old_hash, std::string new_hash,
                       Reply<> r) override {
    FORWARD(rehash_password(id, std::move(old_hash), std::move(new_hash), std::move(r)));
  }
  void account(base::UserId id, Reply<store::Account> r) override {
    FORWARD(account(id, std::move(r)));
  }
  void change_profile(base::UserId id, store::ProfileChange c, Reply<store::Account> r) override {
    FORWARD(change_profile(id, std::move(c), std::move(r)));
  }
  void convert_guest(base::UserId id, store::Conversion c, Reply<store::Account> r) override {
    FORWARD(convert_guest(id, std::move(c), std::move(r)));
  }
  void erase_account(base::UserId id, base::UnixMs now, Reply<> r) override {
    FORWARD(erase_account(id, now, std::move(r)));
  }
  void expire_guests(base::UnixMs before, Reply<std::int64_t> r) override {
    FORWARD(expire_guests(before, std::move(r)));
  }
  void create_session(store::NewSession s, Reply<> r) override {
    FORWARD(create_session(std::move(s), std::move(r)));
  }
  void rotate_session(store::Rotation o, Reply<store::Rotated> r) override {
    FORWARD(rotate_session(std::move(o), std::move(r)));
  }
  void sessions(base::UserId user, base::UnixMs now,
                Reply<std::vector<store::Session>> r) override {
    FORWARD(sessions(user, now, std::move(r)));
  }
  void end_session(base::UserId user, std::string family, base::UnixMs now, Reply<> r) override {
    FORWARD(end_session(user, std::move(family), now, std::move(r)));
  }
  void revoke_session(base::UserId user, std::string hash, base::UnixMs now,
                      Reply<std::vector<store::Revocation>> r) override {
    FORWARD(revoke_session(user, std::move(hash), now, std::move(r)));
  }
  void revoke_all_sessions(base::UserId user, base::UnixMs now,
                           Reply<std::vector<store::Revocation>> r) override {
    FORWARD(revoke_all_sessions(user, now, std::move(r)));
  }
  void revocations(base::UnixMs now, std::optional<base::UnixMs> since,
                   Reply<std::vector<store::Revocation>> r) override {
    FORWARD(revocations(now, since, std::move(r)));
  }
  void search_users(store::UserSearch search, Reply<store::UserPage> r) override {
    FORWARD(search_users(std::move(search), std::move(r)));
  }
  void ban(store::Ban ban, Reply<store::Account> r) override {
    FORWARD(ban(std::move(ban), std::move(r)));
  }
  void unban(base::UserId user, std::string reason, store::Actor actor, base::UnixMs now,
             Reply<store::Account> r) override {
    FORWARD(unban(user, std::move(reason), std::move(actor), now, std::move(r)));
  }
  void set_role(base::UserId user, std::string role, store::Actor actor, base::UnixMs now,
                Reply<store::Account> r) override {
    FORWARD(set_role(user, std::move(role), std::move(actor), now, std::move(r)));
  }
  void audit(store::AuditRow row, Reply<> r) override {
    FORWARD(audit(std::move(row), std::move(r)));
  }
  void audit_log(store::AuditQuery query, Reply<store::AuditPage> r) override {
    FORWARD(audit_log(std::move(query), std::move(r)));
  }
  void apply_result(match::MatchRecord m, Reply<store::AppliedResult> r) override {
    FORWARD(apply_result(std::move(m), std::move(r)));
  }
  void history(base::UserId user, std::optional<std::string> cursor, std::int32_t limit,
               Reply<store::HistoryPage> r) override {
    FORWARD(history(user, std::move(cursor), limit, std::move(r)));
  }
  void wallet(base::UserId user, Reply<store::Wallet> r) override {
    FORWARD(wallet(user, std::move(r)));
  }
  void ledger(base::UserId user, std::optional<std::string> cursor, std::int32_t limit,
              Reply<store::LedgerPage> r) override {
    FORWARD(ledger(user, std::move(cursor), limit, std::move(r)));
  }
  void purchase(store::Purchase p, Reply<store::Outcome> r) override {
    FORWARD(purchase(std::move(p), std::move(r)));
  }
  void refund(store::Refund f, Reply<store::Outcome> r) override {
    FORWARD(refund(std::move(f), std::move(r)));
  }
  void grant(store::Grant g, Reply<store::Outcome> r) override {
    FORWARD(grant(std::move(g), std::move(r)));
  }
  void claim_daily(base::UserId user, store::UnixMs now, Reply<store::DailyReward> r) override {
    FORWARD(claim_daily(user, now, std::move(r)));
  }
  void inventory(base::UserId user, Reply<std::vector<store::OwnedItem>> r) override {
    FORWARD(inventory(user, std::move(r)));
  }
  void equip(base::UserId user, std::string item, Reply<store::Look> r) override {
    FORWARD(equip(user, std::move(item), std::move(r)));
  }
  void unequip(base::UserId user, store::ItemKind kind, Reply<store::Look> r) override {
    FORWARD(unequip(user, kind, std::move(r)));
  }
  void verify_ledger(Reply<store::LedgerCheck> r) override {
    FORWARD(verify_ledger(std::move(r)));
  }
  void rating(base::UserId user, std::string game, Reply<match::Rating> r) override {
    FORWARD(rating(user, std::move(game), std::move(r)));
  }
  void ping(Reply<> r) override {
    FORWARD(ping(std::move(r)));
  }
#undef FORWARD

 private:
  std::unique_ptr<store::Store> inner_;
};

class PretendedEdge final : public EdgeGateway {
 public:
  PretendedEdge(state::Directory& directory, const runtime::Clock& clock)
      : directory_(directory), clock_(clock) {}
  EdgeScript script;

  void create_room(NewRoom room, runtime::Reply<state::RoomEntry> reply) override {
    if (script.away) return;
    if (room.settings.max_seats.value_or(8) > 12) {
      base::Error error{base::ErrorCode::invalid_input};
      error.fields.emplace("settings.max_seats", "must be 3 to 12");
      return reply(error);
    }
    state::RoomEntry entry;
    entry.room = base::RoomId::make(1, base::ShardNo{0}, ++made_);
    entry.node = "solo";
    entry.epoch = 1;
    entry.game = room.game;
    entry.is_public = room.is_public;
    entry.created_at = clock_.now();
    directory_.claim_room(entry, std::move(reply));
  }
  void room_card(state::RoomEntry entry, runtime::Reply<wire::RoomCard> reply) override {
    if (script.away) return;
    wire::RoomCard card;
    card.room = entry.room.text();
    card.code = entry.code;
    card.game = entry.game;
    card.visibility = entry.is_public ? "public" : "private";
    card.phase = script.phase;
    card.seats = 8;
    card.created_at = base::rfc3339(entry.created_at);
    reply(card);
  }
  void may_join(state::RoomEntry, base::UserId, wire::Role wanted,
                runtime::Reply<wire::Role> reply) override {
    if (script.away) return;
    if (script.join_refusal) return reply(*script.join_refusal);
    reply(wanted);
  }
  void notify(base::UserId user, std::string message) override {
    script.notified.emplace_back(user, std::move(message));
  }
  std::string ws_url(const state::RoomEntry& entry, std::string_view host) const override {
    return "ws://" + std::string(host) + "/ws?game_id=" + entry.room.text();
  }
  void rooms(RoomsAsked, runtime::Reply<RoomsPage> reply) override { reply(RoomsPage{}); }
  void room_report(state::RoomEntry, runtime::Reply<wire::RoomReport> reply) override {
    reply(base::ErrorCode::room_not_found);
  }
  void close_room(state::RoomEntry, std::string, runtime::Reply<> reply) override {
    reply(base::ErrorCode::room_not_found);
  }
  void nodes(runtime::Reply<std::vector<wire::NodeReport>> reply) override {
    reply(std::vector<wire::NodeReport>{});
  }
  void drain_node(std::string, bool, runtime::Reply<> reply) override {
    reply(base::ErrorCode::node_not_found);
  }

 private:
  state::Directory& directory_;
  const runtime::Clock& clock_;
  std::uint64_t made_ = 0;
};

std::shared_ptr<const auth::KeySet> test_keys(std::size_t which) {
  static const auto make = [] {
    return std::make_shared<const auth::KeySet>(
        std::move(*auth::KeySet::from_pem(std::vector<std::string>{*auth::make_key_pem()})));
  };
  static const std::array<std::shared_ptr<const auth::KeySet>, 2> keys{make(), make()};
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
  auth::TokenAuthority tokens{test_keys(0)};
  ApiServer server;

  explicit Parts(const Options& options)
      : server(config_of(options),
               Ports{store, directory, queue, rate_limits, edge, tokens, clock, entropy}) {}
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
  const auto started = parts_->server.start();
  EXPECT_TRUE(started.has_value()) << (started ? "" : started.error().message);
}

Harness::~Harness() {
  parts_->server.stop();
}

Reading Harness::call(const std::string& method, const std::string& path, const std::string& token,
                      const std::optional<std::string>& body, tests::HttpHeaders headers) {
  if (!token.empty()) headers.emplace("Authorization", "Bearer " + token);
  Reading reading{tests::http_request(port(), method, path, headers, body)};
  http::Router router;  // finds the pattern of this path
  for (const http::Route& route : parts_->server.routes()) {
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
  return parts_->server.port();
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

std::string Harness::foreign_token() const {
  auth::Identity identity;
  identity.user = base::UserId{1};
  identity.username = "ada";
  identity.jti = "x";
  return *auth::TokenAuthority(test_keys(1)).make_access(identity, parts_->clock.now());
}

std::set<std::string> Harness::operations() const {
  std::set<std::string> out;
  for (const http::Route& route : parts_->server.routes()) {
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
  ApiServer server(config_of({}),
                   Ports{*store, directory, queue, rate_limits, edge, tokens, clock, entropy});
  ASSERT_TRUE(server.start().has_value());
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (is_there(old_guest) && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  EXPECT_FALSE(is_there(old_guest));
  EXPECT_TRUE(is_there(new_guest));
}

}  // namespace whoosh::api
