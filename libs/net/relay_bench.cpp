// What forwarding costs: CPU time of the loop that relays, per frame and byte, beside that of a
// loop that serves the same WebSockets itself (reads, unmasks, checks, echoes). 64 connections over
// loopback; each sends `burst` frames of `payload` bytes and waits for their echoes. The time shown
// is the CPU time of the one measured loop's thread, so clients and owner don't count, and
// items_per_second are frames (each counted on its way in and on its way out) per CPU second of it.
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>

#include <future>

#include "base/assert.h"
#include "net/frame_test_support.h"
#include "net/server.h"

namespace whoosh::net {
namespace {

constexpr std::size_t clients = 64;

struct BenchHandler final : Handler {
  Address forward_to;  // None: echoes itself
  Loop* loop = nullptr;

  void on_start(Loop& started) override { loop = &started; }
  Decision on_request(ConnId, const Request&, std::unique_ptr<Carried>) override {
    if (forward_to.family == Address::Family::None) return Accept{};
    return Forward{forward_to, {{"Whoosh-Client", "192.0.2.7"}}};
  }
  void on_open(ConnId) override {}
  void on_text(ConnId id, std::span<char> message) override {
    loop->send(id, {message.data(), message.size()});
  }
  void on_closed(ConnId, std::uint16_t) override {}
  void on_overflow(ConnId) override {}
  void on_drained(ConnId) override {}
  void on_turn_end(std::int64_t) override {}
  std::string refusal_body(int) override { return {}; }
};

struct BenchServer {
  explicit BenchServer(Address forward_to = {}) {
    handler.forward_to = forward_to;
    Handler* const handlers[] = {&handler};
    Options options;
    options.flood_bytes_max = 4'000'000'000;  // no player is as fast as these
    auto made = Server::listen({.host = "127.0.0.1", .port = 0}, options, clock, handlers);
    ASSERT(static_cast<bool>(made));
    server = std::move(*made);
    server->start();
    std::promise<clockid_t> promise;
    server->loop(0).post([&promise] {
      clockid_t own = 0;
      ::pthread_getcpuclockid(::pthread_self(), &own);
      promise.set_value(own);
    });
    cpu_clock = promise.get_future().get();
  }
  double cpu_s() const {
    timespec now{};
    ::clock_gettime(cpu_clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  }

  runtime::OsClock clock;
  BenchHandler handler;
  std::unique_ptr<Server> server;
  clockid_t cpu_clock = 0;
};

class BenchClient {
 public:
  explicit BenchClient(std::uint16_t port) {
    socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_storage storage;
    const socklen_t size = Address::parse("127.0.0.1", port)->write_to(storage);
    const int connected =
        ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&storage), size);
    ASSERT(connected == 0);
    send(
        "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    constexpr std::size_t answer_bytes = 129;  // of a 101 without subprotocol
    receive(answer_bytes);
  }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      ASSERT(sent > 0);
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void receive(std::size_t size) {
    char buffer[65536];
    while (size > 0) {
      const ssize_t got = ::recv(socket_.get(), buffer, std::min(size, sizeof buffer), 0);
      ASSERT(got > 0);
      size -= static_cast<std::size_t>(got);
      last = buffer[got - 1];
    }
  }

  char last = 0;  // byte received

 private:
  Descriptor socket_;
};

void measure(benchmark::State& state, const BenchServer& asked, const BenchServer& measured) {
  const auto payload = static_cast<std::size_t>(state.range(0));
  const auto burst = static_cast<std::size_t>(state.range(1));
  const std::string frame = client_frame(0x81, std::string(payload, 'x'));
  const std::size_t echo_bytes = payload + (payload < 126 ? 2 : 4);
  std::string sent;
  for (std::size_t i = 0; i < burst; ++i) sent += frame;
  std::vector<BenchClient> connections;
  for (std::size_t i = 0; i < clients; ++i) connections.emplace_back(asked.server->port());
  for (auto unused : state) {
    const double before = measured.cpu_s();
    for (BenchClient& client : connections) client.send(sent);
    for (BenchClient& client : connections) client.receive(burst * echo_bytes);
    state.SetIterationTime(measured.cpu_s() - before);
  }
  for (const BenchClient& client : connections) ASSERT(client.last == 'x');
  const auto frames = static_cast<std::int64_t>(state.iterations() * clients * burst);
  state.SetItemsProcessed(2 * frames);
  state.SetBytesProcessed(frames * static_cast<std::int64_t>(frame.size() + echo_bytes));
}

void serve_itself(benchmark::State& state) {
  const BenchServer server;
  measure(state, server, server);
}
void forward_frames(benchmark::State& state) {
  const BenchServer owner;
  const BenchServer edge(*Address::parse("127.0.0.1", owner.server->port()));
  measure(state, edge, edge);
  const Counters& counters = edge.server->loop(0).counters();
  ASSERT(counters.forwarded.value() == clients);
  ASSERT(counters.forward_failures.value() == 0);
}

#define SIZES ->Args({160, 1})->Args({160, 16})->Args({4096, 1})->Args({4096, 8})->UseManualTime()
BENCHMARK(serve_itself) SIZES;
BENCHMARK(forward_frames) SIZES;
#undef SIZES

}  // namespace
}  // namespace whoosh::net
