// whoosh doctor: looks at a deployment with its own configuration, and says what is wrong and how
// to mend it (docs/DOCTOR.md). Exit status: 0 all is well, 1 warnings, 2 failures or wrong use.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "services/cli/commands.h"
#include "services/cli/knobs.h"
#include "services/doctor/run.h"

namespace whoosh::cli {
namespace {

struct Asked {
  doctor::Config config;
  std::string config_file;
  bool json = false;
  bool verbose = false;
};

// The roles' knobs, as their own commands have them, in a group of their own.
struct RoleKnobs {
  CLI::App& command;
  static constexpr const char* group = "As of the roles: flags, WHOOSH_… or --config";

  template <class T>
  void operator()(const std::string& name, T& value, const std::string& words) const {
    knob(command, name, value, words)->group(group);
  }
  void secret(const std::string& name, std::string& value, const std::string& words) const {
    secret_knob(command, name, value, words)->group(group);
  }
};

bool says_nothing(const doctor::Config& config) {
  const auto& api = config.api;
  return api.state.empty() && api.state_file.empty() && api.keys.empty() && api.database.empty() &&
         api.database_file.empty() && api.tls_cert.empty() && config.edge.data.empty() &&
         config.pages().empty();
}

int run(const Asked& asked) {
  if (says_nothing(asked.config)) {
    fail(
        "nothing says which deployment: run it with the flags, environment or --config of a role, "
        "or with --against URL");
    return 2;
  }
  const doctor::Report report = doctor::run(asked.config);
  const std::string text = asked.json ? doctor::json_of(report.findings)
                                      : doctor::text_of(report.findings, asked.verbose);
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
  const int status = doctor::exit_status(report.findings);
  if (!report.is_whole) std::_Exit(status);  // a thread hangs in the system
  return status;
}

}  // namespace

Command add_doctor(CLI::App& app) {
  const auto asked = std::make_shared<Asked>();
  CLI::App* doctor = app.add_subcommand(
      "doctor", "Find what is wrong with a deployment, and how to mend it; changes nothing");
  doctor->footer(
      "Run it where a role runs, with the configuration of that role; what is not told is not "
      "looked at.\nExit status: 0 all is well, 1 warnings, 2 failures or wrong use.");
  doctor->add_option("--config", asked->config_file, "TOML file of knobs, as of a role")
      ->envname("WHOOSH_CONFIG");
  doctor->add_option("--against", asked->config.against,
                     "From outside only: URL of the pages, https://play.example");
  doctor->add_option("--ca-file", asked->config.ca_file,
                     "PEM file of the authority that certificates are of; empty: the system's");
  doctor->add_flag("--json", asked->json, "For machines");
  doctor->add_flag("--verbose,-v", asked->verbose, "Also what is well, and what was not looked at");
  doctor->add_option("--timeout-ms", asked->config.timeout_ms, "How long to wait for each answer")
      ->check(CLI::Range(100, 60'000))
      ->capture_default_str();
  doctor
      ->add_option("--disk-free-percent", asked->config.disk_free_percent,
                   "A warning where less is free")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  doctor
      ->add_option("--certificate-days", asked->config.certificate_days,
                   "A warning for a certificate that ends sooner")
      ->check(CLI::Range(0, 3'650))
      ->capture_default_str();
  RoleKnobs knobs{*doctor};
  doctor::each_knob(asked->config, knobs);
  return {doctor, [asked] { return run(*asked); }};
}

}  // namespace whoosh::cli
