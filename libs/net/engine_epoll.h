// EpollEngine: readiness from epoll(7), bytes by recv(2) and send(2). The Engine that always works.
//
// Owner and thread: see Engine. Invariant: a connection is in the epoll set from its first watch()
// until forget().
#pragma once

#include <sys/epoll.h>

#include <array>

#include "net/descriptor.h"
#include "net/engine.h"

namespace whoosh::net {

class EpollEngine final : public Engine {
 public:
  // Error: the kernel gives no epoll descriptor.
  [[nodiscard]] static base::Result<std::unique_ptr<Engine>> make(const EngineParts& parts);

  [[nodiscard]] base::Result<void> start() override { return {}; }
  void stop() override {}
  void wait(std::int32_t timeout_ms) override;
  void deliver(Sink& sink) override;
  [[nodiscard]] bool watch(Connection& connection, Reading reading, bool writable) override;
  void forget(Connection& connection) override;
  void close(Connection& connection) override;
  void watch_listener(bool on) override;
  void forget_listener() override {}  // closing is enough
  [[nodiscard]] bool send(std::span<Send> batch, bool may_wait) override;
  [[nodiscard]] std::size_t batch_max() const override { return 1; }
  [[nodiscard]] Io kind() const override { return Io::Epoll; }

 private:
  static constexpr std::size_t events_max = 512;

  EpollEngine(const EngineParts& parts, Descriptor epoll);

  EngineParts parts_;
  Descriptor epoll_;
  std::size_t count_ = 0;
  std::array<epoll_event, events_max> events_;
};

}  // namespace whoosh::net
