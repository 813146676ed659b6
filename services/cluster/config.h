// Configs of the processes of a cluster: every knob with its default, its words and its check. The
// command line, --print-config and the documents all come from each_knob(), so none forgets one.
// docs/CLUSTER.md says what to give. Values; any thread.
//
// Secrets: state, database and cluster_secret; each can be read from a file instead (…_file), which
// is how mounted secrets arrive. They are never printed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace whoosh::cluster {

// Of a role that players reach.
struct TlsConfig {
  std::string tls_cert;
  std::string tls_key;
};

struct CommonConfig {
  std::string state = "redis://127.0.0.1:6379";
  std::string state_file;
  std::string cluster_secret;
  std::string cluster_secret_file;
  std::vector<std::string> keys = {"var/keys"};
  std::uint32_t keys_settle_s = 120;
  std::string ops_listen = "127.0.0.1";
  std::uint16_t ops_port = 0;
  std::string log_level = "info";
  std::string log_format = "text";
};

struct ApiConfig : CommonConfig, TlsConfig {
  ApiConfig() { ops_port = 9090; }

  std::string database = "postgres://whoosh@127.0.0.1/whoosh";
  std::string database_file;
  std::string listen = "0.0.0.0";
  std::uint16_t http_port = 8000;
  std::string public_url;
  std::string edge_url;
  std::string web;
  std::vector<std::string> allowed_origins;
  std::vector<std::string> trusted_proxies;
  bool rate_limits = true;
  std::uint32_t api_threads = 0;
  std::uint32_t database_connections = 8;
  std::string password_cost = "interactive";
  std::string require_admin_totp = "auto";
  std::uint32_t session_days = 90;
};

struct EdgeConfig : CommonConfig, TlsConfig {
  EdgeConfig() { ops_port = 9091; }

  std::string data = "var";
  std::string listen = "0.0.0.0";
  std::uint16_t edge_port = 8080;
  std::string node_name;  // "": the machine's host name
  std::string advertise_ws_url;
  std::string internal_listen = "127.0.0.1";
  std::uint16_t internal_port = 9100;
  std::string internal_host;
  std::string public_url;
  std::vector<std::string> allowed_origins;
  std::vector<std::string> trusted_proxies;
  bool rate_limits = true;
  bool query_tokens = true;
  std::uint32_t shards = 0;
  std::uint32_t players_max = 0;
  std::string io = "auto";
  std::uint32_t tick_ms = 1000;
  std::uint32_t drain_s = 900;
};

struct MatchmakerConfig : CommonConfig {
  MatchmakerConfig() { ops_port = 9092; }

  std::string edge_url;
};

// For what is no part of the cluster, but asks it (operator_access.h).
struct OperatorConfig : CommonConfig {};

// f(name, value, words) for an ordinary knob, f.secret(name, value, words) for one that is never
// shown.
template <class Config, class F>
void each_access_knob(Config& c, F& f) {
  f.secret("state", c.state, "Redis or Valkey: redis://host:port, redis+sentinel://…, rediss://…");
  f("state-file", c.state_file, "File that holds the value of --state");
  f.secret("cluster-secret", c.cluster_secret,
           "What the processes of the cluster know each other by, 32 characters or more");
  f("cluster-secret-file", c.cluster_secret_file, "File that holds the cluster's secret");
}

template <class Config, class F>
void each_common_knob(Config& c, F& f) {
  each_access_knob(c, f);
  f("keys", c.keys, "Key files, and folders of them; where nothing is signed public keys will do");
  f("keys-settle-s", c.keys_settle_s,
    "Seconds that a new key only checks before it signs: until every process has it");
  f("ops-listen", c.ops_listen, "Address of /metrics /livez /readyz");
  f("ops-port", c.ops_port, "Port of /metrics /livez /readyz; 0: a free one");
  f("log-level", c.log_level, "trace, debug, info, warn or error");
  f("log-format", c.log_format, "text or json");
}

template <class F>
void each_tls_knob(TlsConfig& c, F& f) {
  f("tls-cert", c.tls_cert,
    "PEM file: players' port speaks TLS with this certificate; read again when it changes");
  f("tls-key", c.tls_key, "PEM file of the certificate's private key");
}

template <class F>
void each_knob(ApiConfig& c, F&& f) {
  each_common_knob(c, f);
  f.secret("database", c.database, "postgres://user@host/database or sqlite:PATH");
  f("database-file", c.database_file, "File that holds the value of --database");
  f("database-connections", c.database_connections, "To the database, 1 to 64");
  f("listen", c.listen, "Address of the REST port");
  f("http-port", c.http_port, "Port of the web client and REST; 0: a free one");
  each_tls_knob(c, f);
  f("public-url", c.public_url, "URL of the web client as players reach it");
  f("edge-url", c.edge_url, "URL of the WebSockets where all edges are behind one address");
  f("web", c.web, "Folder of the built web client; empty: the one built here");
  f("allowed-origins", c.allowed_origins, "Further page addresses that may call");
  f("trusted-proxies", c.trusted_proxies, "Addresses whose X-Forwarded-For is believed");
  f("rate-limits", c.rate_limits, "Limits per address and account: true or false");
  f("api-threads", c.api_threads, "Threads of REST; 0: one per core, at most 4");
  f("password-cost", c.password_cost, "Argon2id: interactive, or minimal for tests");
  f("require-admin-totp", c.require_admin_totp,
    "Operators need a second factor: on, off, or auto (on when players come by https)");
  f("session-days", c.session_days,
    "A sign-in ends after so many days, however often it is refreshed");
}

template <class F>
void each_knob(EdgeConfig& c, F&& f) {
  each_common_knob(c, f);
  f("data", c.data, "Folder of spooled results and of the logs of broken rooms");
  f("listen", c.listen, "Address of the WebSockets");
  f("edge-port", c.edge_port, "Port of the WebSockets; 0: a free one");
  each_tls_knob(c, f);
  f("node-name", c.node_name, "Name of this node, unique in the cluster; empty: the host name");
  f("advertise-ws-url", c.advertise_ws_url,
    "URL of this very node as players reach it, if they do");
  f("internal-listen", c.internal_listen, "Address of the cluster's own calls");
  f("internal-port", c.internal_port, "Port of the cluster's own calls; 0: a free one");
  f("internal-host", c.internal_host,
    "Address or name by which the others reach it, when not that");
  f("public-url", c.public_url, "URL of the web client as players reach it");
  f("allowed-origins", c.allowed_origins, "Further page addresses that may connect");
  f("trusted-proxies", c.trusted_proxies, "Addresses whose X-Forwarded-For is believed");
  f("rate-limits", c.rate_limits, "Limits per address and account: true or false");
  f("query-tokens", c.query_tokens,
    "Take ?token= at the WebSocket, for clients that can set no header: true or false");
  f("shards", c.shards, "Threads of the WebSockets; 0: one per core");
  f("players-max", c.players_max,
    "Connected players, above whom nobody new is let in; 0: what the descriptors allow");
  f("io", c.io, "How sockets are served: epoll, io_uring, or auto (io_uring where permitted)");
  f("tick-ms", c.tick_ms, "Real milliseconds of one game second; 1000 but for tests and demos");
  f("drain-s", c.drain_s, "On SIGTERM, seconds to wait for the rooms to end; 0: none");
}

template <class F>
void each_knob(MatchmakerConfig& c, F&& f) {
  each_common_knob(c, f);
  f("edge-url", c.edge_url, "URL of the WebSockets where all edges are behind one address");
}

template <class F>
void each_knob(OperatorConfig& c, F&& f) {
  each_access_knob(c, f);
}

// Reads the …_file knobs into their values, and fills in what depends on the machine. Errors name
// the knob.
[[nodiscard]] base::Result<> resolve(ApiConfig& config);
[[nodiscard]] base::Result<> resolve(EdgeConfig& config);
[[nodiscard]] base::Result<> resolve(MatchmakerConfig& config);
[[nodiscard]] base::Result<> resolve(OperatorConfig& config);

// invalid_input with a sentence that names the knob and says what it takes. Of a resolved config.
[[nodiscard]] base::Result<> check(const ApiConfig& config);
[[nodiscard]] base::Result<> check(const EdgeConfig& config);
[[nodiscard]] base::Result<> check(const MatchmakerConfig& config);
[[nodiscard]] base::Result<> check(const OperatorConfig& config);

// One `name = value` line per knob; secrets are said to be given or not.
[[nodiscard]] std::string print(const ApiConfig& config);
[[nodiscard]] std::string print(const EdgeConfig& config);
[[nodiscard]] std::string print(const MatchmakerConfig& config);

}  // namespace whoosh::cluster
