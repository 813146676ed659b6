#include "services/cli/trust.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

namespace whoosh::cli {

void add_trust(CLI::App& app, Trust& trust, const std::string& group) {
  CLI::Option* const ca =
      app.add_option("--ca", trust.ca_file,
                     "PEM file of whom to trust at https:// and wss://, instead of the system's");
  CLI::Option* const insecure =
      app.add_flag("--insecure", trust.insecure,
                   "Check no certificate: whoever answers is taken for the server");
  insecure->excludes(ca);
  if (group.empty()) return;
  ca->group(group);
  insecure->group(group);
}

base::Result<tls::ContextPtr> make_trust(const Trust& trust) {
  if (trust.insecure) {
    fmt::print(stderr,
               "whoosh: warning: --insecure: no certificate is checked, whoever answers is taken "
               "for the server.\n");
  }
  return tls::Context::client({.ca_file = trust.ca_file, .anybody = trust.insecure});
}

base::Result<swarm::Endpoint> api_endpoint(std::string_view option, std::string_view url,
                                           const tls::ContextPtr& trust) {
  constexpr std::string_view scheme = "http";
  const auto read = url.starts_with(scheme)
                        ? swarm::parse_ws_url("ws" + std::string(url.substr(scheme.size())))
                        : std::nullopt;
  if (!read) {
    return base::Error{base::ErrorCode::invalid_input,
                       fmt::format("{} takes http://host:port or https://host:port", option)};
  }
  swarm::Endpoint endpoint = read->endpoint;
  if (read->secure) endpoint.tls = trust;
  return endpoint;
}

}  // namespace whoosh::cli
