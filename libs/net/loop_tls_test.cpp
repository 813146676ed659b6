// Goal: a listener that speaks TLS serves who speaks it, tells who does not, and none of what
// newcomers do delays who is inside. Method: real sockets on both engines; the client's TLS is a
// session of its own, so that its records can be cut, damaged and withheld. That everything else of
// a loop is the same over TLS is shown by the other suites of this folder, which run once more with
// WHOOSH_TEST_TLS=1 (net_tls).
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "net/relay_test_support.h"

namespace whoosh::net {
namespace {

WHOOSH_ON_BOTH_ENGINES(LoopTls);

Options with_tls() {
  Options options;
  options.tls = TestTls::get().server;
  return options;
}

tls::Session new_session() {
  return tls::Session::client(*TestTls::get().client, "localhost");
}

// First flight of a client, as bytes.
std::string client_hello() {
  tls::Session session = new_session();
  tls::Exchange exchange;
  std::vector<char> none(tls::held_bytes_max);
  EXPECT_EQ(session.take(exchange, {}, none).end, tls::Session::End::None);
  return std::string(exchange.sealed());
}

bool eventually(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!holds() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return holds();
}

TEST_P(LoopTls, PlaysOverRecords) {
  TestServer server(with_tls());
  bool secure = false;
  server.handler().answer = [&](TestHandler&, ConnId, const Request& request,
                                std::unique_ptr<Carried>) -> Decision {
    secure = request.secure;
    return Accept{};
  };
  server.start();
  TestClient client(server.port(), new_session());
  ASSERT_TRUE(client.upgrade());
  EXPECT_TRUE(secure);
  for (const std::size_t size : {1, 125, 126, 4000, 8000}) {
    const std::string text(size, 't');
    ASSERT_TRUE(client.send(client_frame(0x81, text)));
    ASSERT_EQ(client.frame(), "text:" + text);
  }
  ASSERT_TRUE(client.send(client_frame(0x88, "\x03\xe8")));
  EXPECT_EQ(client.frame(), "close:1000:");
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.handler().wait_for("closed 1000"));
  EXPECT_EQ(server.counters().tls_handshakes.value(), 1u);
  EXPECT_EQ(server.counters().tls_failures.value(), 0u);
}

TEST_P(LoopTls, ByteByByteIsNoDifference) {
  TestServer server(with_tls());
  server.start();
  // Everything that a client sends, recorded as it is said.
  TestClient client(server.port(), 0, nullptr);
  tls::Session session = new_session();
  tls::Exchange exchange;
  std::string plain;
  const auto take = [&](std::string_view bytes) {
    std::string received(bytes);
    std::vector<char> room(received.size() + tls::held_bytes_max);
    plain.append(room.data(), session.take(exchange, received, room).bytes);
  };
  const auto say_byte_by_byte = [&] {
    const std::string bytes(exchange.sealed());
    exchange.clear();
    return client.send_byte_by_byte(bytes);
  };
  const auto hear_until = [&](const std::function<bool()>& enough) {
    while (!enough()) {
      const std::string byte = client.bytes(1);
      if (byte.empty()) return false;
      take(byte);
    }
    return true;
  };
  take({});
  ASSERT_TRUE(say_byte_by_byte());
  ASSERT_TRUE(hear_until([&] { return session.is_established(); }));
  ASSERT_TRUE(session.seal(exchange, upgrade_request() + client_frame(0x81, "slowly")));
  ASSERT_TRUE(say_byte_by_byte());
  EXPECT_TRUE(hear_until([&] { return plain.ends_with("slowly"); }));
  EXPECT_TRUE(plain.starts_with("HTTP/1.1 101 "));
}

TEST_P(LoopTls, PlainHttpIsToldSo) {
  TestServer server(with_tls());
  server.handler().plain_welcome = false;
  server.start();
  TestClient client(server.port(), 0, nullptr);
  ASSERT_TRUE(client.send(upgrade_request()));
  const std::string answer = client.all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_EQ(server.handler().count("open"), 0u);
  EXPECT_EQ(server.handler().count("request /ws"), 0u);
  EXPECT_EQ(server.counters().tls_plain_refused.value(), 1u);
}

TEST_P(LoopTls, PlainFromWhoMayIsServed) {
  TestServer server(with_tls());
  server.start();  // its handler takes it
  TestClient client(server.port(), 0, nullptr);
  ASSERT_TRUE(client.upgrade());
  ASSERT_TRUE(client.send(client_frame(0x81, "inside the cluster")));
  EXPECT_EQ(client.frame(), "text:inside the cluster");
}

TEST_P(LoopTls, GarbageCostsNobodyAnything) {
  TestServer server(with_tls());
  server.start();
  TestClient inside(server.port(), new_session());
  ASSERT_TRUE(inside.upgrade());
  std::string damaged = client_hello();
  for (std::size_t i = 9; i < damaged.size(); i += 7) damaged[i] ^= 0x55;
  std::string http_in_a_record("\x16\x03\x01\x00\x20GET / HTTP/1.1 in a record, no.", 37);
  for (const std::string& bytes :
       {damaged, http_in_a_record, std::string(5000, '\x16'),
        std::string("\x16\x03\x01\xff\xff", 5) + std::string(9000, 'x')}) {
    TestClient client(server.port(), 0, nullptr);
    ASSERT_TRUE(client.send_raw(bytes));
    const std::string alert = client.all();
    EXPECT_TRUE(alert.empty() || alert[0] == 0x15) << "an alert or nothing";
  }
  EXPECT_TRUE(eventually([&] { return server.counters().tls_failures.value() == 4; }));
  ASSERT_TRUE(inside.send(client_frame(0x81, "unharmed")));
  EXPECT_EQ(inside.frame(), "text:unharmed");
  EXPECT_TRUE(eventually([&] { return server.counters().connections.value() == 1; }));
}

TEST_P(LoopTls, RecordsThatWereTamperedWithEndTheConnection) {
  TestServer server(with_tls());
  server.start();
  TestClient client(server.port(), new_session());
  ASSERT_TRUE(client.upgrade());
  ASSERT_TRUE(client.send_raw(std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x')));
  EXPECT_EQ(client.frame(), "end");
  EXPECT_TRUE(server.handler().wait_for("closed 1006"));
  EXPECT_EQ(server.counters().tls_failures.value(), 1u);
  EXPECT_TRUE(eventually([&] { return server.counters().connections.value() == 0; }));
}

TEST_P(LoopTls, AnEndWithoutGoodbyeIsAnEnd) {
  TestServer server(with_tls());
  server.start();
  TestClient cut(server.port(), new_session());
  TestClient polite(server.port(), new_session());
  TestClient reset(server.port(), new_session());
  ASSERT_TRUE(cut.upgrade());
  ASSERT_TRUE(polite.upgrade());
  ASSERT_TRUE(reset.upgrade());
  cut.disconnect();  // no close_notify
  EXPECT_TRUE(server.handler().wait_for("closed 1006", 1));
  polite.close_notify();
  EXPECT_TRUE(server.handler().wait_for("closed 1006", 2));
  reset.reset();
  EXPECT_TRUE(server.handler().wait_for("closed 1006", 3));
  EXPECT_EQ(server.counters().tls_failures.value(), 0u);
}

TEST_P(LoopTls, AnAnswerEndsWithGoodbye) {
  TestServer server(with_tls());
  server.handler().answer = [](TestHandler&, ConnId, const Request&,
                               std::unique_ptr<Carried>) -> Decision {
    return Respond{{200, std::string(40'000, 'b'), "text/plain", {}}};
  };
  server.start();
  TestClient client(server.port(), new_session());
  ASSERT_TRUE(client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  client.half_close();  // it still gets its answer
  const std::string answer = client.all();
  EXPECT_TRUE(answer.ends_with(std::string(40'000, 'b'))) << answer.size();
}

TEST_P(LoopTls, SlowHandshakesAreTimedOutWithoutAWord) {
  Options options = with_tls();
  options.head_ms = 1500;
  TestServer server(options);
  server.start();
  TestClient silent(server.port(), 0, nullptr);
  TestClient begun(server.port(), 0, nullptr);
  ASSERT_TRUE(begun.send_raw(client_hello().substr(0, 100)));
  TestClient half(server.port(), 0, nullptr);
  ASSERT_TRUE(half.send_raw(client_hello()));
  EXPECT_EQ(silent.all(), "");
  EXPECT_EQ(begun.all(), "");
  EXPECT_EQ(half.all().front(), 0x16) << "the server's flight, then the end";
  TestClient talkative(server.port(), new_session());  // done with it, but asks nothing
  ASSERT_TRUE(talkative.send("GET /ws HT"));
  EXPECT_TRUE(talkative.all().starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(server.counters().tls_timeouts.value(), 3u);
  EXPECT_EQ(server.counters().head_timeouts.value(), 1u);
}

TEST_P(LoopTls, AFullLoopRefusesWithoutAHandshake) {
  Options options = with_tls();
  options.connections_max = 1;
  TestServer server(options);
  server.start();
  TestClient inside(server.port(), new_session());
  ASSERT_TRUE(inside.upgrade());
  TestClient outside(server.port(), new_session());
  EXPECT_FALSE(outside.shake_hands());
  EXPECT_STREQ(outside.session().failure(), "tlsv1 alert internal error");
  EXPECT_EQ(server.counters().refused_full.value(), 1u);
  EXPECT_EQ(server.counters().tls_handshakes.value(), 1u);
}

TEST_P(LoopTls, HandshakesMoveWithTheirSocket) {
  TestServer server(with_tls(), 2);
  for (const std::size_t index : {0, 1}) {
    server.handler(index).answer = [index](TestHandler&, ConnId, const Request& request,
                                           std::unique_ptr<Carried>) -> Decision {
      EXPECT_TRUE(request.secure);
      if (request.handed_over) return Accept{};
      return HandOver{1 - index, nullptr};
    };
  }
  server.start();
  for (int i = 0; i < 20; ++i) {
    TestClient client(server.port(), new_session());
    ASSERT_TRUE(client.upgrade());
    ASSERT_TRUE(client.send(client_frame(0x81, "on the other loop")));
    ASSERT_EQ(client.frame(), "text:on the other loop");
  }
}

TEST_P(LoopTls, ANewCertificateIsForNewcomers) {
  TestTls& test = TestTls::get();
  TestServer server(with_tls());
  server.start();
  TestClient before(server.port(), new_session());
  ASSERT_TRUE(before.upgrade());
  tls::TestAuthority another;
  const auto fresh = another.issue("fresh");
  server.server().set_tls(tls::Context::server(fresh, test.tickets).value());
  const auto trust = tls::Context::client({.ca_file = another.ca_file()}).value();
  EXPECT_TRUE(eventually([&] {
    TestClient after(server.port(), tls::Session::client(*trust, "localhost"));
    return after.upgrade();
  }));
  TestClient old_fashioned(server.port(), new_session());
  EXPECT_FALSE(old_fashioned.shake_hands()) << "the former certificate is not given any more";
  ASSERT_TRUE(before.send(client_frame(0x81, "still here")));
  EXPECT_EQ(before.frame(), "text:still here");
}

TEST_P(LoopTls, AReturningClientSparesTheSignature) {
  TestServer server(with_tls());
  server.start();
  TestClient first(server.port(), new_session());
  ASSERT_TRUE(first.upgrade());
  tls::Session session = new_session();
  ASSERT_TRUE(session.resume(first.session().ticket()));
  TestClient again(server.port(), std::move(session));
  ASSERT_TRUE(again.upgrade());
  EXPECT_EQ(server.counters().tls_resumed.value(), 1u);
}

TEST_P(LoopTls, AStormWaitsInOrderAndIsServed) {
  Options options = with_tls();
  options.handshake_steps_per_turn_max = 2;
  options.head_ms = 60'000;
  TestServer server(options);
  server.start();
  constexpr int crowd = 60;
  std::atomic<int> served{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&] {
      std::vector<std::unique_ptr<TestClient>> mine;
      for (int i = 0; i < crowd / 6; ++i)
        mine.push_back(std::make_unique<TestClient>(server.port(), new_session()));
      for (auto& client : mine) served += client->upgrade() ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(served, crowd);
  EXPECT_EQ(server.counters().tls_handshakes.value(), std::uint64_t{crowd});
  EXPECT_TRUE(eventually([&] { return server.counters().tls_waiting.value() == 0; }));
}

TEST_P(LoopTls, ATurnTakesNoMoreThanItsBudgetOfHandshakes) {
  Options options = with_tls();
  options.handshake_steps_per_turn_max = 3;
  TestServer server(options);
  server.start();
  std::promise<void> gathered;
  server.server().loop(0).post([&] { gathered.get_future().wait(); });
  constexpr std::size_t crowd = 30;
  const std::string hello = client_hello();
  std::vector<std::unique_ptr<TestClient>> clients;
  for (std::size_t i = 0; i < crowd; ++i) {
    clients.push_back(std::make_unique<TestClient>(server.port(), 0, nullptr));
    ASSERT_TRUE(clients.back()->send_raw(hello));
  }
  const std::uint64_t before = server.counters().turns.value();
  gathered.set_value();
  for (auto& client : clients) EXPECT_EQ(client->bytes(1), "\x16");
  EXPECT_GE(server.counters().turns.value() - before, crowd / 3 - 1);
}

TEST_P(LoopTls, WhoStallsInAHandshakeMakesRoom) {
  Options options = with_tls();
  options.handshakes_max = 4;
  options.head_ms = 60'000;
  TestServer server(options);
  server.start();
  std::vector<std::unique_ptr<TestClient>> stalling;
  for (int i = 0; i < 6; ++i) {
    stalling.push_back(std::make_unique<TestClient>(server.port(), 0, nullptr));
    ASSERT_TRUE(stalling.back()->send_raw(client_hello()));
    ASSERT_EQ(stalling.back()->bytes(1), "\x16");
  }
  TestClient honest(server.port(), new_session());
  EXPECT_TRUE(honest.upgrade());
  EXPECT_EQ(server.counters().tls_evicted.value(), 3u);
  stalling[0]->all();  // dropped
  EXPECT_TRUE(eventually([&] { return server.counters().connections.value() == 4; }));
}

TEST_P(LoopTls, AStopSaysGoodbyeToEverybody) {
  TestServer server(with_tls());
  server.start();
  TestClient inside(server.port(), new_session());
  ASSERT_TRUE(inside.upgrade());
  TestClient shaking(server.port(), 0, nullptr);
  ASSERT_TRUE(shaking.send_raw(client_hello()));
  ASSERT_EQ(shaking.bytes(1), "\x16");
  std::thread stopping([&] { server.server().stop(); });
  EXPECT_EQ(inside.frame(), "close:1001:server is stopping");
  ASSERT_TRUE(inside.send(client_frame(0x88, "\x03\xe9")));
  EXPECT_TRUE(inside.ended());
  stopping.join();
}

// Sealed and plain bytes that wait are counted as one, so records cost the limit's size no more
// than once; the pool's next larger block is what one connection can hold.
TEST_P(LoopTls, ASlowReadersBufferIsBounded) {
  for (const std::size_t size : {4000, 1}) {
    Options options = with_tls();
    options.send_buffer_bytes = 4096;
    options.flood_bytes_max = 64u << 20;
    options.slow_ms = 60'000;
    TestServer server(options);
    const std::string text(size, 's');
    server.handler().text = [&](TestHandler& self, ConnId id, std::string_view) {
      self.loop->send(id, text);
    };
    server.start();
    TestClient client(server.port(), 4096, true);
    ASSERT_TRUE(client.upgrade());
    const auto held = [&] { return server.counters().buffer_bytes.value(); };
    std::uint64_t held_max = 0;
    for (int i = 0; i < 100'000 && server.handler().count("overflow") == 0; ++i) {
      ASSERT_TRUE(client.send(client_frame(0x81, "go")));
      held_max = std::max(held_max, held());
    }
    ASSERT_TRUE(server.handler().wait_for("overflow")) << size;
    EXPECT_TRUE(eventually([&] { return held() >= options.out_bytes_max; })) << size;
    EXPECT_LE(std::max(held_max, held()), 2 * options.out_bytes_max) << size;
    while (server.handler().count("drained") == 0) ASSERT_EQ(client.frame(), "text:" + text);
    EXPECT_TRUE(eventually([&] { return held() == 0; })) << "all that was held is given back";
    EXPECT_EQ(server.counters().out_of_buffers.value(), 0u);
  }
}

// A client whose TLS is driven by OpenSSL itself, for what Session does not do.
struct DrivenClient {
  explicit DrivenClient(TestServer& server, int receive_buffer_bytes = 0)
      : client(server.port(), receive_buffer_bytes, nullptr),
        ssl(SSL_new(TestTls::get().client->native()), SSL_free) {
    is_open = SSL_set_fd(ssl.get(), client.fd()) == 1 && SSL_connect(ssl.get()) == 1 &&
              say(upgrade_request()) && server.handler().wait_for("open");
  }
  bool say(const std::string& bytes) const {
    return SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  // Each wants an answer (RFC 8446 section 4.6.3).
  bool update_keys() const {
    return SSL_key_update(ssl.get(), SSL_KEY_UPDATE_REQUESTED) == 1 &&
           SSL_do_handshake(ssl.get()) == 1;
  }

  TestClient client;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl;
  bool is_open = false;
};

TEST_P(LoopTls, KeyUpdatesAreAnswered) {
  TestServer server(with_tls());
  server.start();
  const DrivenClient client(server);
  ASSERT_TRUE(client.is_open);
  std::string heard;
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(client.update_keys()) << i;
    ASSERT_TRUE(client.say(client_frame(0x81, std::to_string(i))));
  }
  while (!heard.ends_with("49")) {
    char bytes[4096];
    const int got = SSL_read(client.ssl.get(), bytes, sizeof bytes);
    ASSERT_GT(got, 0) << heard;
    heard.append(bytes, static_cast<std::size_t>(got));
  }
  EXPECT_EQ(server.counters().tls_failures.value(), 0u);
}

TEST_P(LoopTls, WhoReadsNoAnswersToHisKeyUpdatesIsDropped) {
  Options options = with_tls();
  options.send_buffer_bytes = 4096;
  TestServer server(options);
  server.start();
  const DrivenClient client(server, 4096);
  ASSERT_TRUE(client.is_open);
  std::uint64_t held_max = 0;
  for (int i = 0; i < 70'000 && client.update_keys(); ++i)
    held_max = std::max(held_max, server.counters().buffer_bytes.value());
  EXPECT_TRUE(server.handler().wait_for("closed 1008"));
  EXPECT_LE(held_max, 2 * options.out_bytes_max);
  EXPECT_EQ(server.counters().floods.value(), 1u);
  EXPECT_EQ(server.counters().out_of_buffers.value(), 0u);
  TestClient other(server.port(), new_session());
  EXPECT_TRUE(other.upgrade());
}

}  // namespace
}  // namespace whoosh::net
