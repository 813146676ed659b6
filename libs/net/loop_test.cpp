// Goal: a loop serves WebSockets over real sockets: upgrade, messages in any cut, closing from both
// sides, decisions, hand-over, stop. Method: a server on a free port with short deadlines, and a
// client that sends exact bytes. loop_limits_test.cpp has what happens at limits.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "net/loop_test_support.h"

namespace whoosh::net {
namespace {

WHOOSH_ON_BOTH_ENGINES(LoopTest);
WHOOSH_ON_BOTH_ENGINES(ServerTest);

TEST_P(LoopTest, EchoesBothWays) {
  TestServer server;
  server.handler().opened = [](TestHandler& self, ConnId id) { self.loop->send(id, "welcome"); };
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  EXPECT_EQ(client.frame(), "text:welcome");
  for (const std::size_t size : {0, 1, 125, 126, 4096, 8192}) {
    const std::string text(size, 'x');
    ASSERT_TRUE(client.send(client_frame(0x81, text)));
    EXPECT_EQ(client.frame(), "text:" + text);
  }
}

TEST_P(LoopTest, EveryByteMayComeAlone) {
  TestServer server;
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.send_byte_by_byte(upgrade_request()));
  EXPECT_TRUE(client.head().starts_with("HTTP/1.1 101 "));
  ASSERT_TRUE(client.send_byte_by_byte(client_frame(0x01, "he") + client_frame(0x89, "p") +
                                       client_frame(0x80, "llo") + client_frame(0x88, "\x03\xe8")));
  EXPECT_EQ(client.frame(), "pong:p");
  EXPECT_EQ(client.frame(), "text:hello");
  EXPECT_EQ(client.frame(), "close:1000:");
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(server.handler().wait_for("closed 1000"));
}

TEST_P(LoopTest, FramesMayComeWithTheRequest) {
  TestServer server;
  server.start();
  for (const std::size_t cut :
       {std::size_t{0}, std::size_t{3}}) {  // the last frame whole, or in two
    TestClient client(server.port());
    const std::string bytes =
        upgrade_request() + client_frame(0x81, "one") + client_frame(0x81, "two");
    ASSERT_TRUE(client.send(bytes.substr(0, bytes.size() - cut)));
    EXPECT_TRUE(client.head().starts_with("HTTP/1.1 101 "));
    EXPECT_EQ(client.frame(), "text:one");
    ASSERT_TRUE(client.send(bytes.substr(bytes.size() - cut)));
    EXPECT_EQ(client.frame(), "text:two");
  }
}

TEST_P(LoopTest, AnswersPlainRequests) {
  TestServer server;
  server.handler().answer = [](TestHandler&, ConnId, const Request& request,
                               std::unique_ptr<Carried>) -> Decision {
    if (request.path() != "/health") return Accept{};
    Response response;
    response.body = R"({"status":"ok"})";
    return Respond{response};
  };
  server.start();
  TestClient health(server.port());
  ASSERT_TRUE(health.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"));
  health.half_close();  // as `nc -N` does: the answer still comes
  const std::string answer = health.all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"status\":\"ok\"}")) << answer;

  TestClient head(server.port());
  ASSERT_TRUE(head.send("HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n"));
  const std::string without_body = head.all();
  EXPECT_NE(without_body.find("Content-Length: 15\r\n"), std::string::npos);
  EXPECT_TRUE(without_body.ends_with("\r\n\r\n")) << without_body;

  TestClient plain(server.port());  // accepted by the handler, but no upgrade
  ASSERT_TRUE(plain.send("GET /ws HTTP/1.1\r\nHost: x\r\n\r\n"));
  const std::string refused = plain.all();
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 426 ")) << refused;
  EXPECT_NE(refused.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos);
  EXPECT_TRUE(refused.ends_with("refused 426")) << refused;
}

TEST_P(LoopTest, LargeAnswerReachesAPeerThatHalfClosed) {
  Options options;
  options.send_buffer_bytes = 4096;
  TestServer server(options);
  const std::string body(300'000, 'b');
  server.handler().answer = [&](TestHandler&, ConnId, const Request&,
                                std::unique_ptr<Carried>) -> Decision {
    Response response;
    response.body = body;
    return Respond{response};
  };
  server.start();
  TestClient client(server.port(), 4096);
  ASSERT_TRUE(client.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"));
  client.half_close();
  EXPECT_TRUE(client.all().ends_with("\r\n\r\n" + body));
}

TEST_P(LoopTest, RefusesMalformedRequests) {
  TestServer server;
  server.start();
  const std::pair<const char*, std::string> rows[] = {
      {"HTTP/1.1 400 ", "GET / HTTP/1.1\n\n"},
      {"HTTP/1.1 400 ", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
      {"HTTP/1.1 400 ", std::string("\x16\x03\x01\x00\xa5\x01\x00", 7)},  // TLS on a plain port
      {"HTTP/1.1 505 ", "GET / HTTP/3.0\r\nHost: a\r\n\r\n"},
      {"HTTP/1.1 431 ", "GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(9000, 'x')},
  };
  for (const auto& [answer, request] : rows) {
    TestClient client(server.port());
    ASSERT_TRUE(client.send(request));
    const std::string got = client.all();
    EXPECT_TRUE(got.starts_with(answer)) << got;
    EXPECT_NE(got.find("refused "), std::string::npos) << got;
  }
  EXPECT_EQ(server.handler().count("open"), 0u);
}

TEST_P(LoopTest, SubprotocolIsEchoed) {
  TestServer server;
  server.handler().answer = [](TestHandler&, ConnId, const Request& request,
                               std::unique_ptr<Carried>) -> Decision {
    return Accept{std::string(request.subprotocols[0])};
  };
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(
      client.send(upgrade_request("/ws", "Sec-WebSocket-Protocol: whoosh.v1, ticket.x\r\n")));
  const std::string head = client.head();
  EXPECT_NE(head.find("\r\nSec-WebSocket-Protocol: whoosh.v1\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"),
            std::string::npos);
}

TEST_P(LoopTest, RequestTellsWhoAsks) {
  TestServer server;
  server.handler().answer = [](TestHandler& self, ConnId, const Request& request,
                               std::unique_ptr<Carried>) -> Decision {
    self.note("from " + request.remote.text() + " origin " + std::string(request.origin()) +
              " with " + std::string(request.authorization()) + " for " +
              request.query_value("game_id").value_or(""));
    return Accept{};
  };
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.send(
      upgrade_request("/ws?game_id=AB12", "Origin: http://o\r\nAuthorization: Bearer t\r\n")));
  EXPECT_TRUE(server.handler().wait_for("from 127.0.0.1 origin http://o with Bearer t for AB12"));
}

TEST_P(LoopTest, ProtocolErrorsCloseWithTheirCode) {
  TestServer server;
  server.start();
  const std::pair<unsigned, std::string> rows[] = {
      {1002, std::string("\x81\x01x", 3)},
      {1002, client_frame(0x83, "")},
      {1003, client_frame(0x82, "binary")},
      {1007, client_frame(0x81, "\xff")},
      {1009, client_frame(0x81, std::string(8193, 'x'))},
      {1009, client_frame(0x81, std::string(200'000, 'x'))},  // still being sent when it is refused
  };
  std::size_t number = 0;
  for (const auto& [code, bytes] : rows) {
    TestClient client(server.port());
    ASSERT_TRUE(client.upgrade());
    ASSERT_TRUE(client.send(client_frame(0x81, "before") + bytes));
    EXPECT_EQ(client.frame(), "text:before");
    EXPECT_EQ(client.frame(), "close:" + std::to_string(code) + ":");
    EXPECT_TRUE(client.ended());
    client.disconnect();
    EXPECT_TRUE(server.handler().wait_for("open", ++number));
    EXPECT_TRUE(server.handler().wait_for("closed " + std::to_string(code)));
  }
  EXPECT_EQ(server.counters().protocol_failures.value(), std::size(rows));
}

TEST_P(LoopTest, CloseOfTheClientIsEchoed) {
  TestServer server;
  server.start();
  const std::pair<std::string, std::string> rows[] = {
      {"", "close::"},
      {std::string("\x03\xe8", 2), "close:1000:"},
      {std::string("\x0f\xa4", 2) + "reason", "close:4004:"},
  };
  for (const auto& [payload, echo] : rows) {
    TestClient client(server.port());
    ASSERT_TRUE(client.upgrade());
    ASSERT_TRUE(client.send(client_frame(0x88, payload) + client_frame(0x81, "too late")));
    EXPECT_EQ(client.frame(), echo);
    EXPECT_TRUE(client.ended());
  }
  EXPECT_TRUE(server.handler().wait_for("closed 1005"));
  EXPECT_TRUE(server.handler().wait_for("closed 1000"));
  EXPECT_TRUE(server.handler().wait_for("closed 4004"));
}

TEST_P(LoopTest, HandlerClosesAndIsToldOnce) {
  TestServer server;
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view message) {
    self.note("text " + std::string(message));
    self.loop->send(id, "last");
    EXPECT_TRUE(self.loop->close(id, 4002, "kicked" + std::string(200, '.')));
    EXPECT_FALSE(self.loop->close(id, 4002));
    EXPECT_FALSE(self.loop->send(id, "after"));
    EXPECT_FALSE(self.loop->is_open(id));
    EXPECT_EQ(self.count("closed 4002"), 0u) << "never from inside a call";
  };
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  ASSERT_TRUE(client.send(client_frame(0x81, "one") + client_frame(0x81, "two")));
  EXPECT_EQ(client.frame(), "text:last");
  EXPECT_EQ(client.frame(), "close:4002:kicked" + std::string(123 - 6, '.'));
  EXPECT_TRUE(server.handler().wait_for("closed 4002"));
  ASSERT_TRUE(client.send(client_frame(0x81, "three") + client_frame(0x88, "\x0f\xa2")));
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(server.handler().count("text one"), 1u);
  EXPECT_EQ(server.handler().count("text two"), 0u);
  EXPECT_EQ(server.handler().count("text three"), 0u);
  EXPECT_EQ(server.handler().count("closed 4002"), 1u);
}

TEST_P(LoopTest, BrokenConnectionsAreReported) {
  TestServer server;
  server.start();
  TestClient gone(server.port());
  ASSERT_TRUE(gone.upgrade());
  gone.disconnect();
  EXPECT_TRUE(server.handler().wait_for("closed 1006", 1));
  TestClient reset(server.port());
  ASSERT_TRUE(reset.upgrade());
  reset.reset();
  EXPECT_TRUE(server.handler().wait_for("closed 1006", 2));
  TestClient half(server.port());  // half-closed without a Close frame
  ASSERT_TRUE(half.upgrade());
  half.half_close();
  EXPECT_TRUE(server.handler().wait_for("closed 1006", 3));
  EXPECT_TRUE(half.ended());
}

TEST_P(LoopTest, UserWordStaysWithTheConnection) {
  TestServer server;
  server.handler().opened = [](TestHandler& self, ConnId id) {
    EXPECT_EQ(self.loop->user(id), 0u);
    self.loop->set_user(id, 41);
  };
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view) {
    self.loop->set_user(id, self.loop->user(id) + 1);
    self.loop->send(id, std::to_string(self.loop->user(id)));
  };
  server.start();
  for (int i = 0; i < 2; ++i) {  // the second may get the first one's slot, and begins with 0 again
    TestClient client(server.port());
    ASSERT_TRUE(client.upgrade());
    ASSERT_TRUE(client.send(client_frame(0x81, "")));
    EXPECT_EQ(client.frame(), "text:42");
    client.disconnect();
    EXPECT_TRUE(server.handler().wait_for("closed 1006", static_cast<std::size_t>(i) + 1));
  }
}

TEST_P(LoopTest, AnOldIdFindsNothing) {
  TestServer server;
  std::vector<ConnId> ids;
  server.handler().opened = [&](TestHandler&, ConnId id) { ids.push_back(id); };
  server.start();
  Loop& loop = server.server().loop(0);
  TestClient first(server.port());
  ASSERT_TRUE(first.upgrade());
  first.disconnect();
  ASSERT_TRUE(server.handler().wait_for("closed 1006"));
  while (server.counters().connections.value() > 0) std::this_thread::yield();
  TestClient second(server.port());
  ASSERT_TRUE(second.upgrade());
  loop.post([&] {
    ASSERT_EQ(ids.size(), 2u);
    EXPECT_EQ(static_cast<std::uint32_t>(ids[0].value), static_cast<std::uint32_t>(ids[1].value));
    EXPECT_FALSE(loop.send(ids[0], "for the first"));
    EXPECT_FALSE(loop.close(ids[0], 4000));
    EXPECT_FALSE(loop.decide(ids[0], Accept{}));
    EXPECT_FALSE(loop.is_open(ids[0]));
    EXPECT_FALSE(loop.send(ConnId{}, "for nobody"));
    EXPECT_TRUE(loop.send(ids[1], "for the second"));
  });
  EXPECT_EQ(second.frame(), "text:for the second");
}

TEST_P(LoopTest, OneFrameToManyIsEncodedOnce) {
  TestServer server;
  std::vector<ConnId> members;
  server.handler().opened = [&](TestHandler&, ConnId id) { members.push_back(id); };
  server.handler().text = [&](TestHandler& self, ConnId, std::string_view message) {
    std::string frame;
    append_frame(frame, Opcode::Text, message);
    for (const ConnId id : members) EXPECT_TRUE(self.loop->send_frame(id, frame));
  };
  server.start();
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<TestClient>(server.port()));
    ASSERT_TRUE(clients.back()->upgrade());
  }
  const std::string text(300, 'b');
  ASSERT_TRUE(clients[3]->send(client_frame(0x81, text)));
  for (auto& client : clients) EXPECT_EQ(client->frame(), "text:" + text);
}

TEST_P(LoopTest, ManyMessagesOfOneTurnAreOneWrite) {
  TestServer server;
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view) {
    for (int i = 0; i < 100; ++i) self.loop->send(id, "x");
  };
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  // A write is counted a moment after the client may have read it: ask in a later turn.
  const auto writes_after = [&](const char* moment) {
    server.server().loop(0).post([&, moment] { server.handler().note(moment); });
    EXPECT_TRUE(server.handler().wait_for(moment));
    return server.counters().writes.value();
  };
  const std::uint64_t before = writes_after("upgrade");
  ASSERT_TRUE(client.send(client_frame(0x81, "")));
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.frame(), "text:x");
  EXPECT_EQ(writes_after("messages"), before + 1);
}

TEST_P(LoopTest, DecisionsMayComeLater) {
  TestServer server;
  std::vector<ConnId> waiting;
  server.handler().answer = [&](TestHandler& self, ConnId id, const Request&,
                                std::unique_ptr<Carried>) -> Decision {
    waiting.push_back(id);
    self.note("pending");
    return Pending{};
  };
  server.start();
  Loop& loop = server.server().loop(0);
  TestClient accepted(server.port());
  ASSERT_TRUE(accepted.send(upgrade_request() + client_frame(0x81, "early")));
  ASSERT_TRUE(server.handler().wait_for("pending", 1));
  TestClient refused(server.port());
  ASSERT_TRUE(refused.send(upgrade_request()));
  ASSERT_TRUE(server.handler().wait_for("pending", 2));
  TestClient gone(server.port());
  ASSERT_TRUE(gone.send(upgrade_request()));
  ASSERT_TRUE(server.handler().wait_for("pending", 3));
  gone.reset();
  ASSERT_TRUE(accepted.send(client_frame(0x81, "while it waits")));
  loop.post([&] {
    EXPECT_TRUE(loop.decide(waiting[0], Accept{}));
    EXPECT_FALSE(loop.decide(waiting[0], Accept{}));
    Response response;
    response.status = 409;
    response.body = "full";
    EXPECT_TRUE(loop.decide(waiting[1], Respond{response}));
  });
  EXPECT_TRUE(accepted.head().starts_with("HTTP/1.1 101 "));
  EXPECT_EQ(accepted.frame(), "text:early");
  EXPECT_EQ(accepted.frame(), "text:while it waits");
  const std::string answer = refused.all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 409 Conflict\r\n")) << answer;
  loop.post([&] {
    EXPECT_FALSE(loop.decide(waiting[2], Accept{}));
    server.handler().note("decided");
  });
  EXPECT_TRUE(server.handler().wait_for("decided"));
}

struct Ticket final : Carried {
  explicit Ticket(std::string text_in) : text(std::move(text_in)) {}
  std::string text;
};

TEST_P(LoopTest, HandsConnectionsOverToTheirLoop) {
  TestServer server({}, 2);
  for (std::size_t i = 0; i < 2; ++i) {
    server.handler(i).answer = [i](TestHandler& self, ConnId, const Request& request,
                                   std::unique_ptr<Carried> carried) -> Decision {
      const std::size_t wanted = request.path() == "/one" ? 1 : 0;
      EXPECT_EQ(request.handed_over, carried != nullptr);
      if (carried) self.note("carried " + static_cast<Ticket&>(*carried).text);
      if (wanted != i)
        return HandOver{wanted, std::make_unique<Ticket>(std::string(request.query()))};
      return Accept{};
    };
    server.handler(i).text = [i](TestHandler& self, ConnId id, std::string_view message) {
      self.loop->send(id, std::to_string(i) + ":" + std::string(message));
    };
  }
  server.start();
  for (int i = 0; i < 16; ++i) {
    const bool one = i % 2 == 1;
    TestClient client(server.port());
    ASSERT_TRUE(
        client.send(upgrade_request(one ? "/one?t" : "/zero?t") + client_frame(0x81, "early")));
    ASSERT_TRUE(client.head().starts_with("HTTP/1.1 101 "));
    EXPECT_EQ(client.frame(), one ? "text:1:early" : "text:0:early");
    ASSERT_TRUE(client.send(client_frame(0x81, "later")));
    EXPECT_EQ(client.frame(), one ? "text:1:later" : "text:0:later");
  }
  const std::uint64_t handed =
      server.counters(0).handed_over.value() + server.counters(1).handed_over.value();
  EXPECT_EQ(server.counters(0).adopted.value() + server.counters(1).adopted.value(), handed);
  EXPECT_EQ(server.handler(0).count("carried t") + server.handler(1).count("carried t"), handed);
  EXPECT_EQ(server.handler(0).count("open"), 8u);
  EXPECT_EQ(server.handler(1).count("open"), 8u);
}

TEST_P(LoopTest, HandedOverOnceOnly) {
  TestServer server({}, 2);
  for (std::size_t i = 0; i < 2; ++i) {
    server.handler(i).answer = [i](TestHandler&, ConnId, const Request&,
                                   std::unique_ptr<Carried>) -> Decision {
      return HandOver{1 - i, nullptr};
    };
  }
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.send(upgrade_request()));
  EXPECT_TRUE(client.all().starts_with("HTTP/1.1 503 "));
}

TEST_P(LoopTest, PostedTasksRunInOrderOnTheLoop) {
  TestServer server;
  server.start();
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) server.server().loop(0).post([&order, i] { order.push_back(i); });
  server.server().loop(0).post([&] { server.handler().note("ran"); });
  ASSERT_TRUE(server.handler().wait_for("ran"));
  ASSERT_EQ(order.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST_P(ServerTest, StopSaysGoingAwayToAll) {
  TestServer server({}, 2);
  server.handler(0).answer = server.handler(1).answer =
      [](TestHandler& self, ConnId, const Request& request, std::unique_ptr<Carried>) -> Decision {
    if (request.path() != "/wait") return Accept{};
    self.note("pending");
    return Pending{};
  };
  server.start();
  TestClient open(server.port());
  ASSERT_TRUE(open.upgrade());
  TestClient reading(server.port());
  ASSERT_TRUE(reading.send("GET /"));
  TestClient pending(server.port());
  ASSERT_TRUE(pending.send(upgrade_request("/wait")));
  while (server.handler(0).count("pending") + server.handler(1).count("pending") == 0) continue;
  std::thread stopper([&] { server.server().stop(); });
  EXPECT_EQ(open.frame(), "close:1001:server is stopping");
  ASSERT_TRUE(open.send(client_frame(0x88, "\x03\xe9")));
  EXPECT_TRUE(open.ended());
  EXPECT_TRUE(pending.all().starts_with("HTTP/1.1 503 "));
  pending.disconnect();
  reading.disconnect();
  stopper.join();
  EXPECT_EQ(server.handler(0).count("closed 1001") + server.handler(1).count("closed 1001"), 1u);
  EXPECT_EQ(server.handler(0).count("stop") + server.handler(1).count("stop"), 2u);
  EXPECT_FALSE(TestClient(server.port()).connected());
  server.server().loop(0).post([] { ADD_FAILURE() << "a task after the end"; });
}

TEST_P(ServerTest, SaysThatAPortIsTaken) {
  TestServer first;
  runtime::OsClock clock;
  TestHandler handler;
  Handler* const list[] = {&handler};
  const auto second = Server::listen(
      {.host = "127.0.0.1", .port = first.port(), .port_option = "--edge-port"}, {}, clock, list);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, "Port " + std::to_string(first.port()) +
                                        " is taken; stop the other program or give --edge-port.");
  const auto nowhere = Server::listen({.host = "192.0.2.1", .port = 0}, {}, clock, list);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().message, "This machine does not have the address 192.0.2.1.");
  EXPECT_FALSE(Server::listen({.host = "no such host"}, {}, clock, list));
}

TEST_P(ServerTest, KnowsItsCapacity) {
  Options options;
  options.connections_max = 3;
  TestServer small(options, 2);
  EXPECT_EQ(small.server().connections_max(), 6u);
  EXPECT_EQ(small.server().capacity_text(), "6 connections at most");
  options.connections_max = std::size_t{1} << 40;
  TestServer large(options, 2);
  EXPECT_LT(large.server().connections_max(), std::size_t{1} << 40);
  EXPECT_NE(large.server().capacity_text().find("(ulimit -n)"), std::string::npos);
}

TEST(Descriptors, TheSoftLimitIsRaisedToTheHardOne) {
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
  const rlimit soft{512, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &soft), 0);
  const TestServer server;
  rlimit raised{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &raised), 0);
  EXPECT_EQ(raised.rlim_cur, old.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &old);
}

}  // namespace
}  // namespace whoosh::net
