// Connection: everything a loop keeps for one descriptor, and ConnectionTable, where they live.
//
// Owner: one loop; its thread only. A slot is reused with the next generation, so an old ConnId
// finds nothing; addresses never move.
//
//   Head ─→ Deciding ─→ Open ─→ Closing ─→ Dead ─→ (free at the end of the turn)
//     ├────────┴──────────┴────→ Lingering ──┘
//     └─→ Relaying ⇄ (Connecting ─→ Relaying) ─→ Dead, or Lingering when the other side is Dead
//
//   Head       the request is being read; `in` holds what came so far
//   Deciding   the handler said Pending; `in` holds the request, the descriptor isn't read
//   Open       frames
//   Closing    our Close is sent; frames are read and dropped until the peer's Close
//   Relaying   forwarded: what one side says is sent to the other; the client's side is the near
//   one,
//              the server's the far one, and each knows the other by `user`
//   Connecting the far side, not there yet; the near one is not read meanwhile
//   Lingering  the last bytes are on their way; input is thrown away until the peer's end
#pragma once

#include <memory>
#include <vector>

#include "base/ids.h"
#include "net/frame.h"

namespace whoosh::net {

// How a connection's bytes are wanted from the engine.
enum class Reading : std::uint8_t {
  Off,     // not at all; errors and ends are reported once
  Ready,   // the loop reads when it is told that there are some
  Stream,  // the engine may read ahead and hand the bytes over
};

// What an engine keeps of one connection; nobody else touches it, but reads the first two.
struct Watched {
  Reading reading : 2 = Reading::Off;
  bool writable : 1 = false;    // wanted: a report when it takes bytes again
  bool in_kernel : 1 = false;   // epoll: in the set. io_uring: a poll is in the ring
  bool poll_reads : 1 = false;  // io_uring: what that poll waits for
  bool poll_writes : 1 = false;
  bool receiving : 1 = false;   // io_uring: a receive is in the ring
  bool listed : 1 = false;      // io_uring: in the list of those to be looked at before waiting
  std::uint8_t request_no = 0;  // io_uring: of the newest poll or receive; older ones are void
};
static_assert(sizeof(Watched) == 2, "one per connection");

enum class ConnectionState : std::uint8_t {
  Free,
  Head,
  Open,
  Closing,
  Lingering,
  Dead,
  Deciding,  // from here on events have another meaning: one comparison tells
  Connecting,
  Relaying,
};

struct Connection {
  static constexpr std::uint32_t nowhere = 0xffffffff;

  std::uint64_t user = 0;  // the handler's word; Connecting, Relaying: the other side's id
  FrameReader reader;
  Buffer in;
  Buffer out;
  std::int32_t fd = -1;
  std::uint32_t slot = 0;
  std::uint32_t generation = 1;
  std::uint32_t out_begin = 0;     // bytes of `out` that are sent already
  std::uint32_t head_scanned = 0;  // Head: bytes of `in` without an end
  std::uint32_t heard_ms = 0;      // last byte from the peer
  std::uint32_t pinged_ms = 0;
  // Of this state; Open and overflowed: of the overflow; Relaying: since it takes nothing, or
  // ended.
  std::uint32_t since_ms = 0;
  std::uint32_t flood_bytes = 0;  // received since pinged_ms
  std::uint32_t wheel_tick = 0;
  std::uint32_t wheel_next = nowhere;
  std::uint32_t wheel_previous = nowhere;
  std::uint16_t closed_with = 0;
  ConnectionState state = ConnectionState::Free;
  bool dirty : 1 = false;           // in the list of those to write at the end of the turn
  bool overflowed : 1 = false;      // frames are refused, until on_drained
  bool drained : 1 = false;         // overflowed, and on_drained is due
  bool opened : 1 = false;          // on_open was called, on_closed not yet
  bool cut_when_sent : 1 = false;   // Lingering: nothing more is wanted from the peer
  bool shut_when_sent : 1 = false;  // Lingering: half-close once sent, then wait for its end
  bool on_wheel : 1 = false;
  bool handed_over : 1 = false;
  bool far : 1 = false;          // of a relayed pair: we connected
  bool paused : 1 = false;       // Relaying: not read, because the other side is slow
  bool answered : 1 = false;     // far: it has said something
  bool read_ended : 1 = false;   // Relaying: no more comes
  bool write_ended : 1 = false;  // Relaying: no more can be sent
  bool refusal : 1 = false;      // above connections_max: only there to be answered 503
  bool guarded : 1 = false;      // speaks TLS: guard.h

  Watched watched;

  // A report is due when it takes bytes again.
  [[nodiscard]] bool waits_writable() const { return watched.writable; }
  [[nodiscard]] bool is_relayed() const { return state >= ConnectionState::Connecting; }
  [[nodiscard]] base::ConnId id() const {
    return base::ConnId{std::uint64_t{generation} << 32 | slot};
  }
};
// Two cache lines; with 4.2 KB in the kernel, what one quiet player costs here.
static_assert(sizeof(Connection) <= 128, "docs/PERFORMANCE.md counts on it");
inline constexpr std::size_t relayed_pair_bytes = 2 * sizeof(Connection);
static_assert(relayed_pair_bytes <= 256, "docs/PERFORMANCE.md counts on it");

class ConnectionTable {
 public:
  explicit ConnectionTable(std::size_t connections_max) : connections_max_(connections_max) {}

  // nullptr: full.
  [[nodiscard]] Connection* take();
  // REQUIRES: buffers released, off the wheel.
  void give_back(Connection& connection);
  // nullptr: gone.
  [[nodiscard]] Connection* find(base::ConnId id);
  [[nodiscard]] Connection& at(std::uint32_t slot) {
    return chunks_[slot / chunk_size][slot % chunk_size];
  }
  [[nodiscard]] std::size_t size() const { return size_; }

  // Calls f(Connection&) for each that is not free; f may give back the one it got.
  template <class F>
  void for_each(F&& f) {
    for (std::uint32_t slot = 0; slot < slots_; ++slot) {
      if (at(slot).state != ConnectionState::Free) f(at(slot));
    }
  }

 private:
  static constexpr std::uint32_t chunk_size = 1024;

  std::vector<std::unique_ptr<Connection[]>> chunks_;
  std::size_t connections_max_;
  std::size_t size_ = 0;
  std::uint32_t slots_ = 0;                   // ever used
  std::uint32_t free_ = Connection::nowhere;  // list over wheel_next
};

// DeadlineWheel: one lazy deadline per connection. Activity doesn't touch it; when a connection's
// tick comes, the loop looks whether anything is due and puts it back. Costs one visit per
// deadline, not per byte.
class DeadlineWheel {
 public:
  static constexpr std::uint32_t tick_ms = 32;
  static constexpr std::uint32_t ticks =
      4096;  // 131 s; a later deadline is visited earlier, for nothing

  explicit DeadlineWheel(ConnectionTable& table);
  // At the first tick at or after `at_ms`, or sooner if it is there already for sooner.
  void schedule(Connection& connection, std::uint32_t now_ms, std::uint32_t at_ms);
  void remove(Connection& connection);
  // Takes everything due off and calls f(Connection&) for each. `elapsed_ms`: since the wheel was
  // made.
  template <class F>
  void advance(std::int64_t elapsed_ms, F&& f) {
    for (const auto until = static_cast<std::uint32_t>(elapsed_ms / tick_ms); tick_ != until;
         ++tick_) {
      std::uint32_t& head = heads_[tick_ % ticks];
      while (head != Connection::nowhere) {
        Connection& connection = table_.at(head);
        remove(connection);
        f(connection);
      }
    }
  }

 private:
  ConnectionTable& table_;
  std::vector<std::uint32_t> heads_;
  std::uint32_t tick_ = 0;  // the next to look at; everything before is done
};

}  // namespace whoosh::net
