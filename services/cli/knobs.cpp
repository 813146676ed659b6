#include "services/cli/knobs.h"

#include <fmt/format.h>
// Its own assertions end the process over some malformed files that it also reports in order.
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <toml++/toml.h>

#include <cstdlib>

namespace whoosh::cli {
namespace {

constexpr const char* secret_type = "SECRET";

// A TOML scalar as the text that a flag would have been given.
base::Result<std::string> flag_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return std::string(flag->get() ? "true" : "false");
  if (const auto* list = node.as_array()) {
    std::string joined;
    for (const toml::node& item : *list) {
      auto text = flag_text(item);
      if (!text) return text;
      joined += (joined.empty() ? "" : ",") + *text;
    }
    return joined;
  }
  return base::Error{base::ErrorCode::invalid_input,
                     "takes a text, a number, true, false or a list of those"};
}

}  // namespace

std::string environment_name(const std::string& flag) {
  std::string name = "WHOOSH_";
  for (const char c : flag)
    name.push_back(c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  return name;
}

CLI::Option* secret_knob(CLI::App& command, const std::string& flag, std::string& value,
                         const std::string& help) {
  return command.add_option("--" + flag, value, help)
      ->envname(environment_name(flag))
      ->always_capture_default(false)
      ->default_str("")
      ->type_name(secret_type);
}

base::Result<> load_config_file(CLI::App& command, const std::string& path) {
  const auto bad = [&](const std::string& what) {
    return base::Error{base::ErrorCode::invalid_input,
                       fmt::format("config file {}: {}", path, what)};
  };
  toml::table table;
  try {
    table = toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    return bad(fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
  for (const auto& [key, node] : table) {
    const std::string flag(key.str());
    CLI::Option* option = command.get_option_no_throw("--" + flag);
    if (option == nullptr)
      return bad(
          fmt::format("there is no knob \"{}\"; see whoosh {} --help", flag, command.get_name()));
    const auto text = flag_text(node);
    if (!text) return bad(fmt::format("{} {}", flag, text.error().message));
    try {
      option->default_val(*text);
      if (option->get_type_name() == secret_type) option->default_str("");
    } catch (const CLI::Error& error) {
      return bad(fmt::format("{} = {}: {}", flag, *text, error.what()));
    }
  }
  return {};
}

std::string config_path(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--config" && i + 1 < argc) return argv[i + 1];
    if (word.starts_with("--config=")) return std::string(word.substr(9));
  }
  const char* value = std::getenv("WHOOSH_CONFIG");
  return value == nullptr ? "" : value;
}

}  // namespace whoosh::cli
