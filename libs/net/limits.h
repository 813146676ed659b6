// Numbers of the edge's sockets, and what happens at each. Options carries them so that tests can be quick;
// the defaults are what production runs.
#pragma once

#include <cstddef>
#include <cstdint>

namespace whoosh::net {

inline constexpr std::size_t read_bytes_max = 64 * 1024;  // one recv(2) of one connection in one turn
inline constexpr std::uint32_t accept_pause_ms = 100;     // without descriptors or memory to accept with
inline constexpr std::size_t head_fields_max = 64;        // header lines of a request; above: 431
inline constexpr std::size_t subprotocols_max = 16;       // offered by one request; above: 400
inline constexpr std::size_t control_bytes_max = 125;     // payload of Ping, Pong, Close (RFC 6455 5.5)
inline constexpr std::size_t frame_header_bytes_max = 14; // 2 + 8 (length) + 4 (mask)

struct Options {
  std::size_t connections_max = 1'000'000;       // of one loop; above: 503. Lowered to what descriptors allow
  std::size_t refusals_max = 256;                // lingering 503s above that; beyond: answered and cut
  std::size_t head_bytes_max = 8 * 1024;         // request line and headers; above: 431
  std::size_t message_bytes_max = 8 * 1024;      // a whole message; above: close 1009
  std::size_t out_bytes_max = 64 * 1024;         // waiting for one reader; above: refused, on_overflow
  std::size_t flood_bytes_max = 2ul << 20;       // from one peer within ping_ms; above: close 1008
  std::size_t buffer_bytes_max = 512ul << 20;    // partial and waiting bytes of one loop; above: close 1013
  std::uint32_t accepts_per_turn_max = 64;       // the rest waits in the kernel's queue
  std::uint32_t backlog = 4096;                  // that queue
  std::uint32_t head_ms = 5'000;                 // accept to complete head; above: 408
  std::uint32_t decide_ms = 5'000;               // Pending to decide(); above: 503
  std::uint32_t ping_ms = 25'000;                // between two of our Pings
  std::uint32_t idle_ms = 60'000;                // without a byte from the peer; above: dropped, 1006
  std::uint32_t slow_ms = 10'000;                // overflowed and not drained; above: dropped, 1013
  std::uint32_t close_ms = 2'000;                // for the peer to finish a closing; above: dropped
  std::uint32_t stop_ms = 2'000;                 // for all connections when the server stops
  int send_buffer_bytes = 0;                     // SO_SNDBUF; 0: the kernel's own
};

}  // namespace whoosh::net
