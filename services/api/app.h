// App: what every route of Service A shares: the ports, the config, and the few steps that several
// routes take. Owned by ApiServer; immutable but for what the ports guard themselves; all loops'
// threads.
//
// A route is a free function that answers Result<Response>; an Error becomes the error body.
// Signed-in routes get the Identity of a checked access token that is not revoked.
#pragma once

#include <functional>
#include <string>

#include "auth/password.h"
#include "auth/tokens.h"
#include "http/answer.h"
#include "http/ask.h"
#include "http/router.h"
#include "http/worker_pool.h"
#include "services/api/api_metrics.h"
#include "services/api/config.h"
#include "services/api/join.h"
#include "services/api/ports.h"
#include "services/api/rates.h"
#include "services/api/revocation_watch.h"

namespace whoosh::api {

using base::Error;
using base::ErrorCode;
using http::Method;
using http::RequestContext;
using http::Response;
template <class T>
using Try = http::Awaitable<base::Result<T>>;
using Answer = Try<Response>;

struct App {
  using Open = Answer (*)(App&, RequestContext&);
  using SignedIn = Answer (*)(App&, RequestContext&, const auth::Identity&);
  using Checked = std::function<Answer(RequestContext&, const auth::Identity&)>;
  using Service = Answer (*)(App&, RequestContext&, const auth::ServiceToken&);

  App(const Config& config, const Ports& ports);

  // Adds a route that needs no token, or one that does.
  void add_open(http::Router& router, Method method, std::string pattern, Open route);
  void add(http::Router& router, Method method, std::string pattern, SignedIn route);
  void add_checked(http::Router& router, Method method, std::string pattern, Checked route);
  // A route for services of the deployment, which show a token of theirs.
  void add_service(http::Router& router, Method method, std::string pattern, Service route);

  [[nodiscard]] base::UnixMs now() const { return ports.clock.now(); }
  // The account of who asks. bad_token: erased meanwhile; banned, with until when and why.
  [[nodiscard]] Try<store::Account> account_of(RequestContext& context,
                                               const auth::Identity& identity);
  // The host by which the client reached us, for the addresses in join info.
  [[nodiscard]] std::string host_of(const RequestContext& context) const;
  // What the store has revoked in the last seconds counts from now on. For calls whose answer does
  // not say it. Never fails: when the store can't say, the watch asks again.
  [[nodiscard]] http::Awaitable<> hear_revocations(RequestContext& context);

  const Config& config;
  Ports ports;
  auth::Passwords passwords;
  http::WorkerPool workers;  // for passwords
  RateGate rates;
  RevocationWatch revocations;
  Inviter inviter;
  CoinCounts coins;
};

// Every route of Service A but the static files.
void add_routes(http::Router& router, App& app);

void add_auth_routes(http::Router& router, App& app);
void add_factor_routes(http::Router& router, App& app);
void add_session_routes(http::Router& router, App& app);
void add_user_routes(http::Router& router, App& app);
void add_export_routes(http::Router& router, App& app);
void add_economy_routes(http::Router& router, App& app);
void add_store_routes(http::Router& router, App& app);
void add_result_routes(http::Router& router, App& app);
void add_admin_user_routes(http::Router& router, App& app);
void add_admin_coin_routes(http::Router& router, App& app);
void add_admin_room_routes(http::Router& router, App& app);
void add_game_routes(http::Router& router, App& app);
void add_room_routes(http::Router& router, App& app);
void add_match_routes(http::Router& router, App& app);
void add_history_routes(http::Router& router, App& app);
void add_health_routes(http::Router& router, App& app);

// Who is invited: this person, as he came here.
[[nodiscard]] Guest guest_of(const App& app, const RequestContext& context,
                             const auth::Identity& identity, const store::Account& account);
// banned, in a sentence that says until when and why.
[[nodiscard]] Error banned_error(const store::Account& account);
// One bad field of an otherwise good request.
[[nodiscard]] Error wrong_field(std::string name, std::string why);
// What a page's port answered, with the field that is wrong: `malformed` is a cursor of somebody
// else.
[[nodiscard]] Error about_page(Error error);
// ?limit=: 1 … 100. invalid_input.
[[nodiscard]] base::Result<std::int32_t> limit_of(const RequestContext& context,
                                                  std::int32_t otherwise);

}  // namespace whoosh::api
