// Engine: the one seam between a loop and the kernel's way of reporting and doing input and output.
// Two of them, chosen at start: epoll (engine_epoll.h) and io_uring (engine_uring.h). What the
// loop does with events is one code above both.
//
//   a turn of the loop:  wait → deliver (Sink) → … watch, send … → wait
//
// Owner: a Loop. Thread: made on the owner's, start() and everything after on the loop's.
// Invariants:
// 1. Sink functions are called from deliver() only, and only for connections that are not Dead.
// 2. Readiness is level-triggered: what is ready and watched is reported in every turn. Only errors
//    and ends of what is not read (Reading::Off) are told once.
// 3. The kernel never writes to memory of a connection, and reads its bytes only inside send() and,
//    for a batch that send() left for later, inside the next wait(): so a slot can be freed, its
//    buffers moved and its descriptor given away in any turn, once forget() was called.
// 4. After forget() or close() nothing is reported for this life of the slot.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "net/connection.h"
#include "net/counters.h"
#include "net/limits.h"

namespace whoosh::net {

class Engine {
 public:
  class Sink {
   public:
    // The loop's eventfd counts something.
    virtual void on_woken() = 0;
    // The listener has somebody in its queue.
    virtual void on_arrivals() = 0;
    struct Readiness {
      bool readable;
      bool writable;
      bool broken;  // the peer is gone or the connection is in error
    };
    virtual void on_ready(Connection& connection, Readiness readiness) = 0;
    // Reading::Stream only: bytes that the engine read, gone after the call, or the end of them
    // (0) or an errno. An engine that does not read ahead reports on_ready instead.
    virtual void on_bytes(Connection& connection, std::span<char> bytes) = 0;
    virtual void on_no_bytes(Connection& connection, int error) = 0;
    // The batch that send() left for later is done.
    virtual void on_sent_later() = 0;

   protected:
    ~Sink() = default;
  };

  // One connection's waiting bytes, and what became of them.
  struct Send {
    std::uint32_t slot;
    std::int32_t fd;
    const char* data;
    std::uint32_t size;
    std::int32_t result;  // bytes taken, or -errno; -EAGAIN: none at the moment
  };

  virtual ~Engine() = default;

  // First call on the loop's thread. Error: the kernel won't after all.
  [[nodiscard]] virtual base::Result<void> start() = 0;
  // Last call but the destructor, on the loop's thread: gives back every descriptor that it holds.
  virtual void stop() = 0;

  // Until something happens, or so long.
  virtual void wait(std::int32_t timeout_ms) = 0;
  virtual void deliver(Sink& sink) = 0;

  // What is to be reported of this connection from now on. False: the kernel is out of memory or
  // watches.
  [[nodiscard]] virtual bool watch(Connection& connection, Reading reading, bool writable) = 0;
  // Nothing any more; close() closes its descriptor too, else somebody else has it now.
  virtual void forget(Connection& connection) = 0;
  virtual void close(Connection& connection) = 0;
  // On at first; forget_listener(): before it is closed.
  virtual void watch_listener(bool on) = 0;
  virtual void forget_listener() = 0;

  // Sends each as far as the kernel takes it without waiting. True: the results are there. False
  // (only if `may_wait`): they will be when on_sent_later is called, and until then the batch and
  // its bytes stay where they are.
  [[nodiscard]] virtual bool send(std::span<Send> batch, bool may_wait) = 0;
  // The best size of a batch; REQUIRES of send(): no more.
  [[nodiscard]] virtual std::size_t batch_max() const = 0;

  [[nodiscard]] virtual Io kind() const = 0;
};

// What an engine is made for; all of it lives longer.
struct EngineParts {
  std::int32_t wake;
  std::int32_t listener;
  ConnectionTable& connections;
  Counters& counters;
};

struct MadeEngine {
  std::unique_ptr<Engine> engine;
  std::string why_epoll;  // not empty: io_uring was asked for, and this is why it is not used
};

// Io::Auto and Io::Uring take io_uring where it is permitted and whole, else epoll.
[[nodiscard]] base::Result<MadeEngine> make_engine(Io io, const EngineParts& parts);

}  // namespace whoosh::net
