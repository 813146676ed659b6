// Loop, another life of a connection: forwarded. A second connection is made to the server that is
// named, and what one side says is sent to the other, byte by byte as it came.
//
// Per direction there is one buffer, the `out` of the side that is written to: what one read
// brought. While it waits for a slow side, the other one is not read (paused), so it never grows
// and the sender's own TCP window slows him down. Silence is the far server's business, which
// pings; here only a far side that has nothing to say for idle_ms is taken for dead.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "base/assert.h"
#include "net/loop.h"

namespace whoosh::net {
namespace {

// A host that vanished without a word is noticed by the kernel: probes after so many seconds.
constexpr int keepalive_idle_s = 10;
constexpr int keepalive_interval_s = 5;
constexpr int keepalive_probes = 3;

// What records add to relay_bytes_max, 40 bytes for each 16 KiB, and the word that ends them.
constexpr std::size_t relay_overhead_max = 1024;
static_assert(relay_overhead_max >= (read_bytes_max / tls::record_bytes_max + 2) * 40);

void set_option(int fd, int level, int name, int value) {
  // All of them only improve: a kernel that refuses one costs nothing but time.
  ::setsockopt(fd, level, name, &value, sizeof value);
}

std::string extra_lines(const Forward& forward) {
  std::string lines;
  for (const auto& [name, value] : forward.headers) {
    ASSERT((name + value).find_first_of("\r\n") == std::string::npos);
    lines += name + ": " + value + "\r\n";
  }
  return lines;
}

}  // namespace

// ---- the beginning -----------------------------------------------------------------------------

void Loop::forward(Connection& near, std::string_view bytes, std::size_t head_bytes,
                   const Forward& forward) {
  ASSERT(!near.far);
  Connection* const far = stopping_ ? nullptr : connect_to(forward.to);
  const std::string lines = extra_lines(forward);
  if (far == nullptr || !make_room(*far, bytes.size() + lines.size())) {
    counters_.forward_failures.add();
    return refuse(near, 503);
  }
  constexpr std::size_t empty_line = 2;
  append_out(*far, bytes.substr(0, head_bytes - empty_line));
  append_out(*far, lines);
  append_out(*far, bytes.substr(head_bytes - empty_line));
  buffers_.release(near.in);
  near.state = ConnectionState::Relaying;
  near.user = far->id().value;
  far->user = near.id().value;
  counters_.forwards.add();
  pause(near, true);
  if (far->state == ConnectionState::Connecting) arm(*far);
}

// The socket of the far side, connecting. nullptr: full, or the kernel won't.
Connection* Loop::connect_to(const Address& address) {
  if (table_.size() - refusals_ >= options_.connections_max) return nullptr;
  sockaddr_storage storage;
  const socklen_t size = address.write_to(storage);
  Descriptor socket(::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return nullptr;
  set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(socket.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket.get(), IPPROTO_TCP, TCP_KEEPIDLE, keepalive_idle_s);
  set_option(socket.get(), IPPROTO_TCP, TCP_KEEPINTVL, keepalive_interval_s);
  set_option(socket.get(), IPPROTO_TCP, TCP_KEEPCNT, keepalive_probes);
  set_option(socket.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(options_.slow_ms));
  if (options_.send_buffer_bytes > 0) {
    set_option(socket.get(), SOL_SOCKET, SO_SNDBUF, options_.send_buffer_bytes);
  }
  const int begun = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&storage), size);
  if (begun != 0 && errno != EINPROGRESS) return nullptr;
  Connection* const far = add(std::move(socket), Reading::Off, false);
  if (far == nullptr) return nullptr;
  far->state = ConnectionState::Connecting;
  far->far = true;
  if (tls_ != nullptr) guard(*far).speech = Speech::Plain;
  return far;
}

void Loop::connected(Connection& far) {
  int error = 0;
  socklen_t size = sizeof error;
  const int asked = ::getsockopt(far.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (asked != 0 || error != 0) return drop(far, close_code::abnormal);
  far.state = ConnectionState::Relaying;
  far.heard_ms = far.since_ms = elapsed();
  counters_.forwarded.add();
  mark_dirty(far);  // the request; once it is sent, the near side is read
  arm(far);
}

// ---- bytes -------------------------------------------------------------------------------------

void Loop::relay_ready(Connection& connection, Readiness readiness) {
  if (connection.state == ConnectionState::Connecting) return connected(connection);
  if ((!readiness.readable && !readiness.broken) || connection.paused) return;
  // Even from a connection that is broken: what came before is still to be read.
  if (!connection.read_ended) return relay_in(connection);
  if (readiness.broken) drop(connection, close_code::abnormal);
}

void Loop::relay_in(Connection& connection) {
  std::size_t limit = options_.relay_bytes_max;
  // Sealed, it is to fit the same block.
  if (tls_ != nullptr && limit > 2 * relay_overhead_max) limit -= relay_overhead_max;
  const ssize_t got = ::recv(connection.fd, read_buffer_.data(), limit, MSG_DONTWAIT);
  if (got < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
      drop(connection, close_code::abnormal);
    return;
  }
  if (got == 0) return relay_end(connection);
  const std::span<char> bytes(read_buffer_.data(), static_cast<std::size_t>(got));
  if (connection.guarded) return unseal(connection, bytes);
  relay_bytes(connection, {bytes.data(), bytes.size()});
}

void Loop::relay_bytes(Connection& connection, std::string_view bytes) {
  connection.heard_ms = elapsed();
  if (connection.far && !connection.answered) {
    connection.answered = true;
    arm(connection);  // another deadline from here on
  }
  counters_.bytes_in.add(bytes.size());
  (connection.far ? counters_.forward_bytes_out : counters_.forward_bytes_in).add(bytes.size());
  Connection& other = other_side(connection);
  if (other.write_ended || !make_room(other, bytes.size())) return;
  append_out(other, bytes);
  mark_dirty(other);
}

// No more comes from this side; what came is sent, and then the other side is told.
void Loop::relay_end(Connection& connection) {
  if (connection.far && !connection.answered) return drop(connection, close_code::abnormal);
  Connection& other = other_side(connection);
  connection.read_ended = true;
  other.shut_when_sent = true;
  mark_dirty(other);
  if (connection.write_ended) return drop(connection, close_code::normal);
  watch_relayed(connection, connection.waits_writable());
}

void Loop::relay_took(Connection& connection, std::int32_t result) {
  if (result < 0) return relay_refused(connection);
  if (connection.out_begin == connection.out.size) return relay_sent(connection);
  if (connection.waits_writable()) return;  // and the other side is paused
  connection.since_ms = elapsed();
  watch_relayed(connection, true);
  if (connection.state != ConnectionState::Relaying) return;
  arm(connection);
  pause(other_side(connection), true);
}

// The peer takes no more. What he said before is still to be read, and then comes his end or error.
void Loop::relay_refused(Connection& connection) {
  connection.write_ended = true;
  connection.since_ms = elapsed();
  arm(connection);
  relay_sent(connection);
  if (connection.is_relayed() && connection.read_ended) drop(connection, close_code::abnormal);
}

void Loop::relay_sent(Connection& connection) {
  release_out(connection);
  if (connection.waits_writable()) {
    watch_relayed(connection, false);
    if (connection.state != ConnectionState::Relaying) return;
    pause(other_side(connection), false);
    if (connection.state != ConnectionState::Relaying) return;
  }
  if (!connection.shut_when_sent || connection.write_ended) return;
  ::shutdown(connection.fd, SHUT_WR);
  connection.write_ended = true;
  connection.since_ms = elapsed();
  if (connection.read_ended) return drop(connection, close_code::normal);
  arm(connection);
}

void Loop::pause(Connection& connection, bool paused) {
  if (connection.paused == paused) return;
  connection.paused = paused;
  watch_relayed(connection, connection.waits_writable());
}

void Loop::watch_relayed(Connection& connection, bool writable) {
  const bool reads = !connection.paused && !connection.read_ended;
  watch(connection, reads ? Reading::Ready : Reading::Off, writable);
}

// ---- the end -----------------------------------------------------------------------------------

// One side is about to be dropped: the other gets what is waiting for it, and its end. A client who
// has heard nothing gets an answer.
void Loop::part(Connection& gone) {
  Connection* const other = table_.find(ConnId{gone.user});
  if (other == nullptr) return;  // the far side of what was not forwarded after all
  gone.user = other->user = 0;
  counters_.forwards.set(counters_.forwards.value() - 1);
  if (gone.far && !gone.answered) {
    counters_.forward_failures.add();
    other->state = ConnectionState::Deciding;
    return refuse(*other, 503);
  }
  linger(*other, true);
  watch(*other, Reading::Ready, other->waits_writable());
}

// How far its deadline lies ahead.
std::int32_t Loop::relay_ahead(const Connection& connection) const {
  const std::uint32_t now = elapsed();
  auto ahead = static_cast<std::int32_t>(options_.idle_ms);
  if (connection.far) {
    const std::uint32_t silence_ms = connection.answered ? options_.idle_ms : options_.slow_ms;
    ahead = static_cast<std::int32_t>(connection.heard_ms + silence_ms - now);
  }
  if (const auto patience_ms = relay_patience_ms(connection)) {
    ahead = std::min(ahead, static_cast<std::int32_t>(connection.since_ms + *patience_ms - now));
  }
  return ahead;
}

// How long this side may go on as it does; nullopt: as long as the far one speaks.
std::optional<std::uint32_t> Loop::relay_patience_ms(const Connection& connection) const {
  if (connection.write_ended) return connection.far ? options_.slow_ms : options_.close_ms;
  if (connection.waits_writable()) return options_.slow_ms;
  return std::nullopt;
}

void Loop::visit_relayed(Connection& connection) {
  const auto patience_ms = relay_patience_ms(connection);
  if (connection.far && !connection.answered) {
    counters_.forward_timeouts.add();
  } else if (!patience_ms || elapsed() - connection.since_ms < *patience_ms) {
    counters_.idle_dropped.add();
  } else {
    (connection.write_ended ? counters_.close_timeouts : counters_.slow_dropped).add();
  }
  drop(connection, close_code::abnormal);
}

// REQUIRES: Connecting or Relaying, and not parted.
Connection& Loop::other_side(const Connection& connection) {
  Connection* const other = table_.find(ConnId{connection.user});
  ASSERT(other != nullptr);
  return *other;
}

}  // namespace whoosh::net
