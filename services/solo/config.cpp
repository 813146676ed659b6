#include "services/solo/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "net/limits.h"
#include "services/database/database.h"
#include "services/role/identity.h"
#include "services/role/tls_watch.h"

namespace whoosh::solo {
namespace {

base::Error knob(std::string_view name, std::string_view value, std::string_view takes) {
  return {base::ErrorCode::invalid_input,
          fmt::format("--{} is \"{}\" but takes {}.", name, value, takes)};
}

template <std::size_t N>
bool among(const std::string& value, const std::array<const char*, N>& list) {
  return std::any_of(list.begin(), list.end(), [&](const char* item) { return value == item; });
}

base::Result<> check_tls(const Config& c) {
  if (std::string wrong = role::check_tls_knobs(c.tls_cert, c.tls_key); !wrong.empty())
    return base::Error{base::ErrorCode::invalid_input, std::move(wrong)};
  if (c.tls_cert.empty()) return {};
  if (c.public_url.starts_with("http://"))
    return knob("public-url", c.public_url, "an https:// URL where there is --tls-cert");
  if (c.edge_url.starts_with("ws://"))
    return knob("edge-url", c.edge_url, "a wss:// URL where there is --tls-cert");
  return {};
}

// Without who and by which word.
std::string shown_database(const Config& c) {
  if (c.database.empty()) return {};
  const auto location = database::parse(c.database);
  return location ? database::name_of(*location) : "(not understood)";
}

}  // namespace

base::Result<> check(const Config& c) {
  if (c.data.empty()) return knob("data", c.data, "a folder");
  if (!c.database.empty() && !database::parse(c.database)) {
    return base::Error{base::ErrorCode::invalid_input,
                       "--database takes postgres://user@host/database or sqlite:PATH."};
  }
  if (c.tick_ms < 5 || c.tick_ms > 10'000)
    return knob("tick-ms", std::to_string(c.tick_ms), "5 to 10000 milliseconds");
  if (c.shards > 64) return knob("shards", std::to_string(c.shards), "0 (one per core) to 64");
  if (!net::parse_io(c.io)) return knob("io", c.io, "auto, epoll or io_uring");
  if (c.api_threads > 64)
    return knob("api-threads", std::to_string(c.api_threads), "0 (automatic) to 64");
  if (!among(c.password_cost, std::array{"interactive", "minimal"})) {
    return knob("password-cost", c.password_cost, "interactive or minimal");
  }
  if (!role::is_totp_rule(c.require_admin_totp))
    return knob("require-admin-totp", c.require_admin_totp, "auto, on or off");
  if (!role::is_session_days(c.session_days))
    return knob("session-days", std::to_string(c.session_days), "1 to 3650 days");
  if (!role::is_key_bits(c.key_bits))
    return knob("key-bits", std::to_string(c.key_bits), "2048, 3072 or 4096");
  if (!among(c.log_level, std::array{"trace", "debug", "info", "warn", "error"})) {
    return knob("log-level", c.log_level, "trace, debug, info, warn or error");
  }
  if (!among(c.log_format, std::array{"text", "json"}))
    return knob("log-format", c.log_format, "text or json");
  if (!c.public_url.empty() && !c.public_url.starts_with("http://") &&
      !c.public_url.starts_with("https://")) {
    return knob("public-url", c.public_url, "a URL such as https://whoosh.example");
  }
  if (!c.edge_url.empty() && !c.edge_url.starts_with("ws://") &&
      !c.edge_url.starts_with("wss://")) {
    return knob("edge-url", c.edge_url, "a URL such as wss://edge.whoosh.example/ws");
  }
  return check_tls(c);
}

std::string print(const Config& c) {
  return fmt::format(
      "data = {}\ndatabase = {}\nlisten = {}\nhttp-port = {}\nedge-port = {}\nops-port = "
      "{}\nops-edge-port = {}\n"
      "tls-cert = {}\ntls-key = {}\npublic-url = {}\nedge-url = {}\nweb = {}\nallowed-origins = "
      "{}\ntrusted-proxies = {}\n"
      "rate-limits = {}\nquery-tokens = {}\nshards = {}\nplayers-max = {}\nio = {}\napi-threads = "
      "{}\ntick-ms = "
      "{}\npassword-cost = {}\n"
      "require-admin-totp = {}\nsession-days = {}\nkey-bits = {}\n"
      "log-level = {}\nlog-format = {}\n",
      c.data, shown_database(c), c.listen, c.http_port, c.edge_port, c.ops_port, c.ops_edge_port,
      c.tls_cert, c.tls_key, c.public_url, c.edge_url, c.web, fmt::join(c.allowed_origins, ","),
      fmt::join(c.trusted_proxies, ","), c.rate_limits ? "on" : "off",
      c.query_tokens ? "on" : "off", c.shards, c.players_max, c.io, c.api_threads, c.tick_ms,
      c.password_cost, c.require_admin_totp, c.session_days, c.key_bits, c.log_level, c.log_format);
}

}  // namespace whoosh::solo
