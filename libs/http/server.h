// Server: an HTTP/1.1 listener over Boost.Beast: N threads, each with its own event loop and its
// own SO_REUSEPORT socket, so that nothing is shared on the way of a request. One coroutine per
// connection.
//
// At a limit: header too large 431, body too large 413, malformed or ambiguous (request smuggling)
// 400, too many connections 503; after each the connection is closed. A head or body that takes too
// long, and an idle connection, are closed without an answer.
//
// With ServerConfig::tls it speaks TLS only: a browser that opens a page by plain HTTP is sent to
// https (307), any other plain request gets 400, and when there are too many connections the next
// is closed without a handshake.
//
// Owner: the service. start() and stop() from one thread; stop() lets answers under way finish for
// a grace time, then joins. Handlers run on the loops' threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/pipeline.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "tls/context.h"

namespace whoosh::http {

struct ServerConfig {
  std::string address;        // "": every address of this machine, IPv6 and IPv4
  std::uint16_t port = 8000;  // 0: any free one
  unsigned threads = 0;       // 0: one per core
  std::uint32_t header_bytes_max = 8 * 1024;
  std::uint64_t body_bytes_max = 64 * 1024;
  std::int64_t header_deadline_ms = 5'000;
  std::int64_t body_deadline_ms = 10'000;
  std::int64_t idle_deadline_ms = 60'000;  // between two requests of one connection
  std::int64_t write_deadline_ms = 30'000;
  std::int64_t stop_grace_ms = 1'000;
  std::size_t connections_max = 20'000;
  tls::ContextPtr tls = nullptr;  // null: plain HTTP; else TLS only
};

struct ServerCounts {
  std::size_t connections = 0;      // open now
  std::uint64_t handshakes = 0;     // of TLS, done
  std::uint64_t plain_refused = 0;  // plain HTTP where TLS is spoken
};

class Server {
 public:
  // clock and entropy outlive the server and may be used by any thread.
  Server(ServerConfig config, Policy policy, Router router, runtime::Clock& clock,
         runtime::Entropy& entropy);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Error: unavailable with a sentence that names the port or address. Once.
  [[nodiscard]] base::Result<> start();
  void stop();
  // Newcomers get this certificate from now on. Between start() and stop(). REQUIRES:
  // ServerConfig::tls was given.
  void set_tls(tls::ContextPtr context);

  [[nodiscard]] std::uint16_t port() const;       // the real one, after start()
  [[nodiscard]] std::size_t connections() const;  // open now
  [[nodiscard]] ServerCounts counts() const;
  [[nodiscard]] const Router& router() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whoosh::http
