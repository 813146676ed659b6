// Loop, second part of a connection's life: frames in, frames out, closing.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/assert.h"
#include "net/loop.h"

namespace whoosh::net {
namespace {

constexpr std::size_t close_reserve = frame_header_bytes_max + control_bytes_max;

// At most `bytes_max` bytes, cut between characters.
std::string_view cut_text(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

}  // namespace

bool Loop::send(ConnId id, std::string_view text) {
  Connection* const connection = open_connection(id);
  if (connection == nullptr) return false;
  std::array<char, 10> header;
  const std::size_t size = write_frame_header(header, Opcode::Text, text.size());
  return queue(*connection, {header.data(), size}, text);
}

bool Loop::send_frame(ConnId id, std::string_view frame) {
  Connection* const connection = open_connection(id);
  return connection != nullptr && queue(*connection, {}, frame);
}

bool Loop::close(ConnId id, std::uint16_t code, std::string_view reason) {
  ASSERT(close_code_sendable(code));
  Connection* const connection = open_connection(id);
  if (connection == nullptr) return false;
  end_open(*connection, code);
  connection->state = ConnectionState::Closing;
  connection->since_ms = elapsed();
  if (queue_close(*connection, code, reason)) arm(*connection);
  return true;
}

void Loop::set_user(ConnId id, std::uint64_t word) {
  Connection* const connection = table_.find(id);
  ASSERT(connection != nullptr);
  connection->user = word;
}

std::uint64_t Loop::user(ConnId id) {
  Connection* const connection = table_.find(id);
  ASSERT(connection != nullptr);
  return connection->user;
}

bool Loop::is_open(ConnId id) {
  return open_connection(id) != nullptr;
}

Connection* Loop::open_connection(ConnId id) {
  Connection* const connection = table_.find(id);
  return connection != nullptr && connection->state == ConnectionState::Open ? connection : nullptr;
}

void Loop::readable(Connection& connection) {
  const bool head = connection.state == ConnectionState::Head;
  const std::size_t limit =
      head ? options_.head_bytes_max - connection.in.size : read_buffer_.size();
  const ssize_t got = ::recv(connection.fd, read_buffer_.data(), limit, 0);
  counters_.syscalls.add();
  if (got <= 0) return on_no_bytes(connection, got < 0 ? errno : 0);
  on_bytes(connection, {read_buffer_.data(), static_cast<std::size_t>(got)});
}

void Loop::on_no_bytes(Connection& connection, int error) {
  if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR) return;
  if (error == 0) {
    const bool unsent = connection.out.size > connection.out_begin;
    if (connection.state == ConnectionState::Lingering && unsent) {
      connection.cut_when_sent = true;  // the peer only half-closed: it still gets its answer
      return watch(connection, Reading::Off, true);
    }
  }
  drop(connection, close_code::abnormal);
}

void Loop::on_bytes(Connection& connection, std::span<char> bytes) {
  counters_.bytes_in.add(bytes.size());
  if (shakes_hands(connection) && !connection.guarded) greet(connection, bytes.front());
  if (connection.guarded) return unseal(connection, bytes);
  on_plain(connection, bytes);
}

void Loop::on_plain(Connection& connection, std::span<char> bytes) {
  switch (connection.state) {
    case ConnectionState::Head:
      return read_head(connection, bytes);
    case ConnectionState::Open:
    case ConnectionState::Closing:
      connection.heard_ms = elapsed();
      connection.flood_bytes += static_cast<std::uint32_t>(bytes.size());
      if (connection.flood_bytes > options_.flood_bytes_max) {
        counters_.floods.add();
        return fail(connection, close_code::policy);
      }
      return read_frames(connection, bytes);
    case ConnectionState::Relaying:
      return relay_bytes(connection, {bytes.data(), bytes.size()});
    case ConnectionState::Lingering:  // thrown away
    case ConnectionState::Deciding:
    case ConnectionState::Connecting:
    case ConnectionState::Dead:
    case ConnectionState::Free:
      return;
  }
}

void Loop::read_frames(Connection& connection, std::span<char> bytes) {
  while (connection.state == ConnectionState::Open ||
         connection.state == ConnectionState::Closing) {
    const FrameEvent event =
        connection.reader.next(bytes, connection.in, buffers_, options_.message_bytes_max);
    if (event.kind == FrameEvent::Kind::NeedMore) return;
    on_event(connection, event);
  }
}

void Loop::on_event(Connection& connection, const FrameEvent& event) {
  const bool open = connection.state == ConnectionState::Open;
  switch (event.kind) {
    case FrameEvent::Kind::NeedMore:
      return;
    case FrameEvent::Kind::Text:
      counters_.frames_in.add();
      if (open) handler_.on_text(connection.id(), event.payload);
      return;
    case FrameEvent::Kind::Ping:
      counters_.frames_in.add();
      if (open)
        queue_control(connection, Opcode::Pong, {event.payload.data(), event.payload.size()});
      return;
    case FrameEvent::Kind::Pong:
      counters_.frames_in.add();
      return;
    case FrameEvent::Kind::Close:
      counters_.frames_in.add();
      peer_closed(connection, event);
      return;
    case FrameEvent::Kind::Failed:
      counters_.protocol_failures.add();
      fail(connection, event.code);
      return;
    case FrameEvent::Kind::NoMemory:
      counters_.out_of_buffers.add();
      fail(connection, event.code);
      return;
  }
}

void Loop::peer_closed(Connection& connection, const FrameEvent& event) {
  if (connection.state == ConnectionState::Open) {
    end_open(connection, event.code);
    connection.state = ConnectionState::Closing;
    // Echoed (RFC 6455 5.5.1); then the server is the one to end the TCP connection.
    if (!queue_close(connection, event.code, {})) return;
  }
  linger(connection, true);
}

void Loop::fail(Connection& connection, std::uint16_t code) {
  const bool open = connection.state == ConnectionState::Open;
  if (open) {
    end_open(connection, code);
    connection.state = ConnectionState::Closing;
    if (!queue_close(connection, code, {})) return;
  }
  linger(connection, !open);
}

bool Loop::queue(Connection& connection, std::string_view header, std::string_view payload) {
  const std::size_t size = header.size() + payload.size();
  const std::size_t waiting = connection.out.size - connection.out_begin;
  if (!connection.overflowed && waiting + size > options_.out_bytes_max) overflow(connection);
  if (connection.overflowed) {
    counters_.frames_refused.add();
    return false;
  }
  if (!make_room(connection, size)) return false;
  append_out(connection, header);
  append_out(connection, payload);
  counters_.frames_out.add();
  mark_dirty(connection);
  return true;
}

// Ping and Pong: a peer that doesn't read gets none, and its silence is its end.
bool Loop::queue_control(Connection& connection, Opcode opcode, std::string_view payload) {
  const std::size_t waiting = connection.out.size - connection.out_begin;
  if (connection.overflowed || waiting + payload.size() + 2 > options_.out_bytes_max) {
    counters_.frames_refused.add();
    return false;
  }
  std::array<char, 10> header;
  const std::size_t size = write_frame_header(header, opcode, payload.size());
  return queue(connection, {header.data(), size}, payload);
}

// Fits always: beyond out_bytes_max there is room for one Close. False: no memory, and dropped.
bool Loop::queue_close(Connection& connection, std::uint16_t code, std::string_view reason) {
  if (!make_room(connection, close_reserve)) return false;
  std::array<char, control_bytes_max> payload;
  std::size_t size = 0;
  if (code != close_code::none) {
    payload[0] = static_cast<char>(code >> 8);
    payload[1] = static_cast<char>(code & 0xff);
    const std::string_view text = cut_text(reason, control_bytes_max - 2);
    std::copy(text.begin(), text.end(), payload.begin() + 2);
    size = 2 + text.size();
  }
  std::array<char, 10> header;
  append_out(connection, {header.data(), write_frame_header(header, Opcode::Close, size)});
  append_out(connection, {payload.data(), size});
  counters_.frames_out.add();
  mark_dirty(connection);
  return true;
}

// False: the buffers are used up, and the connection is dropped.
bool Loop::make_room(Connection& connection, std::size_t bytes) {
  Buffer& out = connection.out;
  if (connection.out_begin > 0 && out.size + bytes > out.capacity) {
    std::memmove(out.data, out.data + connection.out_begin, out.size - connection.out_begin);
    out.size -= connection.out_begin;
    if (connection.guarded) guard(connection).sealed_end -= connection.out_begin;
    connection.out_begin = 0;
  }
  if (buffers_.reserve(out, out.size + bytes)) return true;
  counters_.out_of_buffers.add();
  drop(connection, close_code::try_again);
  return false;
}

// REQUIRES: make_room.
void Loop::append_out(Connection& connection, std::string_view bytes) {
  if (bytes.empty()) return;
  std::memcpy(connection.out.data + connection.out.size, bytes.data(), bytes.size());
  connection.out.size += static_cast<std::uint32_t>(bytes.size());
}

void Loop::overflow(Connection& connection) {
  connection.overflowed = true;
  connection.since_ms = elapsed();
  counters_.overflows.add();
  overflowed_.push_back(connection.id());
  mark_dirty(connection);  // a frame larger than the whole buffer overflows an empty one
  arm(connection);
}

// The WebSocket is over for the handler; on_closed follows. REQUIRES: Open.
void Loop::end_open(Connection& connection, std::uint16_t code) {
  ASSERT(connection.opened);
  connection.closed_with = code;
  closed_.push_back(connection.slot);
}

void Loop::linger(Connection& connection, bool cut_when_sent) {
  if (connection.state == ConnectionState::Dead) return;
  connection.state = ConnectionState::Lingering;
  connection.cut_when_sent = cut_when_sent;
  connection.shut_when_sent = !cut_when_sent;
  connection.since_ms = elapsed();
  buffers_.release(connection.in);
  mark_dirty(connection);
  arm(connection);
}

void Loop::drop(Connection& connection, std::uint16_t code) {
  if (connection.state == ConnectionState::Dead) return;
  if (connection.state == ConnectionState::Open) end_open(connection, code);
  if (connection.is_relayed()) part(connection);
  connection.state = ConnectionState::Dead;
  dead_.push_back(connection.slot);
}

void Loop::mark_dirty(Connection& connection) {
  if (connection.dirty) return;
  connection.dirty = true;
  dirty_.push_back(connection.slot);
}

void Loop::stream_took(Connection& connection, std::int32_t result) {
  if (result < 0) return drop(connection, close_code::abnormal);
  if (connection.out_begin < connection.out.size) {
    return watch(connection, connection.watched.reading, true);
  }
  release_out(connection);
  sent_all(connection);
}

void Loop::sent_all(Connection& connection) {
  if (connection.cut_when_sent) return drop(connection, close_code::abnormal);
  if (connection.waits_writable()) watch(connection, connection.watched.reading, false);
  if (connection.overflowed && !connection.drained) {  // stays refusing until the handler is told
    connection.drained = true;
    drained_.push_back(connection.id());
  }
  if (connection.shut_when_sent) {
    connection.shut_when_sent = false;
    ::shutdown(connection.fd, SHUT_WR);
  }
}

void Loop::watch(Connection& connection, Reading reading, bool writable) {
  if (!engine_->watch(connection, reading, writable)) drop(connection, close_code::abnormal);
}

}  // namespace whoosh::net
