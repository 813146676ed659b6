// For tests of forwarded connections: an edge that forwards everything, before another server or
// before a socket in the test's own hands.
#pragma once

#include <dirent.h>

#include <thread>

#include "net/loop_test_support.h"

namespace whoosh::net {

// True as soon as it holds; false after `patience`.
template <class Condition>
bool eventually(Condition&& condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

inline Address loopback(std::uint16_t port) {
  return *Address::parse("127.0.0.1", port);
}

// A socket that the test plays by hand.
class TestListener {
 public:
  explicit TestListener(int backlog = 64, int receive_buffer_bytes = 0) {
    socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (receive_buffer_bytes > 0) {
      ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof(int));
    }
    sockaddr_storage storage;
    const socklen_t size = loopback(0).write_to(storage);
    const bool bound =
        ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&storage), size) == 0 &&
        ::listen(socket_.get(), backlog) == 0;
    if (!bound) throw std::runtime_error("no listener");
  }
  std::uint16_t port() const {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&storage), &size);
    return Address::from(storage).port;
  }
  TestClient accept() {
    return TestClient(Descriptor(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
  }
  void stop() { socket_.reset(); }

 private:
  Descriptor socket_;
};

// An edge that forwards every request to `to`.
class ForwardingEdge {
 public:
  explicit ForwardingEdge(Options options) : edge(options) {
    edge.handler().answer = [this](TestHandler&, ConnId, const Request&,
                                   std::unique_ptr<Carried>) -> Decision { return decision(); };
  }
  Decision decision() const { return Forward{to, headers}; }
  // Nothing of what was forwarded is left.
  bool quiet() {
    return eventually([&] {
      return edge.counters().forwards.value() == 0 && edge.counters().connections.value() == 0 &&
             edge.counters().buffer_bytes.value() == 0;
    });
  }

  Address to;
  std::vector<std::pair<std::string, std::string>> headers;
  TestServer edge;
};

// Before a server of its own.
struct Relayed : ForwardingEdge {
  explicit Relayed(Options edge_options = {}, Options owner_options = {})
      : ForwardingEdge(edge_options), owner(owner_options) {
    to = loopback(owner.port());
  }
  void start() {
    owner.start();
    edge.start();
  }
  TestServer owner;
};

// Before a listener in the test's own hands.
struct HandMade : ForwardingEdge {
  explicit HandMade(Options options = {}, int backlog = 64, int receive_buffer_bytes = 0)
      : ForwardingEdge(options), listener(backlog, receive_buffer_bytes) {
    to = loopback(listener.port());
  }
  void start() { edge.start(); }
  // Client and owner, behind the handshake.
  std::pair<TestClient, TestClient> pair(int receive_buffer_bytes = 0) {
    TestClient client(edge.port(), receive_buffer_bytes);
    EXPECT_TRUE(client.send(upgrade_request()));
    TestClient owner = listener.accept();
    EXPECT_FALSE(owner.head().empty());
    EXPECT_TRUE(owner.send("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
    EXPECT_TRUE(client.head().starts_with("HTTP/1.1 101 "));
    return {std::move(client), std::move(owner)};
  }
  TestListener listener;
};

}  // namespace whoosh::net
