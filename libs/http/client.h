// Client: HTTP/1.1 calls to other processes of the deployment, over connections that are kept.
//
//   client.call({.host = "10.0.0.7", .port = 9100, .target = "/internal/rooms"}, std::move(reply));
//
// A thread of its own does all IO; call() from any thread. Targets are numeric addresses: no name
// is looked up here. For each target there is a pool of at most connections_max connections; calls
// beyond wait, at most waiting_max, in order. A call has one deadline for everything, waiting too.
//
// Errors are `unavailable` with a sentence for a log: no connection, deadline, an answer that is no
// HTTP or too large. Every answer that is HTTP is a Response, whatever its status.
//
// A call is sent a second time only over a kept connection that turned out to be dead before any
// byte of an answer came, and then only if nothing of it had been sent or it is `idempotent`.
//
// Owner: the role's wiring. The destructor answers what is under way with `unavailable`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "http/message.h"
#include "runtime/reply.h"

namespace whoosh::http {

struct ClientConfig {
  std::size_t connections_max = 8;  // of one target
  std::size_t waiting_max = 1'024;  // of one target; above: unavailable
  std::int64_t connect_timeout_ms = 1'000;
  std::int64_t idle_ms = 30'000;  // less than a server's, so that it is not he who closes
  std::uint32_t header_bytes_max = 8 * 1024;
  std::uint64_t body_bytes_max = 1024 * 1024;
};

struct Call {
  std::string host = {};  // "10.0.0.7", "::1"
  std::uint16_t port = 0;
  Method method = Method::get;
  std::string target = "/";  // path and query, encoded
  Headers headers = {};      // Host and Content-Length are added
  std::string body = {};
  bool idempotent = false;  // twice does no harm
  std::int64_t timeout_ms = 5'000;
};

class Client {
 public:
  explicit Client(ClientConfig config = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // REQUIRES: the Reply's mailbox outlives the Client or the answer. invalid_input: the host is no
  // address, or a line break or space where none may be.
  void call(Call call, runtime::Reply<Response> reply);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whoosh::http
