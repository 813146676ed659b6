// Clients of both services over real sockets, for the demo, the tests and the load generator: one
// REST call, and one WebSocket connection by Boost.Beast (so that our own frames are always read by
// somebody else's code).
//
// Blocking, with deadlines; an object belongs to one thread. Errors are `unavailable` with what the
// system said (connection refused, deadline), never an exception.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tls/context.h"

namespace whoosh::swarm {

struct HttpCall {
  std::string method = "GET";
  std::string target;               // "/api/users/me?x=1"
  std::optional<std::string> body;  // sent as application/json
  std::string bearer;               // access token, or empty
  std::map<std::string, std::string> headers;
};

struct HttpAnswer {
  int status = 0;
  std::string body;
  std::map<std::string, std::string> headers;  // names in lower case
};

struct Endpoint {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  tls::ContextPtr tls = nullptr;  // null: plain; else whom it trusts
};

// One request on a fresh connection.
[[nodiscard]] base::Result<HttpAnswer> http(const Endpoint& to, const HttpCall& call,
                                            std::int64_t timeout_ms = 30'000);

struct WsOptions {
  std::string target;  // "/ws?game_id=…"
  std::vector<std::string> subprotocols;
  std::map<std::string, std::string> headers;
  std::int64_t timeout_ms = 10'000;  // of the connect and the handshake
};

class WsClient {
 public:
  struct Refused {  // the server answered something else than 101
    int status = 0;
    std::string body;
    std::map<std::string, std::string> headers;
  };

  // nullptr: not connected; `refused` tells why when the server spoke HTTP.
  static base::Result<std::unique_ptr<WsClient>> connect(const Endpoint& to,
                                                         const WsOptions& options,
                                                         Refused* refused = nullptr);
  ~WsClient();

  // The next text message. nullopt: none within the time. Error: closed; then close_code() tells.
  [[nodiscard]] base::Result<std::optional<std::string>> read(std::int64_t timeout_ms);
  [[nodiscard]] base::Result<> send(std::string_view text);
  // Sends close and waits for the answer.
  void close(std::uint16_t code = 1000);
  // Drops the connection without a word, as a phone in a tunnel does.
  void abort();
  [[nodiscard]] std::uint16_t close_code() const;
  [[nodiscard]] std::string subprotocol() const;

 private:
  struct Impl;
  explicit WsClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// "ws://host:8080/ws?game_id=x" -> endpoint and target. nullopt: not such a URL.
struct WsUrl {
  Endpoint endpoint;  // without tls: whom to trust is not the URL's to say
  std::string target;
  bool secure = false;  // wss://
};
[[nodiscard]] std::optional<WsUrl> parse_ws_url(std::string_view url);

}  // namespace whoosh::swarm
