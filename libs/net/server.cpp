#include "net/server.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/assert.h"

namespace whoosh::net {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

base::Error error_for(const Listen& listen, int code) {
  const std::string other =
      listen.port_option.empty() ? "choose another port" : "give " + listen.port_option;
  std::string text;
  if (code == EADDRINUSE) {
    text = fmt::format("Port {} is taken; stop the other program or {}.", listen.port, other);
  } else if (code == EACCES) {
    text =
        fmt::format("No right to listen on port {}; use one from 1024 on: {}.", listen.port, other);
  } else if (code == EADDRNOTAVAIL) {
    text = fmt::format("This machine does not have the address {}.", listen.host);
  } else {
    text = fmt::format("Can't listen on {}:{}: {}.", listen.host, listen.port, std::strerror(code));
  }
  return {base::ErrorCode::unavailable, std::move(text)};
}

base::Result<Addresses> resolve(const Listen& listen) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(listen.host.empty() ? nullptr : listen.host.c_str(),
                                   std::to_string(listen.port).c_str(), &hints, &found);
  if (status != 0) {
    return base::Error{
        base::ErrorCode::unavailable,
        fmt::format("Can't find the address {}: {}.", listen.host, ::gai_strerror(status))};
  }
  return Addresses(found, &::freeaddrinfo);
}

void set_port(sockaddr* address, std::uint16_t port) {
  if (address->sa_family == AF_INET6)
    reinterpret_cast<sockaddr_in6*>(address)->sin6_port = htons(port);
  else
    reinterpret_cast<sockaddr_in*>(address)->sin_port = htons(port);
}

// Bound; empty with errno: not.
Descriptor bound_socket(const addrinfo& info, bool shared, int send_buffer_bytes) {
  Descriptor socket(::socket(info.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return {};
  const int on = 1;
  const int off = 0;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (shared) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (info.ai_family == AF_INET6) {  // "::" takes IPv4 too
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  // What is accepted inherits both.
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (send_buffer_bytes > 0) {
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof(int));
  }
  if (::bind(socket.get(), info.ai_addr, info.ai_addrlen) != 0) return {};
  return socket;
}

std::uint16_t port_of(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return 0;
  return Address::from(storage).port;
}

// `count` sockets on one port. The first try is without SO_REUSEPORT: with it, bind() would
// silently share the port with another process of the same user.
base::Result<std::vector<Descriptor>> listeners(const Listen& listen, std::size_t count,
                                                const Options& options) {
  auto addresses = resolve(listen);
  if (!addresses) return addresses.error();
  addrinfo& info = **addresses;
  if (listen.port != 0) {
    const Descriptor probe = bound_socket(info, false, 0);
    if (!probe) return error_for(listen, errno);
    if (::listen(probe.get(), 1) != 0) return error_for(listen, errno);
  }
  std::vector<Descriptor> sockets;
  for (std::size_t i = 0; i < count; ++i) {
    Descriptor socket = bound_socket(info, true, options.send_buffer_bytes);
    if (!socket) return error_for(listen, errno);
    set_port(info.ai_addr, port_of(socket.get()));
    sockets.push_back(std::move(socket));
  }
  for (const Descriptor& socket : sockets) {
    if (::listen(socket.get(), static_cast<int>(options.backlog)) != 0)
      return error_for(listen, errno);
  }
  return sockets;
}

// Raises the soft limit as far as it goes.
std::size_t descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < limit.rlim_max) {
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return limit.rlim_cur == RLIM_INFINITY ? ~std::size_t{0} >> 1 : limit.rlim_cur;
}

std::string with_commas(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

}  // namespace

base::Result<std::unique_ptr<Server>> Server::listen(const Listen& listen, Options options,
                                                     const runtime::Clock& clock,
                                                     std::span<Handler* const> handlers) {
  ASSERT(!handlers.empty());
  const std::size_t count = handlers.size();
  std::unique_ptr<Server> server(new Server());

  constexpr std::size_t own_per_loop = 4;  // epoll, eventfd, listener, spare
  const std::size_t limit = descriptor_limit();
  const std::size_t taken =
      listen.descriptors_for_others + count * (own_per_loop + options.refusals_max);
  if (limit < taken + count) {
    return base::Error{
        base::ErrorCode::unavailable,
        fmt::format("The limit of descriptors is {}, and {} are needed before the first "
                    "player; raise it (ulimit -n).",
                    limit, taken + count)};
  }
  if (const std::size_t share = (limit - taken) / count; share < options.connections_max) {
    options.connections_max = share;
    server->descriptors_max_ = limit;
  }
  server->connections_max_ = options.connections_max * count;

  auto sockets = listeners(listen, count, options);
  if (!sockets) return sockets.error();
  server->port_ = port_of(sockets->front().get());
  for (std::size_t i = 0; i < count; ++i) {
    auto loop = Loop::make(options, clock, *handlers[i], i, std::move((*sockets)[i]));
    if (!loop) return loop.error();
    server->peers_.push_back(loop->get());
    server->loops_.push_back(std::move(*loop));
  }
  for (const auto& loop : server->loops_) loop->set_peers(server->peers_);
  return server;
}

Server::~Server() {
  stop();
}

void Server::start() {
  ASSERT(threads_.empty());
  for (const auto& loop : loops_) threads_.emplace_back([&loop = *loop] { loop.run(); });
}

void Server::stop() {
  for (const auto& loop : loops_) loop->request_stop();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Server::set_tls(tls::ContextPtr context) {
  for (const auto& loop : loops_)
    loop->post([target = loop.get(), context] { target->set_tls(context); });
}

std::string Server::io_text() const {
  const Loop& loop = *loops_.front();
  if (!loop.why_epoll().empty()) return "epoll, because there is no io_uring: " + loop.why_epoll();
  return loop.io() == Io::Uring ? "io_uring" : "epoll";
}

std::string Server::capacity_text() const {
  const std::string text = with_commas(connections_max_) + " connections at most";
  if (descriptors_max_ == 0) return text;
  return text + ": the limit of descriptors is " + with_commas(descriptors_max_) + " (ulimit -n)";
}

}  // namespace whoosh::net
