#include "state/redis/options.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace whoosh::state::redis {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::uint16_t redis_port = 6379;
constexpr std::uint16_t sentinel_port = 26379;
constexpr std::size_t endpoints_max = 64;
constexpr std::int32_t database_max = 1'000'000;

Error bad(std::string sentence) {
  return {ErrorCode::invalid_input, std::move(sentence)};
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out.push_back(text[at]);
      continue;
    }
    unsigned byte = 0;
    const std::string_view digits = text.substr(at + 1, 2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2) {
      return std::nullopt;
    }
    out.push_back(static_cast<char>(byte));
    at += 2;
  }
  return out;
}

bool is_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return c > ' ' && c < 0x7f && c != '/' && c != '@' && c != '?' && c != '#' && c != '[' &&
           c != ']';
  });
}

base::Result<Endpoint> parse_endpoint(std::string_view text, std::uint16_t port) {
  std::string_view host = text;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return bad("An address lacks its closing bracket.");
    host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (!is_host(host)) return bad("A host name is missing or not a host name.");
  if (!rest.empty()) {
    const auto value = rest.starts_with(':') ? number(rest.substr(1)) : std::nullopt;
    if (!value || *value < 1 || *value > 65'535) return bad("A port must be 1 to 65535.");
    port = static_cast<std::uint16_t>(*value);
  }
  return Endpoint{std::string(host), port};
}

base::Result<> parse_scheme(std::string_view scheme, Options& options) {
  if (scheme.starts_with("rediss")) {
    options.tls = true;
    scheme.remove_prefix(6);
  } else if (scheme.starts_with("redis")) {
    scheme.remove_prefix(5);
  } else {
    return bad("The address of Redis begins with redis:// or rediss://.");
  }
  if (scheme.empty()) return {};
  if (scheme == "+sentinel") {
    options.topology = Topology::sentinel;
  } else if (scheme == "+cluster") {
    options.topology = Topology::cluster;
  } else {
    return bad("The address of Redis may say +sentinel or +cluster, nothing else.");
  }
  return {};
}

base::Result<> parse_login(std::string_view login, Options& options) {
  const std::size_t colon = login.find(':');
  const auto user = percent_decoded(login.substr(0, colon));
  const auto password = colon == std::string_view::npos ? std::optional<std::string>("")
                                                        : percent_decoded(login.substr(colon + 1));
  if (!user || !password) return bad("User or password have a % that is no escape.");
  options.user = *user;
  options.password = *password;
  return {};
}

base::Result<> parse_path(std::string_view path, Options& options) {
  if (options.topology == Topology::cluster) {
    if (!path.empty()) return bad("A cluster has no databases: leave the path off.");
    return {};
  }
  std::string_view database = path;
  if (options.topology == Topology::sentinel) {
    const std::size_t slash = path.find('/');
    options.master_name = std::string(path.substr(0, slash));
    if (options.master_name.empty()) return bad("The path names the sentinels' master: …/mymaster");
    database = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  if (database.empty()) return {};
  const auto value = number(database);
  if (!value || *value < 0 || *value > database_max) return bad("The database must be a number.");
  options.database = static_cast<std::int32_t>(*value);
  return {};
}

}  // namespace

std::string Endpoint::text() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

base::Result<Options> parse_url(std::string_view url) {
  Options options;
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) {
    return bad("The address of Redis begins with redis:// or rediss://.");
  }
  if (const auto ok = parse_scheme(url.substr(0, scheme_end), options); !ok) return ok.error();
  std::string_view rest = url.substr(scheme_end + 3);
  if (rest.find_first_of("?#") != std::string_view::npos) {
    return bad("The address of Redis takes no ? or #; write them as %3F and %23.");
  }
  const std::size_t path_begin =
      rest.find('/', rest.rfind('@') == std::string_view::npos ? 0 : rest.rfind('@'));
  std::string_view hosts = rest.substr(0, path_begin);
  const std::string_view path =
      path_begin == std::string_view::npos ? std::string_view() : rest.substr(path_begin + 1);
  if (const std::size_t at = hosts.rfind('@'); at != std::string_view::npos) {
    if (const auto ok = parse_login(hosts.substr(0, at), options); !ok) return ok.error();
    hosts.remove_prefix(at + 1);
  }
  const std::uint16_t port = options.topology == Topology::sentinel ? sentinel_port : redis_port;
  for (bool more = true; more;) {
    const std::size_t comma = hosts.find(',');
    more = comma != std::string_view::npos;
    auto endpoint = parse_endpoint(hosts.substr(0, comma), port);
    if (!endpoint) return endpoint.error();
    options.endpoints.push_back(std::move(*endpoint));
    if (more) hosts.remove_prefix(comma + 1);
  }
  if (options.endpoints.size() > endpoints_max) return bad("These are too many addresses.");
  if (options.topology == Topology::single && options.endpoints.size() > 1) {
    return bad("Several addresses need redis+sentinel:// or redis+cluster://.");
  }
  if (const auto ok = parse_path(path, options); !ok) return ok.error();
  return options;
}

std::string describe(const Options& options) {
  std::string text = options.tls ? "rediss" : "redis";
  if (options.topology == Topology::sentinel) text += "+sentinel";
  if (options.topology == Topology::cluster) text += "+cluster";
  text += "://";
  for (std::size_t i = 0; i < options.endpoints.size(); ++i) {
    text += (i == 0 ? "" : ",") + options.endpoints[i].text();
  }
  if (options.topology == Topology::sentinel) text += "/" + options.master_name;
  if (options.database != 0) text += "/" + std::to_string(options.database);
  return text;
}

}  // namespace whoosh::state::redis
