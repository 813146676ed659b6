// From nothing to an open WebSocket, and back; bytes in and out.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "tools/swarm/crowd.h"

namespace whoosh::swarm {
namespace {

constexpr std::int64_t connect_ms = 10'000;  // to the 101
constexpr std::int64_t close_ms = 2'000;     // from our Close to the end
constexpr std::uint16_t tries_max = 20;      // of one connection in a row

}  // namespace

void Crowd::add_bee(std::uint32_t room, std::uint8_t place, std::string credential) {
  Bee bee;
  bee.room = room;
  bee.place = place;
  bee.credential = std::move(credential);
  const auto number = static_cast<std::uint32_t>(bees_.size());
  bee.dice = (number + 1) * 2654435761U ^ static_cast<std::uint32_t>(slot_number_ + 1) * 40503U;
  if (bee.dice == 0) bee.dice = 1;
  Dice draw = dice(bee);
  for (int i = 0; i < 4; ++i) draw.next();  // neighbours' seeds are alike
  bee.ticks = draw.happens(plan_.ticks_share);
  bee.verified = draw.happens(plan_.verify_share);
  bee.cut = draw.happens(plan_.cut_share);
  bee.slow = draw.happens(plan_.slow_share);
  bee.flood = draw.happens(plan_.flood_share);
  bees_.push_back(std::move(bee));
}

Knock Crowd::knock_of(const Bee& bee) const {
  Knock knock;
  knock.host = rooms_[bee.room].host;
  knock.target = rooms_[bee.room].target;
  knock.nonce = std::uint64_t{bee.epoch} << 32 | static_cast<std::uint32_t>(&bee - bees_.data());
  return knock;
}

// From another address of this machine for each: one address has 28,000 ports towards a server.
bool Crowd::bind_local(int socket, std::size_t index) {
  if (plan_.local_addresses.empty()) return true;
  sockaddr_in from{};
  from.sin_family = AF_INET;
  const std::string& text = plan_.local_addresses[index % plan_.local_addresses.size()];
  if (inet_pton(AF_INET, text.c_str(), &from.sin_addr) != 1) return false;
  const int on = 1;
  setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  return bind(socket, reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0;
}

void Crowd::connect(Bee& bee) {
  Room& room = room_of(bee);
  ++tally_.connects;
  if (bee.been_here) ++tally_.reconnects;
  ++bee.tries;
  bee.begun_us = now_us_;
  bee.epoch = ++nonce_;
  bee.state = State::connecting;
  ++connecting_;
  bee.wake_ms = now_ms_ + connect_ms;
  bee.welcomed = bee.syncing = bee.paused = bee.in_message = bee.writing = bee.ended = false;
  bee.in.clear();
  bee.out.clear();
  bee.due_ms = 0;
  bee.seq = -1;
  const int family = room.address.bytes.ss_family;
  bee.socket = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (bee.socket < 0) return failed(bee, std::strerror(errno));
  if (!bind_local(bee.socket, static_cast<std::size_t>(&bee - bees_.data())))
    return failed(bee, fmt::format("bind: {}", std::strerror(errno)));
  const int on = 1;
  setsockopt(bee.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* to = reinterpret_cast<const sockaddr*>(&room.address.bytes);
  if (::connect(bee.socket, to, room.address.size) != 0 && errno != EINPROGRESS)
    return failed(bee, std::strerror(errno));
  bee.writing = true;
  watch(bee, EPOLL_CTL_ADD);
}

void Crowd::watch(Bee& bee, int operation) {
  epoll_event event{};
  event.events = (bee.paused ? 0U : EPOLLIN) | (bee.writing ? EPOLLOUT : 0U);
  event.data.u32 = static_cast<std::uint32_t>(&bee - bees_.data());
  epoll_ctl(epoll_.get(), operation, bee.socket, &event);
}

void Crowd::event(Bee& bee, std::uint32_t events) {
  if (bee.socket < 0) return;
  if (bee.state == State::connecting) return connected(bee);
  if ((events & EPOLLOUT) != 0 && bee.writing) {
    const std::string waiting = std::exchange(bee.out, {});
    bee.writing = false;
    write_raw(bee, waiting);
    if (bee.socket >= 0 && !bee.writing) watch(bee, EPOLL_CTL_MOD);
  }
  if (bee.socket >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !bee.paused)
    readable(bee);
}

void Crowd::connected(Bee& bee) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(bee.socket, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return failed(bee, std::strerror(error));
  bee.state = State::knocking;
  bee.writing = false;
  watch(bee, EPOLL_CTL_MOD);
  const Room& room = room_of(bee);
  if (room.name.empty()) return knock(bee);
  if (plan_.tls == nullptr) return failed(bee, "wss:// and nobody to trust");
  bee.session = std::make_unique<tls::Session>(tls::Session::client(*plan_.tls, room.name));
  read_sealed(bee, {});  // says hello
}

void Crowd::knock(Bee& bee) {
  Knock knock = knock_of(bee);
  const std::string subprotocols =
      bee.credential.empty() ? std::string() : "whoosh.v1, " + bee.credential;
  knock.subprotocols = subprotocols;
  std::string target(knock.target);
  if (!bee.ticks && plan_.work != Work::raw)
    target += target.find('?') == std::string::npos ? "?tick=0" : "&tick=0";
  knock.target = target;
  write_out(bee, knock_bytes(knock));
}

void Crowd::readable(Bee& bee) {
  const std::size_t held = bee.in.size();
  constexpr std::size_t at_once = 64 * 1024;
  if (buffer_.size() < held + at_once + tls::held_bytes_max)
    buffer_.resize(held + at_once + tls::held_bytes_max);
  if (bee.session && sealed_.empty()) sealed_.resize(at_once);
  char* const into = bee.session ? sealed_.data() : buffer_.data() + held;
  const ssize_t got = ::recv(bee.socket, into, at_once, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  const int error = got < 0 ? errno : 0;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  now_us_ = now.tv_sec * 1'000'000 + now.tv_nsec / 1'000;
  const auto size = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
  if (bee.session && got > 0) return read_sealed(bee, {sealed_.data(), size});
  std::memcpy(buffer_.data(), bee.in.data(), held);
  const std::size_t fresh = bee.session ? 0 : size;
  take_bytes(bee, {buffer_.data(), held + fresh}, error, got <= 0);
}

void Crowd::read_sealed(Bee& bee, std::string_view sealed) {
  const std::uint32_t epoch = bee.epoch;
  const std::size_t held = bee.in.size();
  if (buffer_.size() < held + sealed.size() + tls::held_bytes_max)
    buffer_.resize(held + sealed.size() + tls::held_bytes_max);
  std::memcpy(buffer_.data(), bee.in.data(), held);
  const bool was_established = bee.session->is_established();
  const auto taken = bee.session->take(exchange_, {sealed.data(), sealed.size()},
                                       {buffer_.data() + held, buffer_.size() - held});
  write_raw(bee, exchange_.sealed());
  exchange_.clear();
  if (!was_established && bee.session->is_established()) knock(bee);
  if (taken.bytes > 0) take_bytes(bee, {buffer_.data(), held + taken.bytes}, 0, false);
  if (taken.end == tls::Session::End::None || bee.socket < 0 || bee.epoch != epoch) return;
  if (taken.end == tls::Session::End::Failed) {
    const std::string why = fmt::format("TLS: {}", bee.session->failure());
    return bee.state == State::knocking ? failed(bee, why) : broken(bee, why.c_str());
  }
  const std::string rest = bee.in;
  take_bytes(bee, rest, 0, true);
}

// `bytes`: what was held, and what came now.
void Crowd::take_bytes(Bee& bee, std::string_view bytes, int error, bool ended) {
  if (bee.state == State::knocking) return read_handshake(bee, bytes, ended);
  if (ended) return broken(bee, error == 0 ? "1006" : std::strerror(error));
  const std::uint64_t got = bytes.size() - bee.in.size();
  if (second_ != nullptr) {
    tally_.bytes += got;
    second_->bytes += got;
  }
  slot_.bytes.fetch_add(got, std::memory_order_relaxed);
  read_frames(bee, bytes);
}

void Crowd::read_handshake(Bee& bee, std::string_view bytes, bool ended) {
  Knock knock = knock_of(bee);
  if (!bee.credential.empty()) knock.subprotocols = "whoosh.v1";
  HandshakeAnswer answer = read_answer(bytes, knock, ended);
  switch (answer.kind) {
    case HandshakeAnswer::Kind::Incomplete:
      bee.in.assign(bytes);
      return;
    case HandshakeAnswer::Kind::Wrong:
      if (!ended) wrong(answer.why);
      return failed(bee, answer.why);
    case HandshakeAnswer::Kind::Refused: {
      ++tally_.refused[fmt::format("{} {}", answer.status, answer.code)];
      const bool again = (answer.status == 429 || answer.status == 503) && bee.tries < tries_max;
      settled(bee);
      if (again) return come_back(bee, 500 + dice(bee).below(1'000));
      return drop(bee, State::gone, 0);
    }
    case HandshakeAnswer::Kind::Open:
      opened(bee);
      return read_frames(bee, bytes.substr(answer.bytes));
  }
}

void Crowd::opened(Bee& bee) {
  bee.state = State::open;
  --connecting_;
  bee.in.clear();
  bee.in.shrink_to_fit();
  bee.tries = 0;
  ++tally_.connected;
  tally_.connect_us.add(now_us_ - bee.begun_us);
  if (plan_.echo)
    bee.wake_ms = now_ms_ + dice(bee).below(static_cast<std::uint32_t>(plan_.echo_ms));
  slot_.open.fetch_add(1, std::memory_order_relaxed);
  if (plan_.work != Work::raw) return;
  settled(bee);
  if (!plan_.first_bytes.empty()) send(bee, net::Opcode::Binary, plan_.first_bytes);
}

void Crowd::read_frames(Bee& bee, std::string_view bytes) {
  const std::uint32_t epoch = bee.epoch;
  const Binary binary = plan_.binary ? Binary::yes : Binary::no;
  while (bee.state == State::open || bee.state == State::closing) {
    const ServerFrame frame = read_server_frame(bytes, bee.in_message, binary);
    if (frame.kind == ServerFrame::Kind::Incomplete) break;
    if (frame.kind == ServerFrame::Kind::Failed) {
      wrong(frame.why);
      return broken(bee, "broken frame");
    }
    on_frame(bee, frame);
    if (bee.socket < 0 || bee.epoch != epoch) return;
    bytes.remove_prefix(frame.bytes);
  }
  if (bytes.empty() && bee.in.capacity() > 256) {
    std::string().swap(bee.in);
  } else {
    bee.in.assign(bytes);
  }
}

void Crowd::on_frame(Bee& bee, const ServerFrame& frame) {
  switch (frame.kind) {
    case ServerFrame::Kind::Text:
      return on_text(bee, frame.payload);
    case ServerFrame::Kind::Fragment: {
      if (!bee.message) bee.message = std::make_unique<std::string>();
      bee.message->append(frame.payload);
      bee.in_message = !frame.last;
      if (!frame.last) return;
      const auto whole = std::move(bee.message);
      if (!plan_.binary && !is_utf8(*whole)) return wrong("a text that is no UTF-8");
      return on_text(bee, *whole);
    }
    case ServerFrame::Kind::Ping:
      return send(bee, net::Opcode::Pong, frame.payload);
    case ServerFrame::Kind::Pong:
      return;
    case ServerFrame::Kind::Close:
      ++tally_.closed[std::to_string(frame.code)];
      if (bee.ended) return drop(bee, State::gone, 0);
      send(bee, net::Opcode::Close, frame.payload.substr(0, 2));
      if (bee.socket < 0) return;
      // What a client of PROTOCOL.md does: these mean "come again", all others "stay away".
      if (frame.code == 1001 || frame.code == 1013 || frame.code == 1008)
        return come_back(bee, 200 + dice(bee).below(2'000));
      if (!leaving_) ++tally_.lost;
      return drop(bee, State::gone, 0);
    case ServerFrame::Kind::Incomplete:
    case ServerFrame::Kind::Failed:
      return;
  }
}

// The connection ended without a Close.
void Crowd::broken(Bee& bee, const char* why) {
  if (bee.ended) return drop(bee, State::gone, 0);
  ++tally_.closed[why];
  ++tally_.lost;
  come_back(bee, 200 + dice(bee).below(2'000));
}

// Before it was open.
void Crowd::failed(Bee& bee, std::string why) {
  ++tally_.connect_failed[std::move(why)];
  const bool again = bee.tries < tries_max && !leaving_;
  settled(bee);
  if (again)
    come_back(bee, 500 + dice(bee).below(1'500));
  else
    drop(bee, State::gone, 0);
}

void Crowd::settled(Bee& bee) {
  if (bee.settled) return;
  bee.settled = true;
  slot_.settled.fetch_add(1, std::memory_order_relaxed);
}

void Crowd::drop(Bee& bee, State next, std::int64_t wake_ms) {
  if (bee.state == State::connecting || bee.state == State::knocking) --connecting_;
  const bool was_open = bee.state == State::open || bee.state == State::closing;
  if (was_open) slot_.open.fetch_sub(1, std::memory_order_relaxed);
  if (bee.socket >= 0) ::close(bee.socket);
  bee.socket = -1;
  bee.state = next;
  bee.wake_ms = wake_ms;
  std::string().swap(bee.in);
  std::string().swap(bee.out);
  bee.message.reset();
  bee.session.reset();
  if (next == State::gone) settled(bee);
  if (was_open) nobody_hears(bee);
}

// Ticks of a room that nobody of it could hear were not missed by the server.
void Crowd::nobody_hears(const Bee& gone) {
  Room& room = room_of(gone);
  const bool somebody = std::any_of(room.bees.begin(), room.bees.end(), [&](std::uint32_t index) {
    return bees_[index].state == State::open && bees_[index].ticks && !bees_[index].paused;
  });
  if (!somebody) room.due_ms = 0;
}

void Crowd::come_back(Bee& bee, std::int64_t in_ms) {
  bee.been_here = bee.been_here || bee.state == State::open;
  drop(bee, leaving_ ? State::gone : State::away, now_ms_ + in_ms);
}

void Crowd::send(Bee& bee, net::Opcode opcode, std::string_view payload) {
  frame_.clear();
  append_masked(frame_, opcode, payload, dice(bee).next());
  if (opcode == net::Opcode::Close) bee.wake_ms = now_ms_ + close_ms;
  write_out(bee, frame_);
}

void Crowd::write_out(Bee& bee, std::string_view bytes) {
  if (!bee.session) return write_raw(bee, bytes);
  // What fails is told by the read side.
  if (bee.session->seal(exchange_, bytes)) write_raw(bee, exchange_.sealed());
  exchange_.clear();
}

void Crowd::write_raw(Bee& bee, std::string_view bytes) {
  if (bytes.empty()) return;
  if (bee.writing) {
    bee.out.append(bytes);
    return;
  }
  const ssize_t sent = ::send(bee.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return;  // the read side says what happened
  const auto taken = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
  if (taken == bytes.size()) return;
  bee.out.assign(bytes.substr(taken));
  bee.writing = true;
  watch(bee, EPOLL_CTL_MOD);
}

}  // namespace whoosh::swarm
