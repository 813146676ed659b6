// UringEngine: the Engine over io_uring. Needs Linux 6.1 (deferred task work, multishot receive,
// rings of provided buffers).
//
//   open WebSockets   one multishot receive each: bytes arrive in the engine's own buffers, no call
//   sends             one submission for up to `batch` of them, tried once, silent when whole
//   everything else   one-shot polls inside the ring (listener, eventfd, requests, relayed pairs,
//                     full sockets), armed again by the next wait, together with whatever else
//
// A send never stays in the kernel: MSG_DONTWAIT ends it within the submission, MSG_WAITALL makes a
// part of it a failure, and only failures post a completion. So no buffer outlives send(), and what
// the peer does not take waits for a poll, as with epoll (docs/adr/0015).
//
// Owner and thread: see Engine. make() only tries whether a ring can be had; start() makes this
// one, because only the thread that made it may enter it.
// Invariants:
// 1. user_data names slot, generation, kind and number of a request, so a late completion of an
//    earlier life finds nothing.
// 2. in_flight_ counts the requests that hold a file; stop() ends them all, so that a port is free
//    again when run() returns.
// 3. A received buffer goes back to the ring before the next completion is looked at.
#pragma once

#include <liburing.h>

#include <vector>

#include "net/engine.h"

namespace whoosh::net {

// How much one ring holds. Each is a power of two; beyond any of them nothing is lost, it only
// takes more system calls (tests have small ones).
struct UringSizes {
  unsigned submissions = 256;  // of one system call
  unsigned completions = 4096;
  unsigned buffers = 256;  // for what is received
  unsigned buffer_bytes = 2048;
};

class UringEngine final : public Engine {
 public:
  // Error: why io_uring can't be used here, as half a sentence.
  [[nodiscard]] static base::Result<std::unique_ptr<Engine>> make(const EngineParts& parts,
                                                                  const UringSizes& sizes = {});
  ~UringEngine() override;

  [[nodiscard]] base::Result<void> start() override;
  void stop() override;
  void wait(std::int32_t timeout_ms) override;
  void deliver(Sink& sink) override;
  [[nodiscard]] bool watch(Connection& connection, Reading reading, bool writable) override;
  void forget(Connection& connection) override;
  void close(Connection& connection) override;
  void watch_listener(bool on) override { listener_on_ = on; }
  void forget_listener() override;
  [[nodiscard]] bool send(std::span<Send> batch, bool may_wait) override;
  [[nodiscard]] std::size_t batch_max() const override { return batch; }
  [[nodiscard]] Io kind() const override { return Io::Uring; }

 private:
  // Sends of one call: what a call can take at most, and so how late the next thing is.
  static constexpr std::size_t batch = 64;
  static constexpr int buffer_group = 0;

  enum class Kind : std::uint8_t { Wake, Listener, Poll, Receive, Send, Cancel };
  struct Completion {
    std::uint64_t key;
    std::int32_t result;
    std::uint32_t flags;
  };

  UringEngine(const EngineParts& parts, const UringSizes& sizes);

  [[nodiscard]] io_uring_sqe* next(std::uint64_t key);
  void cancel(std::uint64_t key);
  void submit();
  void drain();
  void list(Connection& connection);
  void settle(Connection& connection);
  void settle_own();
  void poll(int fd, std::uint32_t events, std::uint64_t key);
  void receive(Connection& connection);
  void handle(const Completion& completion, Sink& sink);
  void polled(const Completion& completion, Sink& sink);
  void received(const Completion& completion, Sink& sink);
  [[nodiscard]] Connection* find(std::uint64_t key);
  void give_back(std::uint32_t buffer);
  [[nodiscard]] char* buffer_at(std::uint32_t index) {
    return memory_ + std::size_t{index} * sizes_.buffer_bytes;
  }
  [[nodiscard]] std::size_t mapped_bytes() const;

  EngineParts parts_;
  const UringSizes sizes_;
  io_uring ring_{};
  bool ring_open_ = false;
  io_uring_buf_ring* buffer_ring_ = nullptr;
  char* memory_ = nullptr;                // of the buffers
  std::vector<Completion> completions_;   // taken from the ring, not yet delivered
  std::vector<std::uint32_t> unsettled_;  // slots whose requests may not be what is watched
  std::span<Send> sending_;               // the batch whose completions may be in the ring
  bool later_ = false;                    // it goes with the next wait
  std::size_t in_flight_ = 0;
  bool listener_on_ = true;
  bool listener_polled_ = false;
  bool wake_polled_ = false;
};

}  // namespace whoosh::net
