#include "bench/api/load/http_connection.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

namespace whoosh::bench {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// The value of a header; "": not there.
std::string_view header(std::string_view head, std::string_view name) {
  for (std::size_t line = head.find("\r\n"); line != head.npos; line = head.find("\r\n", line)) {
    line += 2;
    bool same = line + name.size() < head.size() && head[line + name.size()] == ':';
    for (std::size_t at = 0; same && at < name.size(); ++at) {
      same = lower(head[line + at]) == name[at];
    }
    if (!same) continue;
    std::string_view value = head.substr(line + name.size() + 1);
    value = value.substr(0, value.find("\r\n"));
    while (value.starts_with(' ')) value.remove_prefix(1);
    return value;
  }
  return {};
}

template <class T>
bool parse_number(std::string_view text, T& number) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

}  // namespace

bool HttpConnection::open() {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return false;
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* const address = reinterpret_cast<const sockaddr*>(&server_);
  if (::connect(socket_, address, sizeof server_) != 0 && errno != EINPROGRESS) return false;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u32 = index_;
  ++connects_;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_, &event) == 0;
}

void HttpConnection::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

Progress HttpConnection::fail() {
  close();
  return Progress::failed;
}

Progress HttpConnection::send(std::string request) {
  out_ = std::move(request);
  written_ = 0;
  in_.clear();
  body_at_ = 0;
  if (socket_ < 0 && !open()) return fail();
  return write_rest() ? Progress::waiting : fail();
}

bool HttpConnection::write_rest() {
  while (written_ < out_.size()) {
    const auto sent = ::send(socket_, out_.data() + written_, out_.size() - written_, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == ENOTCONN || errno == EINPROGRESS;
    written_ += static_cast<std::size_t>(sent);
  }
  return true;
}

Progress HttpConnection::on_ready() {
  if (socket_ < 0) return Progress::waiting;
  if (!write_rest()) return fail();
  std::array<char, 32 * 1024> chunk;
  for (;;) {
    const auto got = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (got < 0 && errno == EAGAIN) return Progress::waiting;
    if (got <= 0) return fail();
    in_.append(chunk.data(), static_cast<std::size_t>(got));
    const Progress progress = parse();
    if (progress == Progress::answered && closes_) close();
    if (progress != Progress::waiting) return progress;
  }
}

Progress HttpConnection::parse() {
  if (body_at_ == 0) {
    const auto end = in_.find("\r\n\r\n");
    if (end == in_.npos) return Progress::waiting;
    const std::string_view head = std::string_view(in_).substr(0, end + 2);
    if (!head.starts_with("HTTP/1.1 ") || !parse_number(head.substr(9, 3), status_)) return fail();
    if (!header(head, "transfer-encoding").empty()) return fail();
    body_bytes_ = 0;
    const std::string_view length = header(head, "content-length");
    if (status_ != 204 && !parse_number(length, body_bytes_)) return fail();
    closes_ = header(head, "connection") == "close";
    body_at_ = end + 4;
  }
  if (in_.size() < body_at_ + body_bytes_) return Progress::waiting;
  return in_.size() == body_at_ + body_bytes_ ? Progress::answered : fail();
}

std::string_view HttpConnection::body() const {
  return std::string_view(in_).substr(body_at_, body_bytes_);
}

}  // namespace whoosh::bench
