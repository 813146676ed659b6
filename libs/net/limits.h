// Numbers of the edge's sockets, and what happens at each. Options carries them so that tests can
// be quick; the defaults are what production runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tls/context.h"

namespace whoosh::net {

// One recv(2) of one connection in one turn.
inline constexpr std::size_t read_bytes_max = 64 * 1024;
// Without descriptors or memory to accept with.
inline constexpr std::uint32_t accept_pause_ms = 100;
// Between two calls of BufferPool::trim().
inline constexpr std::int64_t buffer_trim_ms = 1'000;
// Header lines of a request; above: 431.
inline constexpr std::size_t head_fields_max = 64;
// Offered by one request; above: 400.
inline constexpr std::size_t subprotocols_max = 16;
// Payload of Ping, Pong and Close (RFC 6455 section 5.5); above: close 1002.
inline constexpr std::size_t control_bytes_max = 125;
// 2, and 8 of length, and 4 of mask.
inline constexpr std::size_t frame_header_bytes_max = 14;

// How a loop reports and does input and output (engine.h).
enum class Io : std::uint8_t {
  Auto,  // io_uring where it is permitted, else epoll
  Epoll,
  Uring,
};
// "auto", "epoll", "io_uring".
inline std::optional<Io> parse_io(std::string_view name) {
  if (name == "auto") return Io::Auto;
  if (name == "epoll") return Io::Epoll;
  if (name == "io_uring") return Io::Uring;
  return std::nullopt;
}

struct Options {
  Io io = Io::Auto;
  // Null: no TLS. Else the listener takes nothing but TLS, and what Handler::takes_plain() lets in.
  tls::ContextPtr tls = nullptr;
  // Of one loop; above: 503. Server lowers it to what the limit of descriptors leaves.
  std::size_t connections_max = 1'000'000;
  // Lingering 503s above that; beyond: answered and cut at once.
  std::size_t refusals_max = 256;
  // Request line and headers; above: 431.
  std::size_t head_bytes_max = 8 * 1024;
  // A whole message; above: close 1009.
  std::size_t message_bytes_max = 8 * 1024;
  // Waiting for one reader; above: refused, and Handler::on_overflow.
  std::size_t out_bytes_max = 64 * 1024;
  // From one side of a forwarded connection at once; no more is read of it until the other side has
  // taken it all. REQUIRES: at most read_bytes_max.
  std::size_t relay_bytes_max = 64 * 1024;
  // From one peer within ping_ms; above: close 1008. A fifth of it is more than a player needs.
  std::size_t flood_bytes_max = 2ul << 20;
  // Partial and waiting bytes of one loop; above: close 1013.
  std::size_t buffer_bytes_max = 512ul << 20;
  // The rest waits in the kernel's queue, which is `backlog` long, for the next turn: so that ticks
  // are not late however many come at once.
  std::uint32_t accepts_per_turn_max = 64;
  std::uint32_t backlog = 4096;
  // Reads of TLS handshakes; the rest waits in order. A step may be a signature: 0.1 ms of P-256, 2
  // ms of RSA-3072, and a turn is late by no more than all of them.
  std::uint32_t handshake_steps_per_turn_max = 8;
  // Under way; above: the one that began first is dropped. Each takes some 44 KB meanwhile.
  std::size_t handshakes_max = 1024;

  std::uint32_t head_ms = 5'000;     // accept to complete head, handshake included; above: 408
  std::uint32_t decide_ms = 5'000;   // Pending to Loop::decide(); above: 503
  std::uint32_t connect_ms = 3'000;  // to the server that a connection is forwarded to; above: 503
  std::uint32_t ping_ms = 25'000;    // between two of our Pings
  std::uint32_t idle_ms = 60'000;    // without a byte from the peer; above: dropped, 1006
  std::uint32_t slow_ms = 10'000;    // overflowed and not drained; above: dropped, 1013. Forwarded:
                                     // bytes wait, no answer yet, or the client has ended
  std::uint32_t close_ms = 2'000;    // for the peer to finish a closing; above: dropped
  std::uint32_t stop_ms = 2'000;     // for all connections when the server stops; above: dropped

  int send_buffer_bytes = 0;  // SO_SNDBUF; 0: the kernel's own
};

}  // namespace whoosh::net
