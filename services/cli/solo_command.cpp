#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <csignal>

#include "services/cli/commands.h"
#include "services/cli/knobs.h"
#include "services/cli/log.h"
#include "services/solo/solo.h"

namespace whoosh::cli {
namespace {

// As many descriptors as the system allows without more rights: each player is one.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Blocks the signals that end us in this thread and all it starts, so that wait_for_end() gets
// them.
sigset_t block_end_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);  // the terminal was closed; under nohup it is ignored and never comes
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

int serve(const solo::Config& config) {
  const sigset_t end_signals = block_end_signals();
  raise_descriptor_limit();
  umask(S_IRWXG | S_IRWXO);  // keys, database and match logs are their owner's alone
  start_log(config.log_level, config.log_format);
  auto solo = solo::Solo::start(config);
  if (!solo) return fail(solo.error().sentence());
  const auto ports = (*solo)->ports();
  fmt::print(
      "whoosh is up: http://localhost:{} (players), ws://localhost:{}/ws (games), "
      "http://127.0.0.1:{}/metrics and :{}/metrics (operators)\n",
      ports.http, ports.edge, ports.ops, ports.ops_edge);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&end_signals, &signal);
  fmt::print("stopping\n");
  (*solo)->stop();
  return 0;
}

void add_solo_knobs(CLI::App& solo, solo::Config& c) {
  knob(solo, "data", c.data, "Folder of the database, keys and logs; made if missing");
  knob(solo, "listen", c.listen, "Address of both public ports");
  knob(solo, "http-port", c.http_port, "Port of the web client and REST; 0: a free one");
  knob(solo, "edge-port", c.edge_port, "Port of the game's WebSockets; 0: a free one");
  knob(solo, "ops-port", c.ops_port,
       "Port on 127.0.0.1 with /metrics /livez /readyz of REST; 0: a free one");
  knob(solo, "ops-edge-port", c.ops_edge_port, "The same of the WebSockets; 0: a free one");
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
  knob(solo, "shards", c.shards, "Threads of the WebSockets; 0: one per core");
  knob(solo, "api-threads", c.api_threads, "Threads of REST; 0: one per core, at most 4");
  knob(solo, "tick-ms", c.tick_ms,
       "Real milliseconds of one game second; 1000 but for tests and demos");
  knob(solo, "password-cost", c.password_cost, "Argon2id: interactive, or minimal for tests");
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
            if (!asked->print_config) return serve(asked->config);
            std::fputs(solo::print(asked->config).c_str(), stdout);
            return 0;
          }};
}

}  // namespace whoosh::cli
