// App: what every route of Service A shares: the ports, the config, and the few steps that several
// routes take. Owned by ApiServer; immutable but for what the ports guard themselves; all loops'
// threads.
//
// A route is a free function that answers Result<Response>; an Error becomes the error body.
// Signed-in routes get the Identity of a checked access token.
#pragma once

#include <string>

#include "auth/password.h"
#include "auth/tokens.h"
#include "http/answer.h"
#include "http/ask.h"
#include "http/router.h"
#include "http/worker_pool.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "services/api/config.h"
#include "services/api/edge_gateway.h"
#include "services/api/join.h"
#include "services/api/rates.h"
#include "state/state.h"
#include "store/store.h"

namespace whoosh::api {

using base::Error;
using base::ErrorCode;
using http::Method;
using http::RequestContext;
using http::Response;
template <class T>
using Try = http::Awaitable<base::Result<T>>;
using Answer = Try<Response>;

// All outlive the ApiServer; all may be called from any thread.
struct Ports {
  store::Store& store;
  state::Directory& directory;
  state::Queue& queue;
  state::RateLimits& rate_limits;
  EdgeGateway& gateway;
  const auth::TokenAuthority& tokens;
  runtime::Clock& clock;
  runtime::Entropy& entropy;
};

struct App {
  using Open = Answer (*)(App&, RequestContext&);
  using SignedIn = Answer (*)(App&, RequestContext&, const auth::Identity&);

  App(const Config& config, const Ports& ports);

  // Adds a route that needs no token, or one that does.
  void add_open(http::Router& router, Method method, std::string pattern, Open route);
  void add(http::Router& router, Method method, std::string pattern, SignedIn route);

  [[nodiscard]] base::UnixMs now() const { return ports.clock.now(); }
  // The account of who asks. bad_token: erased meanwhile; banned.
  [[nodiscard]] Try<store::Account> account_of(RequestContext& context,
                                               const auth::Identity& identity);
  // The host by which the client reached us, for the addresses in join info.
  [[nodiscard]] std::string host_of(const RequestContext& context) const;
  [[nodiscard]] bool is_banned(const store::Account& account) const;

  const Config& config;
  Ports ports;
  auth::Passwords passwords;
  http::WorkerPool workers;  // for passwords
  RateGate rates;
  Inviter inviter;
};

// Every route of Service A but the static files.
void add_routes(http::Router& router, App& app);

void add_auth_routes(http::Router& router, App& app);
void add_user_routes(http::Router& router, App& app);
void add_game_routes(http::Router& router, App& app);
void add_room_routes(http::Router& router, App& app);
void add_match_routes(http::Router& router, App& app);
void add_history_routes(http::Router& router, App& app);
void add_health_routes(http::Router& router, App& app);

// One bad field of an otherwise good request.
[[nodiscard]] Error wrong_field(std::string name, std::string why);
// What a page's port answered, with the field that is wrong: `malformed` is a cursor of somebody
// else.
[[nodiscard]] Error about_page(Error error);
// ?limit=: 1 … 100. invalid_input.
[[nodiscard]] base::Result<std::int32_t> limit_of(const RequestContext& context,
                                                  std::int32_t otherwise);

}  // namespace whoosh::api
