// Config of `whoosh solo`: every knob with its default. services/cli fills it from flags,
// environment and config file, in this order; docs/DEVELOPMENT.md lists them. Values are checked by
// check(), once, at start.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace whoosh::solo {

struct Config {
  std::string data = "var";            // folder: database, keys, match logs; made if missing
  std::string database;                // "": the embedded one in the data folder; never printed
  std::string listen = "0.0.0.0";      // address of both public ports
  std::uint16_t http_port = 8000;      // Service A; 0: a free one
  std::uint16_t edge_port = 8080;      // Service B; 0: a free one
  std::uint16_t ops_port = 9090;       // 127.0.0.1: metrics and health of Service A; 0: a free one
  std::uint16_t ops_edge_port = 9091;  // 127.0.0.1: the same of Service B
  std::string tls_cert;                // PEM: both public ports speak TLS; "": neither does
  std::string tls_key;                 // PEM, of that certificate
  std::string public_url;              // "https://whoosh.example"; empty: as the client's Host says
  std::string edge_url;  // "wss://edge.whoosh.example/ws"; empty: the Host with edge_port
  std::string web;       // folder of the built web client; empty: the one that was built
  std::vector<std::string> allowed_origins;  // besides our own URLs
  std::vector<std::string> trusted_proxies;  // addresses whose X-Forwarded-For is believed
  bool rate_limits = true;
  bool query_tokens = true;       // the WebSocket takes ?token=, for clients that can set no header
  std::uint32_t shards = 0;       // threads of Service B; 0: one per core
  std::uint32_t players_max = 0;  // then nobody new; 0: what the limit of descriptors allows
  std::string io = "auto";        // of Service B's sockets: auto, epoll, io_uring
  std::uint32_t api_threads = 0;  // threads of Service A; 0: one per core, at most 4
  std::uint32_t tick_ms = 1000;   // real length of one game second; tests and demos run faster
  std::string password_cost = "interactive";  // of Argon2id: interactive, or minimal (tests only)
  std::string require_admin_totp = "auto";    // operators need a second factor: auto, on, off
  std::uint32_t session_days = 90;            // a sign-in lasts so long, however often refreshed
  std::uint32_t key_bits = 3072;              // of a signing key that is made here
  std::string log_level = "info";             // trace, debug, info, warn, error
  std::string log_format = "text";            // text, json
};

// invalid_input with a sentence that names the knob and says what it takes.
[[nodiscard]] base::Result<> check(const Config& config);

// What one call of the process prints with --print-config: one `name = value` line per knob.
[[nodiscard]] std::string print(const Config& config);

}  // namespace whoosh::solo
