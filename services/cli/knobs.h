// Knobs: options of one command that can also be given by environment (WHOOSH_HTTP_PORT for
// --http-port) and by a TOML file (http-port = 8000). A flag beats the environment, the environment
// beats the file.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/result.h"

namespace whoosh::cli {

// Name of the environment variable of a flag: "http-port" -> "WHOOSH_HTTP_PORT".
[[nodiscard]] std::string environment_name(const std::string& flag);

template <class T>
CLI::Option* knob(CLI::App& command, const std::string& flag, T& value, const std::string& help) {
  CLI::Option* option =
      command.add_option("--" + flag, value, help)->envname(environment_name(flag));
  if constexpr (!std::is_same_v<T, std::vector<std::string>>)
    option->capture_default_str();
  else
    option->delimiter(',');
  return option;
}

// A knob whose value is never shown, not by --help either.
CLI::Option* secret_knob(CLI::App& command, const std::string& flag, std::string& value,
                         const std::string& help);

// Puts the values of a TOML file in as defaults. Call before parsing the command line. Errors name
// the file and the line, or the knob that does not exist.
[[nodiscard]] base::Result<> load_config_file(CLI::App& command, const std::string& path);

// The value of --config or WHOOSH_CONFIG, looked up before the real parse; empty: none.
[[nodiscard]] std::string config_path(int argc, const char* const* argv);

}  // namespace whoosh::cli
