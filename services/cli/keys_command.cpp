#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "runtime/clock.h"
#include "services/cli/commands.h"
#include "services/cli/knobs.h"
#include "services/solo/key_files.h"

namespace whoosh::cli {
namespace {

struct Options {
  std::string data = "var";
  bool rotate = false;
};

int run(const Options& options) {
  const base::UnixMs now = runtime::OsClock().now();
  if (options.rotate) {
    const auto path = solo::add_key_file(options.data, now);
    if (!path) return fail(path.error().sentence());
    fmt::print("made {}; it signs from the next start on, older keys go on checking\n", *path);
  }
  const auto keys = solo::load_or_make_keys(options.data, now);
  if (!keys) return fail(keys.error().sentence());
  const auto paths = solo::key_files(options.data);
  if (!paths) return fail(paths.error().sentence());
  for (const std::string& path : *paths) fmt::print("{}\n", path);
  fmt::print("signing kid: {}\n{}\n", keys->signing_kid(), keys->jwks_json());
  return 0;
}

}  // namespace

Command add_keys(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* keys =
      app.add_subcommand("keys", "Make (if there is none) and list the keys that sign tokens");
  knob(*keys, "data", options->data, "Folder of the keys");
  keys->add_flag("--rotate", options->rotate, "Make one more, which signs from the next start on");
  return {keys, [options] { return run(*options); }};
}

}  // namespace whoosh::cli
