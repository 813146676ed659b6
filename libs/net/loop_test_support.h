// For tests of whole loops over real sockets: a handler that writes down what happens, a server of
// such handlers, and a small blocking client that sends exactly the bytes it is told to.
// Lock ledger: TestHandler::mutex_ protects its notes; taken in note, count and wait_for; nothing
// is called under it.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "net/frame_test_support.h"
#include "net/server.h"
#include "tls/tls_test_support.h"

namespace whoosh::net {

inline constexpr std::chrono::seconds patience{20};  // how long a test waits before it fails

// Echoes, unless told otherwise. The hooks run on the loop's thread; notes are read from the
// test's.
class TestHandler final : public Handler {
 public:
  using Answer =
      std::function<Decision(TestHandler&, ConnId, const Request&, std::unique_ptr<Carried>)>;

  Answer answer = [](TestHandler&, ConnId, const Request&, std::unique_ptr<Carried>) -> Decision {
    return Accept{};
  };
  std::function<void(TestHandler&, ConnId)> opened = [](TestHandler&, ConnId) {};
  std::function<void(TestHandler&, ConnId, std::string_view)> text =
      [](TestHandler& self, ConnId id, std::string_view message) { self.loop->send(id, message); };
  std::function<void(TestHandler&, ConnId)> drained = [](TestHandler&, ConnId) {};
  Loop* loop = nullptr;
  bool plain_welcome = true;  // where TLS is spoken

  void on_start(Loop& started) override {
    loop = &started;
    note("start");
  }
  void on_stop() override { note("stop"); }
  Decision on_request(ConnId id, const Request& request,
                      std::unique_ptr<Carried> carried) override {
    note("request " + std::string(request.path()));
    return answer(*this, id, request, std::move(carried));
  }
  void on_open(ConnId id) override {
    note("open");
    opened(*this, id);
  }
  void on_text(ConnId id, std::span<char> message) override {
    text(*this, id, {message.data(), message.size()});
  }
  void on_closed(ConnId, std::uint16_t code) override { note("closed " + std::to_string(code)); }
  void on_overflow(ConnId) override { note("overflow"); }
  void on_drained(ConnId id) override {
    note("drained");
    drained(*this, id);
  }
  void on_turn_end(std::int64_t) override {}
  bool takes_plain(const Request&) override { return plain_welcome; }
  std::string refusal_body(int status) override { return "refused " + std::to_string(status); }

  void note(std::string what) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(std::move(what));
    changed_.notify_all();
  }
  std::size_t count(std::string_view what) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count(notes_.begin(), notes_.end(), what));
  }
  // True as soon as it was noted so many times.
  bool wait_for(std::string_view what, std::size_t times = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] {
      return static_cast<std::size_t>(std::count(notes_.begin(), notes_.end(), what)) >= times;
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> notes_;
};

// Certificate of the test servers, and what their clients trust.
struct TestTls {
  runtime::OsClock clock;
  std::shared_ptr<tls::TicketKeys> tickets = std::make_shared<tls::TicketKeys>(clock);
  tls::TestAuthority authority;
  tls::CertificateFiles files = authority.issue("server");
  tls::ContextPtr server = tls::Context::server(files, tickets).value();
  tls::ContextPtr client = tls::Context::client({.ca_file = authority.ca_file()}).value();

  static TestTls& get() {
    static TestTls one;
    return one;
  }
};

// WHOOSH_TEST_TLS=1: every TestServer speaks TLS, and so does every TestClient. That is how suites
// written for plain bytes are run once more over records (net_tls).
inline bool tls_under_test() {
  static const bool on = std::getenv("WHOOSH_TEST_TLS") != nullptr;
  return on;
}

// What a test's servers run on, unless their options say so themselves.
inline Io io_under_test = Io::Auto;

class TestServer {
 public:
  explicit TestServer(Options options = {}, std::size_t loops = 1) {
    if (options.io == Io::Auto) options.io = io_under_test;
    if (tls_under_test()) options.tls = TestTls::get().server;
    std::vector<Handler*> list;
    for (std::size_t i = 0; i < loops; ++i) {
      handlers_.push_back(std::make_unique<TestHandler>());
      list.push_back(handlers_.back().get());
    }
    auto made = Server::listen({.host = "127.0.0.1",
                                .port = 0,
                                .port_option = "--edge-port",
                                .descriptors_for_others = 64},
                               options, clock_, list);
    if (!made) throw std::runtime_error(made.error().message);
    server_ = std::move(*made);
  }

  TestHandler& handler(std::size_t index = 0) { return *handlers_[index]; }
  Server& server() { return *server_; }
  const Counters& counters(std::size_t index = 0) { return server_->loop(index).counters(); }
  std::uint16_t port() const { return server_->port(); }
  void start() {
    server_->start();
    for (auto& handler : handlers_) ASSERT_TRUE(handler->wait_for("start"));
  }

 private:
  runtime::OsClock clock_;
  std::vector<std::unique_ptr<TestHandler>> handlers_;
  std::unique_ptr<Server> server_;
};

// Suites of whole loops: every test of theirs runs on each engine.
class OnBothEngines : public ::testing::TestWithParam<Io> {
 protected:
  void SetUp() override {
    io_under_test = GetParam();
    static const std::string why_epoll =
        TestServer(Options{.io = Io::Uring}).server().loop(0).why_epoll();
    if (GetParam() == Io::Uring && !why_epoll.empty())
      GTEST_SKIP() << "no io_uring here: " << why_epoll;
  }
  void TearDown() override { io_under_test = Io::Auto; }
};
inline std::string engine_name(const ::testing::TestParamInfo<Io>& info) {
  return info.param == Io::Epoll ? "epoll" : "io_uring";
}
#define WHOOSH_ENGINES(Suite)                                                                 \
  INSTANTIATE_TEST_SUITE_P(Engines, Suite, ::testing::Values(net::Io::Epoll, net::Io::Uring), \
                           net::engine_name)
// A suite that needs no more than that.
#define WHOOSH_ON_BOTH_ENGINES(Suite)    \
  class Suite : public OnBothEngines {}; \
  WHOOSH_ENGINES(Suite)

inline std::string upgrade_request(std::string_view path = "/ws", std::string_view fields = {}) {
  return "GET " + std::string(path) +
         " HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
         std::string(fields) + "\r\n";
}

class TestClient {
 public:
  // The other end of what a TestListener accepted.
  explicit TestClient(Descriptor accepted) : socket_(std::move(accepted)), connected_(true) {
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  explicit TestClient(std::uint16_t port, int receive_buffer_bytes = 0,
                      bool speaks_tls = tls_under_test())
      : TestClient(port, receive_buffer_bytes, nullptr) {
    if (speaks_tls) speak_tls(tls::Session::client(*TestTls::get().client, "localhost"));
  }
  TestClient(std::uint16_t port, tls::Session session) : TestClient(port, 0, nullptr) {
    speak_tls(std::move(session));
  }
  TestClient(std::uint16_t port, int receive_buffer_bytes, std::nullptr_t) {
    socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (receive_buffer_bytes > 0) {
      ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof(int));
    }
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ =
        ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int fd() const { return socket_.get(); }
  bool send(std::string_view bytes) {
    if (tls_ == nullptr) return send_raw(bytes);
    if (!shake_hands() || !tls_->session.seal(tls_->exchange, bytes)) return false;
    return send_sealed();
  }
  // Records, or what is to look like them.
  bool send_raw(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  bool send_byte_by_byte(std::string_view bytes) {
    for (const char byte : bytes) {
      if (!send({&byte, 1})) return false;
    }
    return true;
  }
  void half_close() { ::shutdown(socket_.get(), SHUT_WR); }
  // TLS only.
  bool shake_hands() {
    if (!tls_->begun) {
      tls_->begun = true;
      if (!take_sealed({})) return false;
    }
    while (!tls_->session.is_established()) {
      if (!receive()) return false;
    }
    return true;
  }
  void close_notify() {
    tls_->session.close(tls_->exchange);
    send_sealed();
  }
  tls::Session& session() { return tls_->session; }
  void reset() {  // RST instead of FIN
    const linger hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    socket_.reset();
  }
  void disconnect() { socket_.reset(); }

  // Through the empty line; what follows stays for frames. "" at the end of the stream.
  std::string head() {
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
      if (!receive()) return {};
    }
    return take(buffer_.find("\r\n\r\n") + 4);
  }
  std::string all() {  // until the server's end
    while (receive()) continue;
    return take(buffer_.size());
  }
  bool upgrade(std::string_view path = "/ws") {
    return send(upgrade_request(path)) && head().starts_with("HTTP/1.1 101 ");
  }
  // One frame of the server as text: "text:hello", "close:1000:bye", "ping:"; "end" at the end.
  std::string frame() {
    if (!want(2)) return "end";
    std::size_t size = static_cast<unsigned char>(buffer_[1]);
    std::size_t header = 2;
    if (size >= 126) {
      const std::size_t width = size == 126 ? 2 : 8;
      if (!want(2 + width)) return "end";
      size = 0;
      for (std::size_t i = 0; i < width; ++i) {
        size = size << 8 | static_cast<unsigned char>(buffer_[2 + i]);
      }
      header += width;
    }
    if (!want(header + size)) return "end";
    const auto first = static_cast<unsigned char>(buffer_[0]);
    const std::string payload = take(header + size).substr(header);
    switch (first) {
      case 0x81:
        return "text:" + payload;
      case 0x89:
        return "ping:" + payload;
      case 0x8a:
        return "pong:" + payload;
      case 0x88:
        if (payload.size() < 2) return "close::" + payload;
        return "close:" +
               std::to_string(static_cast<unsigned char>(payload[0]) << 8 |
                              static_cast<unsigned char>(payload[1])) +
               ":" + payload.substr(2);
      default:
        return "unexpected first byte " + std::to_string(first);
    }
  }
  // Exactly so many bytes of the stream; fewer at its end.
  std::string bytes(std::size_t size) {
    want(size);
    return take(std::min(size, buffer_.size()));
  }
  bool ended() { return buffer_.empty() && !receive() && !timed_out_; }

 private:
  bool receive() {
    char bytes[16384];
    const ssize_t got = ::recv(socket_.get(), bytes, sizeof bytes, 0);
    timed_out_ = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (got <= 0) return false;
    if (tls_ != nullptr) return take_sealed({bytes, static_cast<std::size_t>(got)});
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  struct Tls {
    tls::Session session;
    tls::Exchange exchange = {};
    bool begun = false;
  };
  void speak_tls(tls::Session session) { tls_ = std::make_unique<Tls>(Tls{std::move(session)}); }
  bool send_sealed() {
    const bool sent = send_raw(tls_->exchange.sealed());
    tls_->exchange.clear();
    return sent;
  }
  bool take_sealed(std::span<const char> bytes) {
    std::vector<char> plain(bytes.size() + tls::held_bytes_max);
    const auto taken = tls_->session.take(tls_->exchange, bytes, plain);
    buffer_.append(plain.data(), taken.bytes);
    send_sealed();
    return taken.end == tls::Session::End::None || taken.bytes > 0;
  }

  bool want(std::size_t size) {
    while (buffer_.size() < size) {
      if (!receive()) return false;
    }
    return true;
  }
  std::string take(std::size_t size) {
    std::string taken = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return taken;
  }

  Descriptor socket_;
  std::unique_ptr<Tls> tls_;
  std::string buffer_;
  bool connected_ = false;
  bool timed_out_ = false;
};

}  // namespace whoosh::net
