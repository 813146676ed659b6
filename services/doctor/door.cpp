// One knock at a WebSocket address: an upgrade without a credential. An edge that is reached by the
// whole of it answers 401 `unauthorized`, one whose proxy took the Upgrade off 426, one that does
// not know the pages' address 403 `foreign_origin`.
#include <fmt/format.h>

#include "services/doctor/checks.h"
#include "services/doctor/probe.h"

namespace whoosh::doctor {
namespace {

constexpr const char* let_upgrades_through =
    "Let the proxy pass Upgrade and Connection on, over HTTP/1.1: nginx: proxy_http_version 1.1; "
    "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\"; HAProxy and "
    "an AWS ALB do it by themselves unless a rule deletes those headers or speaks HTTP/2 to the "
    "edge.";

std::string first_line(const std::string& text) {
  return text.substr(0, std::min<std::size_t>(text.find('\n'), 80));
}

}  // namespace

Finding check_door(const Config& config, const Door& door) {
  const auto finding = [&](Severity severity, std::string check, std::string seen,
                           std::string mend) {
    return Finding{severity, std::move(check), door.subject, std::move(seen), std::move(mend)};
  };
  const auto url = parse_url(door.url);
  if (!url) {
    return finding(Severity::failure, "websocket", fmt::format("{} is no ws:// URL.", door.url),
                   fmt::format("--{} wss://HOST/ws", door.flag));
  }
  Ask request = upgrade(door.origin);
  request.timeout_ms = config.timeout_ms;
  request.ca_file = config.ca_file;
  const auto told = ask(*url, request);
  if (!told) {
    return finding(Severity::failure, "websocket",
                   fmt::format("{} can't be reached: {}", door.url, told.error().sentence()),
                   fmt::format("Players are sent there: mend --{}, or the name, firewall or "
                               "certificate in between.",
                               door.flag));
  }
  const std::string code = told->code();
  if (told->status == 101 || code == "unauthorized") {
    return finding(Severity::ok, "websocket",
                   fmt::format("an upgrade to {} arrives{}.", door.url,
                               door.origin.empty() ? "" : " from " + door.origin),
                   "");
  }
  if (code == "upgrade_required" || told->status == 426) {
    return finding(
        Severity::failure, "upgrade",
        fmt::format("an upgrade to {} arrives without its Upgrade: a proxy in front takes "
                    "it off.",
                    door.url),
        let_upgrades_through);
  }
  if (code == "foreign_origin") {
    return finding(
        Severity::failure, "origin",
        fmt::format("{} refuses pages from {}.", door.url, door.origin),
        fmt::format("Give the edges --public-url {0}, or --allowed-origins {0} (edge and "
                    "api).",
                    door.origin));
  }
  if (code == "rate_limited") {
    return finding(Severity::warning, "websocket",
                   fmt::format("{} answers 429: too many upgrades from this address.", door.url),
                   "Behind a proxy everybody has its address until --trusted-proxies names it.");
  }
  const std::string server = told->header("server");
  return finding(
      Severity::failure, code.empty() ? "upgrade" : "websocket",
      fmt::format("{} answers an upgrade with {}{}{}.", door.url, told->status,
                  server.empty() ? "" : fmt::format(" by {}", server),
                  code.empty() ? fmt::format(", and it is no Whoosh that says so ({})",
                                             first_line(told->body))
                               : " " + code),
      code.empty() ? fmt::format("Send that path to the edges' port, and: {}", let_upgrades_through)
                   : fmt::format("Send it to the edges as /ws; see --{}.", door.flag));
}

}  // namespace whoosh::doctor
