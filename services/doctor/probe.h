// Probe: one HTTP/1.1 request to whatever a URL leads to, as a stranger would send it: over TCP or
// TLS, also with the headers of an upgrade to WebSocket. Blocking, with a deadline for everything
// but looking a name up (the runner gives up what hangs there); any thread. Errors are
// `unavailable` with what the system said, never an exception.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace whoosh::doctor {

struct Url {
  bool tls = false;
  std::string host;  // without the brackets of an IPv6 address
  std::uint16_t port = 0;
  std::string path;  // with the query; "/" at least

  [[nodiscard]] std::string authority() const;  // as in Host: without a usual port
  [[nodiscard]] std::string origin() const;     // "https://play.example"
  [[nodiscard]] std::string text(std::string_view scheme) const;  // "wss", with all of it
};

// http, https, ws or wss. nullopt: no such URL.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

struct Ask {
  std::string method = "GET";
  std::map<std::string, std::string> headers = {};
  std::string body = {};
  std::int64_t timeout_ms = 5'000;
  std::string ca_file = {};  // "": the system's
  bool checks_certificate = true;
};

struct Told {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // 256 KiB at most
  base::UnixMs sent_at;                        // the answer's Date lies between these …
  base::UnixMs came_at;                        // … unless clocks differ
  std::optional<base::UnixMs> certificate_ends;

  [[nodiscard]] std::string header(const std::string& name) const;
  // "unauthorized" of {"code": "unauthorized"}: only a Whoosh answers so. "": something else.
  [[nodiscard]] std::string code() const;
};

[[nodiscard]] base::Result<Told> ask(const Url& url, const Ask& ask);

// A GET with everything that RFC 6455 wants.
[[nodiscard]] Ask upgrade(std::string_view origin);

// How far the answerer's clock is ahead of ours, by its Date, in whole seconds and only as far as
// it is sure; 0: it may agree. nullopt: no Date that can be read.
[[nodiscard]] std::optional<std::int64_t> ahead_s(const Told& told);

}  // namespace whoosh::doctor
