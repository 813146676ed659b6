// What TLS costs the server: processor time of its half of a handshake (RSA-3072, P-256, come back
// with a ticket), of sealing what a player is sent and of opening what he sends, and the heap that
// a quiet connection holds (the counter `bytes`). The client's half is not measured.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <chrono>

#include "tls/session.h"
#include "tls/tls_test_support.h"

namespace whoosh::tls {
namespace {

struct World {
  explicit World(const std::string& key)
      : files(authority.issue(key, {.key = key, .bits = 3072})),
        server(Context::server(files, tickets).value()),
        client(Context::client({.ca_file = authority.ca_file()}).value()) {}

  TestAuthority authority;
  runtime::OsClock clock;
  std::shared_ptr<TicketKeys> tickets = std::make_shared<TicketKeys>(clock);
  CertificateFiles files;
  ContextPtr server;
  ContextPtr client;
};

struct Pair {
  explicit Pair(World& world, const std::string& ticket = {})
      : server(Session::server(*world.server)),
        client(Session::client(*world.client, "localhost")) {
    if (!ticket.empty()) client.resume(ticket);
  }
  // Seconds that the server took.
  double shake(Exchange& at_server, Exchange& at_client, std::vector<char>& room) {
    double took = 0;
    (void)client.take(at_client, {}, room);
    while (!at_client.sealed().empty()) {
      const auto begun = std::chrono::steady_clock::now();
      (void)server.take(at_server, at_client.sealed(), room);
      took += std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
      at_client.clear();
      (void)client.take(at_client, at_server.sealed(), room);
      at_server.clear();
    }
    return took;
  }
  Session server;
  Session client;
};

void handshake(benchmark::State& state, const std::string& key, bool resumed) {
  World world(key);
  Exchange at_server;
  Exchange at_client;
  std::vector<char> room(64 * 1024);
  std::string ticket;
  if (resumed) {
    Pair first(world);
    first.shake(at_server, at_client, room);
    ticket = first.client.ticket();
  }
  for (auto _ : state) {
    Pair pair(world, ticket);
    state.SetIterationTime(pair.shake(at_server, at_client, room));
    if (!pair.server.is_established() || pair.server.is_resumed() != resumed)
      return state.SkipWithError("no such handshake");
  }
}
BENCHMARK_CAPTURE(handshake, rsa_3072, "RSA", false)->UseManualTime();
BENCHMARK_CAPTURE(handshake, p256, "EC", false)->UseManualTime();
BENCHMARK_CAPTURE(handshake, resumed, "EC", true)->UseManualTime();

// One turn's bytes for one player.
void seal(benchmark::State& state) {
  World world("EC");
  Exchange at_server;
  Exchange at_client;
  std::vector<char> room(64 * 1024);
  Pair pair(world);
  pair.shake(at_server, at_client, room);
  const std::string frame(static_cast<std::size_t>(state.range(0)), 'f');
  for (auto _ : state) {
    if (!pair.server.seal(at_server, frame)) return state.SkipWithError("not sealed");
    benchmark::DoNotOptimize(at_server.sealed().data());
    at_server.clear();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(seal)->Arg(160)->Arg(1024)->Arg(16 * 1024);

void open(benchmark::State& state) {
  World world("EC");
  Exchange at_server;
  Exchange at_client;
  std::vector<char> room(64 * 1024);
  Pair pair(world);
  pair.shake(at_server, at_client, room);
  const std::string frame(static_cast<std::size_t>(state.range(0)), 'f');
  for (auto _ : state) {
    state.PauseTiming();
    if (!pair.client.seal(at_client, frame)) return state.SkipWithError("not sealed");
    const std::string sealed(at_client.sealed());
    at_client.clear();
    state.ResumeTiming();
    if (pair.server.take(at_server, sealed, room).bytes != frame.size())
      return state.SkipWithError("not opened");
  }
}
BENCHMARK(open)->Arg(64);

// Of the server's half alone: the clients end as soon as they have shaken hands.
void quiet(benchmark::State& state) {
  World world("EC");
  Exchange at_server;
  Exchange at_client;
  std::vector<char> room(64 * 1024);
  constexpr std::size_t many = 1000;
  double bytes = 0;
  for (auto _ : state) {
    std::vector<Session> sessions;
    sessions.reserve(many);
    Pair(world).shake(at_server, at_client, room);  // what is made once
    const std::size_t before = ::mallinfo2().uordblks;
    for (std::size_t i = 0; i < many; ++i) {
      Pair pair(world);
      pair.shake(at_server, at_client, room);
      sessions.push_back(std::move(pair.server));
    }
    bytes = static_cast<double>(::mallinfo2().uordblks - before) / many;
  }
  state.counters["bytes"] = bytes;
}
BENCHMARK(quiet)->Iterations(1);

// In the middle of its handshake: the client's first flight was answered.
void half_shaken(benchmark::State& state) {
  World world("EC");
  Exchange at_server;
  Exchange at_client;
  std::vector<char> room(64 * 1024);
  Session client = Session::client(*world.client, "localhost");
  (void)client.take(at_client, {}, room);
  const std::string hello(at_client.sealed());
  constexpr std::size_t many = 1000;
  double bytes = 0;
  for (auto _ : state) {
    std::vector<Session> sessions;
    sessions.reserve(many);
    const std::size_t before = ::mallinfo2().uordblks;
    for (std::size_t i = 0; i < many; ++i) {
      sessions.push_back(Session::server(*world.server));
      (void)sessions.back().take(at_server, hello, room);
      at_server.clear();
    }
    bytes = static_cast<double>(::mallinfo2().uordblks - before) / many;
  }
  state.counters["bytes"] = bytes;
}
BENCHMARK(half_shaken)->Iterations(1);

}  // namespace
}  // namespace whoosh::tls
