// whoosh: one executable, one sub-command per role.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "services/cli/commands.h"
#include "services/cli/knobs.h"
#include "services/role/version.h"

namespace whoosh::cli {

int fail(std::string_view sentence) {
  std::fprintf(stderr, "whoosh: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
  return 1;
}

namespace {

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

int run(int argc, char** argv) {
  CLI::App app{"Whoosh: a party game platform. One command runs it: whoosh solo"};
  app.set_version_flag("--version", "whoosh " + std::string(role::version()));
  app.require_subcommand(1);
  app.option_defaults()->always_capture_default();

  solo::Config config;
  std::string config_file;
  bool print_config = false;
  CLI::App* solo = app.add_subcommand(
      "solo", "Serve everything from one process: REST, web client, rooms; SQLite inside");
  solo->add_option("--config", config_file,
                   "TOML file of knobs; a flag beats the environment beats the file")
      ->envname("WHOOSH_CONFIG");
  solo->add_flag("--print-config", print_config, "Print every knob with its value and stop");
  add_solo_knobs(*solo, config);

  MigrateOptions migrate_options;
  CLI::App* migrate = app.add_subcommand(
      "migrate", "Bring the database to this version's schema, or move it to another");
  knob(*migrate, "data", migrate_options.data, "Folder of the embedded database");
  knob(*migrate, "database", migrate_options.database,
       "Instead: sqlite:PATH or postgres://user@host/database");
  migrate->add_flag("--check", migrate_options.check,
                    "Only show what there is and what would be done");
  CLI::Option* from = migrate->add_option("--from", migrate_options.from,
                                          "Move all records from here (sqlite:PATH; stop its "
                                          "whoosh first) and compare both sides");
  CLI::Option* to = migrate->add_option("--to", migrate_options.to,
                                        "… to this empty database (postgres://user@host/database)");
  from->needs(to)->excludes("--check");
  to->needs(from);

  KeysOptions keys_options;
  CLI::App* keys =
      app.add_subcommand("keys", "Make (if there is none) and list the keys that sign tokens");
  knob(*keys, "data", keys_options.data, "Folder of the keys");
  keys->add_flag("--rotate", keys_options.rotate,
                 "Make one more, which signs from the next start on");

  DemoOptions demo_options;
  CLI::App* demo =
      app.add_subcommand("demo", "Let bots play one whole match over real sockets, time sped up");
  demo->add_option("--players", demo_options.players, "How many play")->check(CLI::Range(4, 10));
  demo->add_option("--tick-ms", demo_options.tick_ms, "Real milliseconds of one game second")
      ->check(CLI::Range(5, 1000));
  demo->add_flag("--verbose", demo_options.verbose, "Show the server's log too");

  std::string qr_text;
  CLI::App* qr = app.add_subcommand("qr", "Print a text (a URL) as a QR code for phones");
  qr->add_option("text", qr_text, "What the code says")->required();

  if (const std::string path = config_path(argc, argv); !path.empty()) {
    if (const auto loaded = load_config_file(*solo, path); !loaded)
      return fail(loaded.error().message);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : 2;
  }
  if (solo->parsed()) {
    if (const auto ok = solo::check(config); !ok) return fail(ok.error().message);
    if (print_config) {
      std::fputs(solo::print(config).c_str(), stdout);
      return 0;
    }
    return run_solo(config);
  }
  if (migrate->parsed()) return run_migrate(migrate_options);
  if (keys->parsed()) return run_keys(keys_options);
  if (demo->parsed()) return run_demo(demo_options);
  return run_qr(qr_text);
}

}  // namespace
}  // namespace whoosh::cli

int main(int argc, char** argv) {
  return whoosh::cli::run(argc, argv);
}
