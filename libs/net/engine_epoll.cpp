#include "net/engine_epoll.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/assert.h"

namespace whoosh::net {
namespace {

// Keys of events that belong to no connection: ConnectionTable never makes such ids.
constexpr std::uint64_t listener_key = ~std::uint64_t{0};
constexpr std::uint64_t wake_key = listener_key - 1;

base::Error kernel_error(const char* what) {
  return {base::ErrorCode::unavailable, std::string(what) + ": " + std::strerror(errno)};
}

// Who is not read is watched edge-triggered: the kernel reports errors and ends always, and would
// wake the loop for ever.
std::uint32_t events_of(Reading reading, bool writable) {
  const std::uint32_t read = reading == Reading::Off ? EPOLLET : EPOLLIN;
  return writable ? read | EPOLLOUT : read;
}

}  // namespace

base::Result<std::unique_ptr<Engine>> EpollEngine::make(const EngineParts& parts) {
  Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return kernel_error("epoll_create1");
  epoll_event event{.events = EPOLLIN, .data = {.u64 = wake_key}};
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, parts.wake, &event) != 0)
    return kernel_error("epoll_ctl");
  event = {.events = EPOLLIN, .data = {.u64 = listener_key}};
  if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, parts.listener, &event) != 0)
    return kernel_error("epoll_ctl");
  return std::unique_ptr<Engine>(new EpollEngine(parts, std::move(epoll)));
}

EpollEngine::EpollEngine(const EngineParts& parts, Descriptor epoll)
    : parts_(parts), epoll_(std::move(epoll)) {}

void EpollEngine::wait(std::int32_t timeout_ms) {
  const int count = ::epoll_wait(epoll_.get(), events_.data(), events_max, timeout_ms);
  ASSERT(count >= 0 || errno == EINTR);
  count_ = count < 0 ? 0 : static_cast<std::size_t>(count);
  parts_.counters.syscalls.add();
}

void EpollEngine::deliver(Sink& sink) {
  for (std::size_t i = 0; i < count_; ++i) {
    const std::uint64_t key = events_[i].data.u64;
    const std::uint32_t events = events_[i].events;
    if (key == wake_key) {
      sink.on_woken();
    } else if (key == listener_key) {
      sink.on_arrivals();
    } else if (Connection* const connection = parts_.connections.find(base::ConnId{key});
               connection != nullptr && connection->state != ConnectionState::Dead) {
      const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
      sink.on_ready(*connection, {.readable = (events & EPOLLIN) != 0,
                                  .writable = (events & EPOLLOUT) != 0,
                                  .broken = broken});
    }
  }
  count_ = 0;
}

bool EpollEngine::watch(Connection& connection, Reading reading, bool writable) {
  Watched& watched = connection.watched;
  const std::uint32_t events = events_of(reading, writable);
  const bool known = watched.in_kernel;
  const bool same = known && events == events_of(watched.reading, watched.writable);
  watched.reading = reading;
  watched.writable = writable;
  if (same) return true;
  watched.in_kernel = true;
  epoll_event event{.events = events, .data = {.u64 = connection.id().value}};
  parts_.counters.syscalls.add();
  return ::epoll_ctl(epoll_.get(), known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, connection.fd, &event) ==
         0;
}

void EpollEngine::forget(Connection& connection) {
  if (!connection.watched.in_kernel) return;
  connection.watched = Watched{};
  parts_.counters.syscalls.add();
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, connection.fd, nullptr);
}

// The last reference to a socket leaves epoll by itself.
void EpollEngine::close(Connection& connection) {
  connection.watched = Watched{};
  parts_.counters.syscalls.add();
  ::close(connection.fd);
}

void EpollEngine::watch_listener(bool on) {
  epoll_event event{.events = on ? EPOLLIN : 0u, .data = {.u64 = listener_key}};
  const int changed = ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, parts_.listener, &event);
  ASSERT(changed == 0);
}

bool EpollEngine::send(std::span<Send> batch, bool) {
  for (Send& one : batch) {
    const ssize_t sent = ::send(one.fd, one.data, one.size, MSG_NOSIGNAL | MSG_DONTWAIT);
    one.result = sent < 0 ? -errno : static_cast<std::int32_t>(sent);
  }
  parts_.counters.syscalls.add(batch.size());
  return true;
}

}  // namespace whoosh::net
