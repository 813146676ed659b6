// whoosh: one executable, one sub-command per role.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <vector>

#include "services/cli/commands.h"
#include "services/cli/knobs.h"
#include "services/role/version.h"

namespace whoosh::cli {

int fail(std::string_view sentence) {
  std::fprintf(stderr, "whoosh: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
  return 1;
}

namespace {

int run(int argc, char** argv) {
  CLI::App app{"Whoosh: a party game platform. One command runs it: whoosh solo"};
  app.set_version_flag("--version", "whoosh " + std::string(role::version()));
  app.require_subcommand(1);
  app.option_defaults()->always_capture_default();
  const std::vector<Command> commands{
      add_solo(app),   add_api(app),     add_edge(app),  add_matchmaker(app), add_migrate(app),
      add_keys(app),   add_admin(app),   add_demo(app),  add_swarm(app),      add_qr(app),
      add_health(app), add_secrets(app), add_doctor(app)};
  // The file's values are defaults, so they have to be there before the line is read.
  const std::string name = argc > 1 ? argv[1] : "";
  const std::string path = config_path(argc, argv);
  for (const Command& command : commands) {
    if (path.empty() || command.app->get_name() != name) continue;
    if (command.app->get_option_no_throw("--config") == nullptr) continue;
    if (const auto loaded = load_config_file(*command.app, path); !loaded)
      return fail(loaded.error().message);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : 2;
  }
  const auto asked = std::find_if(commands.begin(), commands.end(),
                                  [](const Command& command) { return command.app->parsed(); });
  return asked->run();
}

}  // namespace
}  // namespace whoosh::cli

int main(int argc, char** argv) {
  return whoosh::cli::run(argc, argv);
}
