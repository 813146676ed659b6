// Server: the edge's loops, one thread each, on one host and port (SO_REUSEPORT).
//
//   auto server = Server::listen(listen, options, clock, handlers);   // bound; nothing runs yet
//   (*server)->start();                                               // one thread per handler
//   (*server)->stop();                                                // 1001 to all, joined
//
// Owner: the service; clock and handlers live longer. Thread: one, the owner's.
// Invariants:
// 1. Handler i belongs to loop i and is called on its thread only.
// 2. SO_REUSEPORT never joins a port that another process has.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "net/loop.h"

namespace whoosh::net {

struct Listen {
  std::string host = "0.0.0.0";              // address or name
  std::uint16_t port = 8080;                 // 0: any free one
  std::string port_option = {};              // "--edge-port": named when the port is taken
  std::size_t descriptors_for_others = 256;  // of this process, not for connections
};

class Server {
 public:
  // Errors, each with a sentence: unavailable (port taken, no right to it, no such host, too few
  // descriptors).
  [[nodiscard]] static base::Result<std::unique_ptr<Server>> listen(
      const Listen& listen, Options options, const runtime::Clock& clock,
      std::span<Handler* const> handlers);
  ~Server();  // stops

  void start();
  // Returns when every loop has ended, after Options::stop_ms at most. Twice is once.
  void stop();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t loops() const { return loops_.size(); }
  [[nodiscard]] Loop& loop(std::size_t index) { return *loops_[index]; }

  // Newcomers get this certificate from now on; nobody notices who is inside. Any thread, between
  // start() and stop(). REQUIRES: Options::tls was given.
  void set_tls(tls::ContextPtr context);

  // Of all loops together: Options::connections_max, or what the descriptor limit leaves.
  [[nodiscard]] std::size_t connections_max() const { return connections_max_; }
  // For the start-up log: "io_uring", or "epoll, because io_uring is not permitted: …".
  [[nodiscard]] std::string io_text() const;
  // For the start-up log: "19,500 connections at most: the limit of descriptors is 20,000 (ulimit
  // -n)".
  [[nodiscard]] std::string capacity_text() const;

 private:
  Server() = default;

  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<Loop*> peers_;
  std::vector<std::thread> threads_;  // tidy: no-locks: one per loop, made and joined here
  std::size_t connections_max_ = 0;
  std::size_t descriptors_max_ = 0;  // 0: not what limits
  std::uint16_t port_ = 0;
};

}  // namespace whoosh::net
