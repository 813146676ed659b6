// Request: one parsed HTTP request as a Handler sees it, and the WebSocket handshake (RFC 6455
// section 4.2). Response: what the edge answers to whoever gets no WebSocket.
//
// Owner: the loop; a Request and all its views live for the one call of Handler::on_request.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "net/address.h"
#include "net/http_head.h"

namespace whoosh::net {

enum class Upgrade : std::uint8_t {
  Valid,
  NotAsked,  // 426: no `Upgrade: websocket`, or no `Connection: Upgrade`, or not GET, or HTTP/1.0
  BadKey,  // 400: Sec-WebSocket-Key is missing, given twice or not 16 bytes in base64; or the list
           //      of subprotocols or of extensions is malformed
  WrongVersion,  // 426: Sec-WebSocket-Version is not 13
};

using Subprotocols = base::FixedVector<std::string_view, subprotocols_max>;

struct Request {
  HttpHead head;
  Address remote;  // of the peer: behind a proxy, the proxy's
  Upgrade upgrade = Upgrade::NotAsked;
  Subprotocols subprotocols;  // as offered, in order
  bool handed_over = false;   // another loop had it first
  bool secure = false;        // came by TLS

  [[nodiscard]] std::string_view path() const { return head.path(); }
  [[nodiscard]] std::string_view query() const { return head.query(); }
  [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const {
    return net::query_value(head.query(), name);
  }
  [[nodiscard]] std::string_view origin() const { return head.header("Origin").value_or(""); }
  [[nodiscard]] std::string_view authorization() const {
    return head.header("Authorization").value_or("");
  }
  // 0 for a valid upgrade, else the status that protocol.md gives it: 400 or 426.
  [[nodiscard]] int upgrade_refusal() const;
};

// Fills `upgrade` and `subprotocols` from `head`.
void check_upgrade(Request& request);

// Sec-WebSocket-Accept for a valid key.
[[nodiscard]] std::string accept_key(std::string_view key);

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;  // beside those that net writes itself
};

// The bytes of an answer: `Connection: close`, Date, Content-Length, and what a 426 must say.
// `with_body` is false for HEAD. REQUIRES: no CR or LF in the response's headers.
[[nodiscard]] std::string response_bytes(const Response& response, bool with_body,
                                         base::UnixMs now);
[[nodiscard]] std::string upgrade_bytes(std::string_view key, std::string_view subprotocol);

}  // namespace whoosh::net
