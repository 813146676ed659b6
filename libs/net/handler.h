// Handler: what a loop tells about its connections, and what it asks. One per loop; implemented by
// the edge. Every call comes on the loop's own thread and must not wait.
//
// Life of a connection, as its handler sees it:
//
//   on_request ─┬─ Respond ──────────────────────────────── (net finishes it, no further call)
//               ├─ HandOver ─→ the other loop's on_request
//               ├─ Forward ─→ another server's (net relays the bytes, no further call)
//               ├─ Pending ─→ Loop::decide(id, …) ─┐
//               └─ Accept ─────────────────────────┴─ on_open → on_text* → on_closed
//
// Invariants:
// 1. on_closed comes exactly once for every on_open, and never from inside a call into Loop.
// 2. After on_closed, or once Loop::close was called, no on_text comes.
// 3. A connection that was never opened ends silently; decide() then says false.
// 4. No exception may leave a handler.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <variant>

#include "base/ids.h"
#include "net/request.h"

namespace whoosh::net {

using base::ConnId;

class Loop;

// What a handler sends along with a descriptor to another loop's handler: a verified ticket, for
// example.
class Carried {
 public:
  virtual ~Carried() = default;
};

struct Accept {
  std::string subprotocol = {};  // one of those offered, or empty
};
struct Respond {
  Response response;
};
struct HandOver {
  std::size_t loop;                  // index in the server; REQUIRES: below its count
  std::unique_ptr<Carried> carried;  // may be null
};
// Another server answers: net connects to it, sends it the request as it came with `headers` added,
// and from then on bytes in both directions until both have ended. When it can't be reached, or
// ends without a byte, the client gets 503.
struct Forward {
  Address to;                                                // REQUIRES: not None
  std::vector<std::pair<std::string, std::string>> headers;  // REQUIRES: no CR or LF
};
struct Pending {};  // Loop::decide() within Options::decide_ms, or net answers 503

using Decision = std::variant<Accept, Respond, HandOver, Forward, Pending>;

class Handler {
 public:
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  virtual ~Handler() = default;

  // First call of all, on the loop's thread, and last call of all, when every connection is gone.
  virtual void on_start(Loop&) {}
  virtual void on_stop() {}

  // A whole HTTP request: an upgrade or any other. Accepting what is no valid upgrade is answered
  // by net with request.upgrade_refusal(). `carried` is what the other loop's handler sent, else
  // null. Handing over what was handed over already is answered with 503.
  virtual Decision on_request(ConnId id, const Request& request,
                              std::unique_ptr<Carried> carried) = 0;
  virtual void on_open(ConnId id) = 0;
  // One whole message, valid UTF-8, at most message_bytes_max. The handler may change the bytes;
  // they are gone after the call.
  virtual void on_text(ConnId id, std::span<char> message) = 0;
  // `code`: what was sent or received in the first Close frame, or close_code::none or abnormal.
  // The user word can still be read.
  virtual void on_closed(ConnId id, std::uint16_t code) = 0;

  // The peer reads too slowly: since a frame was refused, all are, until on_drained, or until
  // slow_ms are over and the connection is dropped. Whatever is sent next must stand alone (a full
  // STATE).
  virtual void on_overflow(ConnId id) = 0;
  virtual void on_drained(ConnId id) = 0;

  // Last call of every turn; what is sent here leaves in this turn. The loop wakes for the next
  // turn at next_deadline_ms() at the latest (same clock as now_ms: runtime::Clock::monotonic_ms).
  virtual void on_turn_end(std::int64_t now_ms) = 0;
  [[nodiscard]] virtual std::int64_t next_deadline_ms() const { return never; }

  // Of a listener that speaks TLS: whether this request may come without (another edge's, for
  // example). Else it is answered 400 with this body.
  [[nodiscard]] virtual bool takes_plain(const Request&) { return false; }
  [[nodiscard]] virtual std::string tls_needed_body() { return refusal_body(400); }

  // The body of an answer that net gives by itself: 400, 408, 426, 431, 503, 505.
  [[nodiscard]] virtual std::string refusal_body(int status) = 0;
};

}  // namespace whoosh::net
