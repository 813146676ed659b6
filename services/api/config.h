// Config of Service A: what services/solo (or an `api` process) sets. Values; checked by whoever
// reads flags.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "auth/password.h"
#include "auth/seal.h"
#include "http/server.h"
#include "services/api/rates.h"
#include "store/sessions.h"

namespace whoosh::api {

struct Config {
  http::ServerConfig server;
  std::vector<std::string> allowed_origins;  // besides our own
  std::vector<std::string> trusted_proxies;  // whose X-Forwarded-For is believed
  std::string public_host;                   // "play.example:443"; "": as the client's Host says
  bool https = false;                        // the public URL is https: HSTS on every answer
  std::string web;                           // folder of the built web client; "": none is served
  Rates rates;
  auth::Cost password_cost = auth::Cost::interactive();
  std::size_t password_threads = 2;
  std::size_t passwords_waiting_max = 64;  // above: 503
  auth::Sealer sealer;                     // of second factors; without a key nobody can set one up
  bool operators_need_totp = false;
  std::int64_t session_lifetime_ms = store::absolute_lifetime_default_ms;  // since the sign-in
  std::int64_t queue_lifetime_ms = 10 * 60 * 1000;                         // of a queue ticket
  std::int64_t guest_lifetime_ms = 24LL * 3600 * 1000;                     // without play
  std::int64_t guest_sweep_ms = 10 * 60 * 1000;  // how often expired guests are looked for
  std::int64_t revocation_poll_ms = 250;         // how soon others' revocations count here
};

}  // namespace whoosh::api
