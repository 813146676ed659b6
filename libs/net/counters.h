// Counters of one loop: written by its thread only, read from any (a value may be a moment old).
#pragma once

#include <atomic>
#include <cstdint>

namespace whoosh::net {

// Single writer: a plain add, no locked instruction.
class Counter {
 public:
  void add(std::uint64_t n = 1) { set(value() + n); }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};  // tidy: no-locks: plain adds, read by the metrics thread
};

// name, what it counts
#define WHOOSH_NET_COUNTERS(X)                                                              \
  X(accepted, "connections accepted from the listener")                                     \
  X(accept_failures, "accept(2) failures, a lack of descriptors among them")                \
  X(refused_full, "connections answered 503 because the loop or process is full")           \
  X(requests, "HTTP requests read whole")                                                   \
  X(refused_requests, "requests that net refused by itself")                                \
  X(upgraded, "WebSockets opened")                                                          \
  X(handed_over, "connections given to another loop")                                       \
  X(adopted, "connections taken from another loop")                                         \
  X(forwarded, "connections forwarded to another server, once it was reached")              \
  X(forward_failures, "connections whose other server was not reached or said nothing")     \
  X(forward_timeouts, "those of them that took too long")                                   \
  X(forward_bytes_in, "bytes relayed from clients")                                         \
  X(forward_bytes_out, "bytes relayed to clients")                                          \
  X(closed, "WebSockets closed, in whatever way")                                           \
  X(frames_in, "messages and control frames received")                                      \
  X(frames_out, "frames sent")                                                              \
  X(frames_refused, "frames refused because a reader is slow")                              \
  X(bytes_in, "bytes received")                                                             \
  X(bytes_out, "bytes sent")                                                                \
  X(writes, "sends asked of the kernel")                                                    \
  X(syscalls, "system calls for waiting, watching, receiving, sending and closing")         \
  X(receive_buffers_empty, "receives that found no buffer (io_uring) and were asked again") \
  X(completion_overflows, "times that the completion ring was full (io_uring)")             \
  X(accept_budgets, "turns that left the rest of the queue to the next one")                \
  X(overflows, "connections that became too slow")                                          \
  X(slow_dropped, "connections dropped because they stayed too slow")                       \
  X(head_timeouts, "requests not whole in time")                                            \
  X(decide_timeouts, "requests not decided in time")                                        \
  X(idle_dropped, "connections dropped because they were silent")                           \
  X(close_timeouts, "closings the peer did not finish in time")                             \
  X(protocol_failures, "connections closed because of a bad frame or message")              \
  X(floods, "connections closed because the peer sent too much")                            \
  X(out_of_buffers, "connections closed because the loop's buffers were used up")           \
  X(tls_handshakes, "TLS handshakes done")                                                  \
  X(tls_resumed, "those of them that came back with a ticket")                              \
  X(tls_failures, "TLS connections that failed, most of them in the handshake")             \
  X(tls_timeouts, "TLS handshakes not done in time, silent connections among them")         \
  X(tls_evicted, "TLS handshakes dropped because too many were under way")                  \
  X(tls_plain_refused, "plain HTTP requests where TLS is spoken")                           \
  X(turns, "turns of the loop")                                                             \
  X(tls_waiting, "TLS handshakes that wait for their turn now")                             \
  X(forwards, "forwarded connections now, two descriptors each")                            \
  X(connections, "connections now, in whatever state")                                      \
  X(buffer_bytes, "bytes of buffers in use at the end of the last turn")

struct Counters {
#define X(name, what) Counter name;
  WHOOSH_NET_COUNTERS(X)
#undef X
};

}  // namespace whoosh::net
