// Loop, first part of a connection's life: accepting, reading the request, deciding, handing over.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/assert.h"
#include "net/loop.h"

namespace whoosh::net {
namespace {

Address peer_of(int fd) {
  sockaddr_storage socket_address{};
  socklen_t size = sizeof socket_address;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&socket_address), &size) != 0) return {};
  return Address::from(socket_address);
}

Response full_response(Handler& handler) {
  Response response;
  response.status = 503;
  response.body = handler.refusal_body(503);
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

// For a socket that gets no slot: what fits into its empty send buffer, then the end.
void send_and_forget(int fd, const std::string& bytes) {
  if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
    ::shutdown(fd, SHUT_WR);
}

}  // namespace

struct Loop::Taken {
  Descriptor socket;
  std::string bytes;
  std::size_t head_bytes;
  std::unique_ptr<Carried> carried;
  tls::Session session = {};  // empty: it speaks no TLS
  std::string sealed = {};    // records that are not sent yet
};

void Loop::on_arrivals() {
  for (std::uint32_t i = 0; listener_; ++i) {
    if (i == options_.accepts_per_turn_max) return counters_.accept_budgets.add();
    Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) return;
      counters_.accept_failures.add();
      const bool descriptors = errno == EMFILE || errno == ENFILE;
      const bool memory = errno == ENOBUFS || errno == ENOMEM;
      if (memory || (descriptors && !refuse_with_spare())) return pause_accepting();
      continue;  // ECONNABORTED and the network's own errors: on to the next one
    }
    counters_.accepted.add();
    if (table_.size() - refusals_ >= options_.connections_max) {
      refuse_full(std::move(socket));
    } else if (Connection* const connection = add(std::move(socket), Reading::Ready, false);
               connection != nullptr) {
      arm(*connection);
    }
  }
}

// Without a descriptor the queue can't even be emptied: give up the spare one for as long as it
// takes to answer the first in the queue. False: that did not help either.
bool Loop::refuse_with_spare() {
  spare_.reset();
  Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket) {
    counters_.refused_full.add();
    send_and_forget(socket.get(), refusal_bytes());
  }
  const bool refused = static_cast<bool>(socket);
  socket.reset();
  spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return refused;
}

// The listener is level-triggered: what can't be accepted would wake the loop for ever.
void Loop::pause_accepting() {
  engine_->watch_listener(false);
  accept_again_ms_ = now_ms_ + accept_pause_ms;
}

void Loop::resume_accepting() {
  if (now_ms_ < accept_again_ms_) return;
  accept_again_ms_ = Handler::never;
  if (!listener_) return;
  if (!spare_) spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  engine_->watch_listener(true);
}

void Loop::refuse_full(Descriptor socket) {
  counters_.refused_full.add();
  const Response response = full_response(handler_);
  if (tls_ != nullptr || refusals_ >= options_.refusals_max)
    return send_and_forget(socket.get(), refusal_bytes());
  if (Connection* const connection = add(std::move(socket), Reading::Ready, true);
      connection != nullptr) {
    respond(*connection, response, true);
  }
}

// For who gets no slot. A handshake, only to say no, is more than a full loop has to give.
std::string Loop::refusal_bytes() {
  if (tls_ != nullptr) return std::string(tls_refusal());
  return response_bytes(full_response(handler_), true, clock_.now());
}

// nullptr: the kernel would not watch it, and the socket is closed. REQUIRES: the table has room.
Connection* Loop::add(Descriptor socket, Reading reading, bool refusal) {
  Connection* const connection = table_.take();
  ASSERT(connection != nullptr);
  connection->fd = socket.release();
  connection->since_ms = elapsed();
  connection->refusal = refusal;
  if (refusal) ++refusals_;
  // Connecting is over when it takes bytes.
  watch(*connection, reading, reading == Reading::Off);
  return connection->state == ConnectionState::Dead ? nullptr : connection;
}

void Loop::read_head(Connection& connection, std::span<char> bytes) {
  std::string_view text(bytes.data(), bytes.size());
  if (connection.in.size > 0) {
    if (!buffers_.append(connection.in, text)) return drop(connection, close_code::try_again);
    text = {connection.in.data, connection.in.size};
  }
  const HeadScan scan = scan_head(text, connection.head_scanned);
  connection.head_scanned = static_cast<std::uint32_t>(text.size());
  switch (scan.kind) {
    case HeadScan::Kind::Malformed:
      return refuse(connection, 400);
    case HeadScan::Kind::Incomplete:
      if (text.size() >= options_.head_bytes_max) return refuse(connection, 431);
      if (connection.in.size == 0 && !buffers_.append(connection.in, text)) {
        drop(connection, close_code::try_again);
      }
      return;
    case HeadScan::Kind::Complete:
      break;
  }
  if (scan.bytes > options_.head_bytes_max) return refuse(connection, 431);
  ask(connection, text, scan.bytes, nullptr);
}

void Loop::ask(Connection& connection, std::string_view bytes, std::size_t head_bytes,
               std::unique_ptr<Carried> carried) {
  Request request;
  if (const int status = request.head.parse(bytes.substr(0, head_bytes)); status != 0) {
    return refuse(connection, status);
  }
  check_upgrade(request);
  request.remote = peer_of(connection.fd);
  request.handed_over = connection.handed_over;
  request.secure = connection.guarded;
  counters_.requests.add();
  if (tls_ != nullptr && !request.secure && !handler_.takes_plain(request)) {
    counters_.tls_plain_refused.add();
    return respond(connection, {400, handler_.tls_needed_body(), "application/json", {}}, true);
  }
  Decision decision = handler_.on_request(connection.id(), request, std::move(carried));
  act(connection, bytes, head_bytes, request, std::move(decision));
}

void Loop::act(Connection& connection, std::string_view bytes, std::size_t head_bytes,
               const Request& request, Decision decision) {
  if (auto* const accept = std::get_if<Accept>(&decision)) {
    open(connection, bytes, head_bytes, request, *accept);
  } else if (auto* const answer = std::get_if<Respond>(&decision)) {
    respond(connection, answer->response, request.head.method() != "HEAD");
  } else if (auto* const hand_over = std::get_if<HandOver>(&decision)) {
    if (connection.handed_over) return refuse(connection, 503);
    leave(connection, bytes, head_bytes, std::move(*hand_over));
  } else if (auto* const elsewhere = std::get_if<Forward>(&decision)) {
    forward(connection, bytes, head_bytes, *elsewhere);
  } else {
    wait_for_decision(connection, bytes);
  }
}

void Loop::open(Connection& connection, std::string_view bytes, std::size_t head_bytes,
                const Request& request, const Accept& accept) {
  if (const int status = request.upgrade_refusal(); status != 0) return refuse(connection, status);
  ASSERT(accept.subprotocol.empty() || request.subprotocols.contains(accept.subprotocol));
  const auto key = request.head.header("Sec-WebSocket-Key");
  const std::string answer = upgrade_bytes(*key, accept.subprotocol);
  if (!make_room(connection, answer.size())) return;
  append_out(connection, answer);
  mark_dirty(connection);
  Buffer head = std::exchange(connection.in, {});  // from here on `in` is the frame reader's
  watch(connection, Reading::Stream, false);
  if (connection.state == ConnectionState::Dead) return buffers_.release(head);
  connection.state = ConnectionState::Open;
  connection.opened = true;
  connection.heard_ms = connection.pinged_ms = connection.since_ms = elapsed();
  counters_.upgraded.add();
  arm(connection);
  handler_.on_open(connection.id());
  // The bytes are ours (the read buffer or `head`), views only by type.
  std::string_view rest = bytes.substr(head_bytes);
  if (!rest.empty()) read_frames(connection, {const_cast<char*>(rest.data()), rest.size()});
  buffers_.release(head);
}

void Loop::wait_for_decision(Connection& connection, std::string_view bytes) {
  if (connection.in.size == 0 && !buffers_.append(connection.in, bytes)) {
    return drop(connection, close_code::try_again);
  }
  if (connection.state == ConnectionState::Deciding) return;  // Pending again: the deadline stays
  connection.state = ConnectionState::Deciding;
  connection.since_ms = elapsed();
  watch(connection, Reading::Off, false);
  if (connection.state == ConnectionState::Deciding) arm(connection);
}

bool Loop::decide(ConnId id, Decision decision) {
  Connection* const connection = table_.find(id);
  if (connection == nullptr || connection->state != ConnectionState::Deciding) return false;
  const std::string_view bytes(connection->in.data, connection->in.size);
  const HeadScan scan = scan_head(bytes, 0);
  Request request;
  const int status = request.head.parse(bytes.substr(0, scan.bytes));
  ASSERT(status == 0);
  check_upgrade(request);
  act(*connection, bytes, scan.bytes, request, std::move(decision));
  return true;
}

void Loop::leave(Connection& connection, std::string_view bytes, std::size_t head_bytes,
                 HandOver hand_over) {
  ASSERT(hand_over.loop < peers_.size());
  Taken taken{Descriptor(connection.fd), std::string(bytes), head_bytes,
              std::move(hand_over.carried)};
  if (connection.guarded) {
    taken.session = std::move(guard(connection).session);
    taken.sealed.assign(connection.out.data + connection.out_begin,
                        connection.out.size - connection.out_begin);
    connection.guarded = false;
  }
  engine_->forget(connection);
  connection.fd = -1;
  counters_.handed_over.add();
  drop(connection, close_code::abnormal);
  Loop* const target = peers_[hand_over.loop];
  target->post([target, taken = std::move(taken)]() mutable { target->adopt(std::move(taken)); });
}

void Loop::adopt(Taken taken) {
  counters_.adopted.add();
  const bool full = stopping_ || table_.size() - refusals_ >= options_.connections_max;
  if (full && taken.session) return refuse_sealed(std::move(taken));
  if (full) return refuse_full(std::move(taken.socket));
  Connection* const connection = add(std::move(taken.socket), Reading::Ready, false);
  if (connection == nullptr) return;
  connection->handed_over = true;
  if (tls_ != nullptr) guard(*connection).speech = Speech::Plain;
  if (taken.session && !adopt_session(*connection, std::move(taken.session), taken.sealed))
    return drop(*connection, close_code::try_again);
  if (!buffers_.append(connection->in, taken.bytes))
    return drop(*connection, close_code::try_again);
  arm(*connection);
  const std::string_view bytes(connection->in.data, connection->in.size);
  ask(*connection, bytes, taken.head_bytes, std::move(taken.carried));
}

bool Loop::adopt_session(Connection& connection, tls::Session session, std::string_view sealed) {
  Guard& mine = guard(connection);
  mine.session = std::move(session);
  mine.speech = Speech::Sealed;
  connection.guarded = true;
  if (!buffers_.append(connection.out, sealed)) return false;
  mine.sealed_end = connection.out.size;
  if (!sealed.empty()) mark_dirty(connection);
  return true;
}

void Loop::refuse_sealed(Taken taken) {
  counters_.refused_full.add();
  const std::string answer = response_bytes(full_response(handler_), true, clock_.now());
  const bool sealed = taken.session.seal(exchange_, answer);
  if (sealed) taken.session.close(exchange_);
  taken.sealed += exchange_.sealed();
  exchange_.clear();
  send_and_forget(taken.socket.get(), taken.sealed);
}

void Loop::refuse(Connection& connection, int status) {
  counters_.refused_requests.add();
  Response response;
  response.status = status;
  response.body = handler_.refusal_body(status);
  if (status == 503) response.headers.emplace_back("Retry-After", "5");
  respond(connection, response, true);
}

void Loop::respond(Connection& connection, const Response& response, bool with_body) {
  if (is_mute(connection)) return drop(connection, close_code::abnormal);
  const std::string bytes = response_bytes(response, with_body, clock_.now());
  buffers_.release(connection.in);
  if (!make_room(connection, bytes.size())) return;
  append_out(connection, bytes);
  if (connection.state == ConnectionState::Deciding) watch(connection, Reading::Ready, false);
  linger(connection, false);
}

}  // namespace whoosh::net
