// How Redis (7) or Valkey (8) is reached, and the one line of text that says so:
//
//   redis://[user[:password]@]host[:port][/database]
//   redis+sentinel://[user[:password]@]host[:port][,host…]/master[/database]
//   redis+cluster://[user[:password]@]host[:port][,host…]
//
// rediss:// (rediss+sentinel://, rediss+cluster://) are the same over TLS. IPv6 addresses stand in
// brackets, user and password may be percent-encoded. Values; any thread.
//
// Secrets: nothing here but `password` and `sentinel_password` holds one; describe() leaves them
// out, and so does every report and error of this module.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace whoosh::state::redis {

struct Endpoint {
  std::string host;
  std::uint16_t port = 6379;

  [[nodiscard]] std::string text() const;  // "host:port", "[::1]:port"
  auto operator<=>(const Endpoint&) const = default;
};

enum class Topology : std::uint8_t { single, sentinel, cluster };

struct Options {
  Topology topology = Topology::single;
  std::vector<Endpoint> endpoints;  // the server; the sentinels; some nodes of the cluster
  std::string master_name;          // sentinel: of the group
  std::string user;                 // "": the default user
  std::string password;             // "": no AUTH
  std::string sentinel_user;        // of the sentinels themselves
  std::string sentinel_password;
  std::int32_t database = 0;  // single and sentinel

  bool tls = false;
  std::string ca_file;           // "": the system's
  std::string certificate_file;  // of this client; "": none
  std::string key_file;
  bool tls_verify = true;       // certificate and host name; off for experiments only
  std::string tls_server_name;  // what certificates must be for; "": the address dialled

  std::string key_prefix = "whoosh:";
  std::int64_t connect_timeout_ms = 2'000;  // TCP, TLS and the first commands
  std::int64_t command_timeout_ms = 1'500;  // then the connection is given up
  std::int64_t call_timeout_ms = 3'000;     // of a call with everything it may need to repeat
  std::int64_t backoff_ms_min = 50;  // between attempts to connect, doubled up to the maximum …
  std::int64_t backoff_ms_max = 2'000;     // … with a jitter of half of it
  std::int64_t topology_check_ms = 1'000;  // sentinel: how often the master's address is asked
  std::size_t pending_max = 20'000;        // calls under way; above: unavailable at once

  // What an operator should read, in whole sentences; called on the IO thread.
  std::function<void(std::string_view)> report;
};

// invalid_input, with a sentence that repeats no part of user or password.
[[nodiscard]] base::Result<Options> parse_url(std::string_view url);

// As a URL without user and password, for logs.
[[nodiscard]] std::string describe(const Options& options);

}  // namespace whoosh::state::redis
