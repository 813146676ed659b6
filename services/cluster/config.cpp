#include "services/cluster/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>

#include "auth/cluster_key.h"
#include "http/address.h"
#include "net/limits.h"
#include "services/database/database.h"
#include "services/role/identity.h"
#include "services/role/live_state.h"
#include "services/role/secret_file.h"
#include "services/role/tls_watch.h"

namespace whoosh::cluster {
namespace {

using base::Error;
using base::ErrorCode;
using Checked = base::Result<>;

constexpr std::size_t node_name_bytes_max = 63;

Error wrong(std::string_view knob, std::string_view takes) {
  return {ErrorCode::invalid_input, fmt::format("--{} takes {}.", knob, takes)};
}

Checked resolve_common(CommonConfig& c) {
  if (auto read = role::read_secret_file("state", c.state_file, c.state); !read) return read;
  return role::read_secret_file("cluster-secret", c.cluster_secret_file, c.cluster_secret);
}

template <std::size_t N>
bool among(const std::string& value, const std::array<const char*, N>& list) {
  return std::any_of(list.begin(), list.end(), [&](const char* item) { return value == item; });
}

bool is_url(std::string_view url, std::string_view scheme) {
  return url.empty() || url.starts_with(fmt::format("{}://", scheme)) ||
         url.starts_with(fmt::format("{}s://", scheme));
}

bool is_address(const std::string& text) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text, error);
  return !error && !address.is_unspecified();
}

bool is_node_name(std::string_view name) {
  return !name.empty() && name.size() <= node_name_bytes_max &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

// A name to look up, not an address (so not every address either).
bool is_host_name(const std::string& text) {
  boost::system::error_code no_address;
  boost::asio::ip::make_address(text, no_address);
  return no_address && is_node_name(text);
}

Checked check_common(const CommonConfig& c) {
  if (const auto state = role::check_state_url(c.state); !state)
    return Error{ErrorCode::invalid_input, fmt::format("--state: {}", state.error().sentence())};
  if (c.cluster_secret.size() < auth::cluster_secret_bytes_min) {
    return wrong("cluster-secret",
                 "32 characters or more, the same for every process (or "
                 "WHOOSH_CLUSTER_SECRET, or --cluster-secret-file)");
  }
  if (c.keys.empty()) return wrong("keys", "files, or folders of them");
  if (c.keys_settle_s > 3'600) return wrong("keys-settle-s", "0 to 3600 seconds");
  if (!among(c.log_level, std::array{"trace", "debug", "info", "warn", "error"}))
    return wrong("log-level", "trace, debug, info, warn or error");
  if (!among(c.log_format, std::array{"text", "json"})) return wrong("log-format", "text or json");
  return {};
}

// `url`: of this port as players reach it, if that is told; it must not say that there is no TLS.
Checked check_tls(const TlsConfig& c, std::string_view knob, const std::string& url) {
  if (std::string what = role::check_tls_knobs(c.tls_cert, c.tls_key); !what.empty())
    return Error{ErrorCode::invalid_input, std::move(what)};
  if (c.tls_cert.empty() || (!url.starts_with("http://") && !url.starts_with("ws://"))) return {};
  return wrong(knob, "an https:// or wss:// URL where there is --tls-cert");
}

Checked check_proxies(const std::vector<std::string>& proxies) {
  if (http::Networks::parse(proxies)) return {};
  return wrong("trusted-proxies", "addresses and networks such as 10.0.0.0/8");
}

// Writes `name = value` lines.
struct Printer {
  std::string text;

  template <class T>
  void operator()(std::string_view name, const T& value, std::string_view) {
    if constexpr (std::is_same_v<T, std::vector<std::string>>)
      text += fmt::format("{} = {}\n", name, fmt::join(value, ","));
    else
      text += fmt::format("{} = {}\n", name, value);
  }
  // An address is shown without who and by which word; a secret only as given or not.
  void secret(std::string_view name, const std::string& value, std::string_view) {
    const bool is_address = name == "state" || name == "database";
    text += fmt::format("{} = {}\n", name,
                        is_address      ? shown(name, value)
                        : value.empty() ? ""
                                        : "(given)");
  }
  static std::string shown(std::string_view name, const std::string& value) {
    if (name == "state") return role::without_password(value);
    const auto location = database::parse(value);
    return location ? database::name_of(*location) : "(not understood)";
  }
};

template <class Config>
std::string print_knobs(Config config) {
  Printer printer;
  each_knob(config, printer);
  return printer.text;
}

}  // namespace

Checked resolve(ApiConfig& c) {
  if (auto common = resolve_common(c); !common) return common;
  return role::read_secret_file("database", c.database_file, c.database);
}

Checked resolve(EdgeConfig& c) {
  if (auto common = resolve_common(c); !common) return common;
  if (c.node_name.empty()) {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) == 0) c.node_name = name.data();
  }
  if (c.internal_host.empty()) c.internal_host = c.internal_listen;
  return {};
}

Checked resolve(MatchmakerConfig& c) {
  return resolve_common(c);
}

Checked resolve(OperatorConfig& c) {
  return resolve_common(c);
}

Checked check(const OperatorConfig& c) {
  return check_common(c);
}

Checked check(const ApiConfig& c) {
  if (auto common = check_common(c); !common) return common;
  if (const auto location = database::parse(c.database); !location) {
    return Error{ErrorCode::invalid_input,
                 fmt::format("--database: {}", location.error().sentence())};
  }
  if (c.database_connections < 1 || c.database_connections > 64)
    return wrong("database-connections", "1 to 64");
  if (c.api_threads > 64) return wrong("api-threads", "0 (automatic) to 64");
  if (!among(c.password_cost, std::array{"interactive", "minimal"}))
    return wrong("password-cost", "interactive or minimal");
  if (!role::is_totp_rule(c.require_admin_totp))
    return wrong("require-admin-totp", "auto, on or off");
  if (!role::is_session_days(c.session_days)) return wrong("session-days", "1 to 3650 days");
  if (!is_url(c.public_url, "http"))
    return wrong("public-url", "a URL such as https://whoosh.example");
  if (auto tls = check_tls(c, "public-url", c.public_url); !tls) return tls;
  if (!is_url(c.edge_url, "ws"))
    return wrong("edge-url", "a URL such as wss://edge.whoosh.example/ws");
  return check_proxies(c.trusted_proxies);
}

Checked check(const EdgeConfig& c) {
  if (auto common = check_common(c); !common) return common;
  if (c.data.empty()) return wrong("data", "a folder");
  if (!is_node_name(c.node_name))
    return wrong("node-name", "letters, digits, '-', '_' and '.', at most 63");
  if (!is_url(c.advertise_ws_url, "ws"))
    return wrong("advertise-ws-url", "a URL such as wss://whoosh.example/edge/edge-1/ws");
  if (auto tls = check_tls(c, "advertise-ws-url", c.advertise_ws_url); !tls) return tls;
  if (!is_address(c.internal_host) && !is_host_name(c.internal_host)) {
    return wrong("internal-host",
                 "the address by which the other processes reach this one, or a name, which is "
                 "looked up at start (needed when --internal-listen is every address)");
  }
  if (!is_url(c.public_url, "http"))
    return wrong("public-url", "a URL such as https://whoosh.example");
  if (c.shards > 64) return wrong("shards", "0 (one per core) to 64");
  if (!net::parse_io(c.io)) return wrong("io", "auto, epoll or io_uring");
  if (c.tick_ms < 5 || c.tick_ms > 10'000) return wrong("tick-ms", "5 to 10000 milliseconds");
  if (c.drain_s > 86'400) return wrong("drain-s", "0 to 86400 seconds");
  return check_proxies(c.trusted_proxies);
}

Checked check(const MatchmakerConfig& c) {
  if (auto common = check_common(c); !common) return common;
  if (!is_url(c.edge_url, "ws"))
    return wrong("edge-url", "a URL such as wss://edge.whoosh.example/ws");
  return {};
}

std::string print(const ApiConfig& config) {
  return print_knobs(config);
}
std::string print(const EdgeConfig& config) {
  return print_knobs(config);
}
std::string print(const MatchmakerConfig& config) {
  return print_knobs(config);
}

}  // namespace whoosh::cluster
