// whoosh health: asks the process beside it whether it is well. What a container's HEALTHCHECK
// runs, so that the image needs no shell and no curl; 0 well, 1 not, with the checks that failed.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <boost/json.hpp>
#include <memory>
#include <span>

#include "services/cli/commands.h"
#include "services/cli/knobs.h"
#include "tools/swarm/client.h"

namespace whoosh::cli {
namespace {

namespace json = boost::json;

// Of `api` and `solo`, `edge`, `matchmaker`: one of them is alone in its container.
constexpr std::array<std::uint16_t, 3> usual_ports{9090, 9091, 9092};

struct Options {
  std::string ops_listen = "127.0.0.1";
  std::uint16_t ops_port = 0;
  bool live = false;
  std::uint32_t timeout_ms = 3'000;
};

// Who listens everywhere is reached at the loopback.
std::string host_to_ask(const std::string& listen) {
  if (listen == "0.0.0.0") return "127.0.0.1";
  if (listen == "::") return "::1";
  return listen;
}

// "database: unavailable, state: …" of a page's body; the body itself when it is something else.
std::string reasons(const std::string& body) {
  boost::system::error_code error;
  const json::value page = json::parse(body, error);
  const auto* object = error ? nullptr : page.if_object();
  const auto* checks = object != nullptr ? object->if_contains("checks") : nullptr;
  if (checks == nullptr || !checks->is_object()) return body.substr(0, 200);
  std::string text;
  for (const auto& [name, value] : checks->get_object()) {
    if (!value.is_string() || value.get_string() == "ok") continue;
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", std::string_view(name),
                        std::string_view(value.get_string()));
  }
  return text;
}

int run(const Options& options) {
  const std::string host = host_to_ask(options.ops_listen);
  const std::array<std::uint16_t, 1> given{options.ops_port};
  const std::span<const std::uint16_t> ports =
      options.ops_port == 0 ? std::span<const std::uint16_t>(usual_ports) : given;
  std::string trouble;
  for (const std::uint16_t port : ports) {
    swarm::HttpCall call;
    call.target = options.live ? "/livez" : "/readyz";
    const auto answer = swarm::http({host, port}, call, options.timeout_ms);
    if (!answer) {
      trouble = fmt::format("{}:{}: {}", host, port, answer.error().sentence());
      continue;
    }
    if (answer->status == 200) {
      fmt::print("well: {}:{}{}\n", host, port, call.target);
      return 0;
    }
    return fail(fmt::format("{}:{}{} answers {}: {}", host, port, call.target, answer->status,
                            reasons(answer->body)));
  }
  return fail(trouble);
}

}  // namespace

Command add_health(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* health =
      app.add_subcommand("health", "Ask the process of this machine or container if it is ready");
  knob(*health, "ops-listen", options->ops_listen, "Address of its operators' pages");
  knob(*health, "ops-port", options->ops_port, "Port of them; 0: the usual ones, in turn");
  health->add_flag("--live", options->live, "Only if it runs, not if it is ready");
  health->add_option("--timeout-ms", options->timeout_ms, "How long to wait for an answer")
      ->check(CLI::Range(1, 60'000))
      ->capture_default_str();
  return {health, [options] { return run(*options); }};
}

}  // namespace whoosh::cli
