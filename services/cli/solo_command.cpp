#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "services/cli/commands.h"
#include "services/cli/knobs.h"
#include "services/cli/serve.h"
#include "services/solo/solo.h"

namespace whoosh::cli {
namespace {

int serve_solo(const solo::Config& config) {
  return serve(config.log_level, config.log_format, [&]() -> base::Result<Served> {
    auto started = solo::Solo::start(config);
    if (!started) return started.error();
    const std::shared_ptr<solo::Solo> solo = std::move(*started);
    const auto ports = solo->ports();
    std::string up = fmt::format(
        "whoosh is up: {}://localhost:{} (players), {}://localhost:{}/ws (games), "
        "http://127.0.0.1:{}/metrics and :{}/metrics (operators)",
        config.tls_cert.empty() ? "http" : "https", ports.http,
        config.tls_cert.empty() ? "ws" : "wss", ports.edge, ports.ops, ports.ops_edge);
    return Served{std::move(up), [solo] { solo->reload(); },
                  [solo](const std::function<bool()>&) { solo->stop(); }};
  });
}

void add_solo_knobs(CLI::App& solo, solo::Config& c) {
  knob(solo, "data", c.data, "Folder of the database, keys and logs; made if missing");
  secret_knob(solo, "database", c.database,
              "Instead of the embedded one in the folder: postgres://user@host/database");
  knob(solo, "listen", c.listen, "Address of both public ports");
  knob(solo, "http-port", c.http_port, "Port of the web client and REST; 0: a free one");
  knob(solo, "edge-port", c.edge_port, "Port of the game's WebSockets; 0: a free one");
  knob(solo, "ops-port", c.ops_port,
       "Port on 127.0.0.1 with /metrics /livez /readyz of REST; 0: a free one");
  knob(solo, "ops-edge-port", c.ops_edge_port, "The same of the WebSockets; 0: a free one");
  knob(solo, "tls-cert", c.tls_cert,
       "PEM file: both public ports speak TLS with this certificate; read again when it changes");
  knob(solo, "tls-key", c.tls_key, "PEM file of the certificate's private key");
  knob(solo, "public-url", c.public_url,
       "URL of the web client as players reach it; empty: as each request's Host says");
  knob(solo, "edge-url", c.edge_url,
       "URL of the WebSockets as players reach them; empty: the request's host and edge-port");
  knob(solo, "web", c.web, "Folder of the built web client; empty: the one built here");
  knob(solo, "allowed-origins", c.allowed_origins,
       "Further page addresses that may connect, separated by commas");
  knob(solo, "trusted-proxies", c.trusted_proxies,
       "Addresses whose X-Forwarded-For is believed, separated by commas");
  knob(solo, "rate-limits", c.rate_limits, "Limits per address and account: true or false");
  knob(solo, "query-tokens", c.query_tokens,
       "Take ?token= at the WebSocket, for clients that can set no header: true or false");
  knob(solo, "shards", c.shards, "Threads of the WebSockets; 0: one per core");
  knob(solo, "players-max", c.players_max,
       "Connected players, above whom nobody new is let in; 0: what the descriptors allow");
  knob(solo, "io", c.io, "How they are served: epoll, io_uring, or auto (io_uring if permitted)");
  knob(solo, "api-threads", c.api_threads, "Threads of REST; 0: one per core, at most 4");
  knob(solo, "tick-ms", c.tick_ms,
       "Real milliseconds of one game second; 1000 but for tests and demos");
  knob(solo, "password-cost", c.password_cost, "Argon2id: interactive, or minimal for tests");
  knob(solo, "require-admin-totp", c.require_admin_totp,
       "Operators need a second factor: on, off, or auto (on when players come by https)");
  knob(solo, "session-days", c.session_days,
       "A sign-in ends after so many days, however often it is refreshed");
  knob(solo, "key-bits", c.key_bits, "Size of a signing key made here: 2048, 3072 or 4096");
  knob(solo, "log-level", c.log_level, "trace, debug, info, warn or error");
  knob(solo, "log-format", c.log_format, "text or json");
}

}  // namespace

Command add_solo(CLI::App& app) {
  struct Asked {
    solo::Config config;
    std::string config_file;
    bool print_config = false;
  };
  const auto asked = std::make_shared<Asked>();
  CLI::App* solo = app.add_subcommand(
      "solo", "Serve everything from one process: REST, web client, rooms; SQLite inside");
  solo->add_option("--config", asked->config_file,
                   "TOML file of knobs; a flag beats the environment beats the file")
      ->envname("WHOOSH_CONFIG");
  solo->add_flag("--print-config", asked->print_config, "Print every knob with its value and stop");
  add_solo_knobs(*solo, asked->config);
  return {solo, [asked] {
            if (const auto ok = solo::check(asked->config); !ok) return fail(ok.error().message);
            if (!asked->print_config) return serve_solo(asked->config);
            std::fputs(solo::print(asked->config).c_str(), stdout);
            return 0;
          }};
}

}  // namespace whoosh::cli
