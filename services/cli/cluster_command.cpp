// The roles of a cluster: api, edge, matchmaker.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "services/cli/commands.h"
#include "services/cli/knobs.h"
#include "services/cli/serve.h"
#include "services/cluster/role.h"

namespace whoosh::cli {
namespace {

// Gives the command line a word for each knob.
struct KnobAdder {
  CLI::App& command;

  template <class T>
  void operator()(const std::string& name, T& value, const std::string& words) const {
    knob(command, name, value, words);
  }
  void secret(const std::string& name, std::string& value, const std::string& words) const {
    secret_knob(command, name, value, words);
  }
};

template <class Config, class Start>
base::Result<Served> start_role(const std::string& name, const Config& config, Start start) {
  auto started = start(config);
  if (!started) return started.error();
  const std::shared_ptr<cluster::Role> running = std::move(*started);
  const cluster::Role::Ports ports = running->ports();
  std::string up =
      fmt::format("whoosh {} has started: operators' pages on port {}", name, ports.ops);
  if (ports.serving != 0) up += fmt::format(", players on port {}", ports.serving);
  if (ports.internal != 0) up += fmt::format(", the cluster's calls on port {}", ports.internal);
  return Served{std::move(up), [running] { running->reload(); },
                [running](const std::function<bool()>& hurry) { running->stop(hurry); }};
}

template <class Config, class Start>
Command add_role(CLI::App& app, const std::string& name, const std::string& words, Start start) {
  struct Asked {
    Config config;
    std::string config_file;
    bool print_config = false;
  };
  const auto asked = std::make_shared<Asked>();
  CLI::App* command = app.add_subcommand(name, words);
  command
      ->add_option("--config", asked->config_file,
                   "TOML file of knobs; a flag beats the environment beats the file")
      ->envname("WHOOSH_CONFIG");
  command->add_flag("--print-config", asked->print_config,
                    "Print every knob with its value and stop");
  cluster::each_knob(asked->config, KnobAdder{*command});
  return {command, [asked, name, start] {
            Config& config = asked->config;
            if (const auto ok = cluster::resolve(config); !ok) return fail(ok.error().message);
            if (const auto ok = cluster::check(config); !ok) return fail(ok.error().message);
            if (asked->print_config) {
              std::fputs(cluster::print(config).c_str(), stdout);
              return 0;
            }
            return serve(config.log_level, config.log_format,
                         [&] { return start_role(name, config, start); });
          }};
}

}  // namespace

Command add_api(CLI::App& app) {
  return add_role<cluster::ApiConfig>(
      app, "api", "One process of a cluster: REST and web client; PostgreSQL and Redis beside it",
      cluster::start_api);
}

Command add_edge(CLI::App& app) {
  return add_role<cluster::EdgeConfig>(
      app, "edge", "One process of a cluster: WebSockets and rooms; Redis beside it",
      cluster::start_edge);
}

Command add_matchmaker(CLI::App& app) {
  return add_role<cluster::MatchmakerConfig>(
      app, "matchmaker", "One process of a cluster: pairs who queues; run two, one is active",
      cluster::start_matchmaker);
}

}  // namespace whoosh::cli
