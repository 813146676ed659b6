// For tests and fuzz targets: loops whose turns are made one by one, on the test's own thread, with
// a clock that stands still until it is moved, over sockets of the UNIX domain, which deliver at
// once. So what happens depends on what was sent, where it was cut, and nothing else.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "net/dealing_test_support.h"
#include "net/loop.h"

namespace whoosh::net {

// The loops of one server without threads. Each listens on an address of its own.
class LoopStepper {
 public:
  static constexpr std::int64_t wheel_tick_ms = DeadlineWheel::tick_ms;

  // On epoll unless the options say otherwise: there a turn finds all that is there, however much,
  // until deal() is called.
  LoopStepper(Options options, std::vector<Handler*> handlers) {
    if (options.io == Io::Auto) options.io = Io::Epoll;
    for (std::size_t i = 0; i < handlers.size(); ++i) {
      Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      sockaddr_un any{};
      any.sun_family = AF_UNIX;  // no name: the kernel finds an abstract one
      ASSERT(::bind(listener.get(), reinterpret_cast<sockaddr*>(&any), sizeof any.sun_family) == 0);
      ASSERT(::listen(listener.get(), 64) == 0);
      socklen_t size = sizeof any;
      ASSERT(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&any), &size) == 0);
      addresses_.push_back({any, size});
      auto loop = Loop::make(options, clock_, *handlers[i], i, std::move(listener));
      ASSERT(static_cast<bool>(loop));
      if (options.io == Io::Epoll) {
        auto dealing = std::make_unique<DealingEngine>(std::move((*loop)->engine_));
        engines_.push_back(dealing.get());
        (*loop)->engine_ = std::move(dealing);
      }
      peers_.push_back(loop->get());
      loops_.push_back(std::move(*loop));
    }
    for (const auto& loop : loops_) {
      loop->set_peers(peers_);
      loop->begin_turns();
    }
  }
  ~LoopStepper() {
    for (const auto& loop : loops_) {
      while (loop->sends_later_) loop->turn();  // as run() does: stopping leaves no batch for later
      loop->end_turns();
    }
  }

  [[nodiscard]] Loop& loop(std::size_t index) { return *loops_[index]; }

  // How reads and sends come from now on (DealingEngine); empty: as they are. REQUIRES: on epoll.
  void deal(std::span<const std::uint8_t> script) {
    ASSERT(engines_.size() == loops_.size());
    for (DealingEngine* const engine : engines_) engine->deal(script);
  }

  // A socket connected to a loop; non-blocking.
  Descriptor connect(std::size_t index) {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto& [address, size] = addresses_[index];
    ASSERT(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
    return socket;
  }

  // One turn of each loop, which finds whatever is there and does not wait.
  void turn() {
    for (const auto& loop : loops_) {
      loop->post([] {});
      loop->turn();
    }
  }
  void advance_ms(std::int64_t ms) {
    clock_.advance_ms(ms);
    turn();
  }
  // As many turns as it takes until several running neither take nor give a byte.
  void settle() {
    constexpr int quiet_turns = 8;
    std::uint64_t moved = bytes_moved();
    for (int quiet = 0; quiet < quiet_turns;) {
      turn();
      quiet = bytes_moved() == moved ? quiet + 1 : 0;
      moved = bytes_moved();
    }
  }
  [[nodiscard]] std::uint64_t connections() const { return sum(&Counters::connections); }
  [[nodiscard]] std::uint64_t buffer_bytes() const { return sum(&Counters::buffer_bytes); }

 private:
  struct BoundTo {
    sockaddr_un address;
    socklen_t size;
  };
  [[nodiscard]] std::uint64_t bytes_moved() const {
    return sum(&Counters::bytes_in) + sum(&Counters::bytes_out);
  }
  [[nodiscard]] std::uint64_t sum(Counter Counters::*counter) const {
    std::uint64_t all = 0;
    for (const auto& loop : loops_) all += (loop->counters().*counter).value();
    return all;
  }

  runtime::ManualClock clock_;
  std::vector<BoundTo> addresses_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<Loop*> peers_;
  std::vector<DealingEngine*> engines_;  // of loops on epoll
};

// Everything that can be had from a non-blocking socket at the moment.
inline bool take_all(int fd, std::string& into) {
  char bytes[16'384];
  while (true) {
    const ssize_t got = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got <= 0) return got < 0 && errno == EAGAIN;  // false: the end
    into.append(bytes, static_cast<std::size_t>(got));
  }
}

}  // namespace whoosh::net
