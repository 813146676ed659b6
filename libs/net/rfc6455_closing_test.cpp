// Goal: sections 5.5.1 and 7 of RFC 6455: how a WebSocket ends, from either side, with which code,
// and what becomes of a peer that ends in any other way. Method: real sockets; what the client gets
// and what the handler is told. docs/CONFORMANCE.md has section → test.
#include <gtest/gtest.h>

#include "net/rfc6455_test_support.h"

namespace whoosh::net {
namespace {

WHOOSH_ON_BOTH_ENGINES(Rfc6455Closing);

TEST_P(Rfc6455Closing, Section5_5_1_CloseFrames) {
  const std::string after = client_frame(0x81, "late") + client_frame(0x89, "late");
  play_table({
      {"5.5.1", "without a code", client_frame(0x88, ""), {"close::", "end"}},
      {"5.5.1", "with a code", client_frame(0x88, close_payload(1000)), {"close:1000:", "end"}},
      {"5.5.1",
       "with a reason",
       client_frame(0x88, close_payload(1000, "bye")),
       {"close:1000:", "end"}},
      {"5.5.1",
       "with the longest reason",
       client_frame(0x88, close_payload(1001, std::string(123, 'r'))),
       {"close:1001:", "end"}},
      {"5.5.1",
       "a reason of characters",
       client_frame(0x88, close_payload(1000, "\xe2\x82\xac")),
       {"close:1000:", "end"}},
      {"5.5.1", "half a code", client_frame(0x88, "\x03"), {"close:1002:", "end"}},
      {"5.5.1, 8.1",
       "a reason that is no UTF-8",
       client_frame(0x88, close_payload(1000, "\xff")),
       {"close:1007:", "end"}},
      {"5.5.1, 8.1",
       "a reason that ends within a character",
       client_frame(0x88, close_payload(1000, "\xe2\x82")),
       {"close:1007:", "end"}},
      {"5.5.1, 1.4",
       "nothing counts after it",
       client_frame(0x88, close_payload(1000)) + after,
       {"close:1000:", "end"}},
      {"5.5.1",
       "not even an error",
       client_frame(0x88, close_payload(1000)) + raw({0xff, 0xff}),
       {"close:1000:", "end"}},
      {"5.5.1",
       "a second one",
       client_frame(0x88, close_payload(1000)) + client_frame(0x88, ""),
       {"close:1000:", "end"}},
      {"5.5.1, 6.1",
       "what was sent before it is answered before",
       client_frame(0x81, "a") + client_frame(0x89, "b") + client_frame(0x88, ""),
       {"text:a", "pong:b", "close::", "end"}},
  });
}

TEST_P(Rfc6455Closing, Section7_4_CloseCodes) {
  TestServer server;
  server.start();
  struct Range {
    unsigned from, to;
    bool good;
    const char* section;
  };
  const Range ranges[] = {
      {0, 999, false, "7.4.2: not used"},
      {1000, 1003, true, "7.4.1"},
      {1004, 1004, false, "7.4.1: reserved"},
      {1005, 1006, false, "7.4.1: never on the wire"},
      {1007, 1011, true, "7.4.1"},
      {1012, 1014, true, "11.7: registered since"},
      {1015, 1015, false, "7.4.1: never on the wire"},
      {1016, 2999, false, "7.4.2: not given out yet"},
      {3000, 3999, true, "7.4.2: libraries and frameworks"},
      {4000, 4999, true, "7.4.2: private use"},
      {5000, 65535, false, "7.4.2: not used"},
  };
  std::size_t played = 0;
  for (const Range& range : ranges) {
    for (const unsigned code : {range.from, (range.from + range.to) / 2, range.to}) {
      SCOPED_TRACE(std::to_string(code) + " " + range.section);
      TestClient client(server.port());
      ASSERT_TRUE(client.upgrade());
      ASSERT_TRUE(client.send(client_frame(0x88, close_payload(code, "why"))));
      const std::string answered = std::to_string(range.good ? code : 1002u);
      EXPECT_EQ(client.frame(), "close:" + answered + ":");
      EXPECT_EQ(client.frame(), "end");
      EXPECT_TRUE(server.handler().wait_for("closed " + answered));  // 7.1.5
      ++played;
    }
  }
  while (server.counters().closed.value() < played) std::this_thread::yield();
  EXPECT_EQ(server.counters().closed.value(), played);
}

TEST_P(Rfc6455Closing, Section7_1_5_TheHandlerIsToldTheFirstCode) {
  TestServer server;
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view message) {
    self.loop->close(id, static_cast<std::uint16_t>(std::stoi(std::string(message))), "asked");
  };
  server.start();
  const struct {
    const char* name;
    std::string bytes;
    const char* told;
  } rows[] = {
      {"none in the client's Close", client_frame(0x88, ""), "closed 1005"},
      {"the client's", client_frame(0x88, close_payload(4999)), "closed 4999"},
      {"ours, whatever comes back",
       client_frame(0x81, "4002") + client_frame(0x88, close_payload(1000)), "closed 4002"},
      {"ours, though an error comes back", client_frame(0x81, "4003") + raw({0xff, 0xff}),
       "closed 4003"},
      {"what we failed it with", client_frame(0x83, "") + client_frame(0x88, close_payload(3000)),
       "closed 1002"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    TestClient client(server.port());
    ASSERT_TRUE(client.upgrade());
    ASSERT_TRUE(client.send(row.bytes));
    EXPECT_TRUE(server.handler().wait_for(row.told));
    client.half_close();
    while (client.frame() != "end") continue;
  }
  EXPECT_EQ(server.counters().closed.value(), std::size(rows));
}

// 7.1.1: the server ends the TCP connection first, and with a FIN: a client that still reads gets
// every byte.
TEST_P(Rfc6455Closing, Section7_1_1_TheServerEndsTcpFirst) {
  Options options;
  options.close_ms = 60'000;  // so that no deadline does it
  TestServer server(options);
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view message) {
    for (int i = 0; i < 10; ++i) self.loop->send(id, std::string(5000, 'x'));
    if (message == "close") self.loop->close(id, 4004, "over");
  };
  server.start();
  for (const bool server_first : {false, true}) {
    SCOPED_TRACE(server_first ? "the server closes" : "the client closes");
    TestClient client(server.port());
    ASSERT_TRUE(client.upgrade());
    ASSERT_TRUE(client.send(client_frame(0x81, server_first ? "close" : "talk")));
    const std::string bye = client_frame(0x88, close_payload(1000));
    if (!server_first) {
      ASSERT_TRUE(client.send(bye));
    }
    for (int i = 0; i < 10; ++i) EXPECT_EQ(client.frame(), "text:" + std::string(5000, 'x'));
    EXPECT_EQ(client.frame(), server_first ? "close:4004:over" : "close:1000:");
    if (server_first) {
      ASSERT_TRUE(client.send(bye));
    }
    EXPECT_EQ(client.frame(), "end");
    EXPECT_TRUE(client.ended()) << "a FIN, no reset";
  }
}

TEST_P(Rfc6455Closing, Section1_4_AfterOurCloseWhatIsOnTheWayIsReadAndDropped) {
  TestServer server;
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view message) {
    self.note("text " + std::string(message));
    self.loop->close(id, 4002, "kicked");
  };
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  ASSERT_TRUE(client.send(client_frame(0x81, "one")));
  EXPECT_EQ(client.frame(), "close:4002:kicked");
  ASSERT_TRUE(client.send(client_frame(0x81, "two") + client_frame(0x89, "ping") +
                          client_frame(0x01, "thr")));
  ASSERT_TRUE(client.send(client_frame(0x88, close_payload(4002))));
  EXPECT_EQ(client.frame(), "end") << "no Pong and no echo after a Close";
  EXPECT_EQ(server.handler().count("text one"), 1u);
  EXPECT_EQ(server.handler().count("text two"), 0u);
  EXPECT_EQ(server.handler().count("closed 4002"), 1u);
}

TEST_P(Rfc6455Closing, Section7_1_HalfClosedPeers) {
  TestServer server;
  server.start();
  struct HalfClosed {
    const char* name;
    std::string bytes;
    std::vector<std::string> frames;
    const char* told;
  };
  const std::string hello = client_frame(0x81, "hello");
  const HalfClosed rows[] = {
      {"after its Close",
       client_frame(0x88, close_payload(1000)),
       {"close:1000:", "end"},
       "closed 1000"},
      {"after a message and its Close",
       hello + client_frame(0x88, ""),
       {"text:hello", "close::", "end"},
       "closed 1005"},
      {"without a Close: 1006, and no answer to nobody",
       hello,
       {"text:hello", "end"},
       "closed 1006"},
      {"after what fails",
       hello + client_frame(0x83, ""),
       {"text:hello", "close:1002:", "end"},
       "closed 1002"},
  };
  for (const HalfClosed& row : rows) {
    SCOPED_TRACE(row.name);
    const std::size_t before = server.handler().count(row.told);
    TestClient client(server.port());
    ASSERT_TRUE(client.upgrade());
    ASSERT_TRUE(client.send(row.bytes));
    client.half_close();
    EXPECT_EQ(frames_until(client, row.frames.size()), row.frames);
    EXPECT_TRUE(server.handler().wait_for(row.told, before + 1));
  }
}

// A peer's end in every state there is: reported once if it was open, and all is freed.
TEST_P(Rfc6455Closing, Section7_1_EndsInEveryState) {
  Options options;
  options.close_ms = 60'000;
  options.idle_ms = 60'000;
  options.decide_ms = 100;  // its end is not seen while the answer is out
  TestServer server(options);
  server.handler().answer = [](TestHandler& self, ConnId, const Request& request,
                               std::unique_ptr<Carried>) -> Decision {
    if (request.path() == "/later") {
      self.note("pending");
      return Pending{};
    }
    return Accept{};
  };
  server.handler().text = [](TestHandler& self, ConnId id, std::string_view message) {
    self.note("text");
    if (message == "close") self.loop->close(id, 4000);
  };
  server.start();
  const std::string up = upgrade_request();
  const std::string half = client_frame(0x81, std::string(300, 'x'));
  const struct {
    const char* name;
    std::string bytes;
    const char* reached;  // the note by which the state is known
    const char* told;     // "": it was not open
  } rows[] = {
      {"before a byte", "", "", ""},
      {"within the request", up.substr(0, 40), "", ""},
      {"while it is decided", upgrade_request("/later"), "pending", ""},
      {"after the upgrade", up, "open", "closed 1006"},
      {"within a frame's header", up + half.substr(0, 1), "open", "closed 1006"},
      {"within an extended length", up + half.substr(0, 3), "open", "closed 1006"},
      {"within a mask", up + half.substr(0, 6), "open", "closed 1006"},
      {"within a payload", up + half.substr(0, 100), "open", "closed 1006"},
      {"between fragments", up + client_frame(0x01, "a"), "open", "closed 1006"},
      {"after a message", up + client_frame(0x81, "a"), "text", "closed 1006"},
      {"after our Close", up + client_frame(0x81, "close"), "closed 4000", "closed 4000"},
      {"after both Closes", up + client_frame(0x88, close_payload(1000)), "closed 1000",
       "closed 1000"},
      {"after a failure", up + client_frame(0x83, ""), "closed 1002", "closed 1002"},
      {"after a refusal", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "request /", ""},
  };
  for (const bool reset : {false, true}) {
    for (const auto& row : rows) {
      SCOPED_TRACE(std::string(row.name) + (reset ? ", by a reset" : ", by a FIN"));
      const std::size_t reached = server.handler().count(row.reached);
      const std::size_t told = server.handler().count(row.told);
      const std::uint64_t accepted = server.counters().accepted.value();
      {
        TestClient client(server.port());
        ASSERT_TRUE(client.send(row.bytes));
        if (*row.reached != '\0') {
          ASSERT_TRUE(server.handler().wait_for(row.reached, reached + 1));
        }
        while (server.counters().accepted.value() == accepted) std::this_thread::yield();
        if (reset) client.reset();
      }
      if (*row.told != '\0') {
        EXPECT_TRUE(server.handler().wait_for(row.told, told + 1));
      }
      for (int i = 0; i < 5000 && server.counters().connections.value() > 0; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      EXPECT_EQ(server.counters().connections.value(), 0u);
    }
  }
  server.server().stop();
  EXPECT_EQ(server.counters().closed.value(), server.counters().upgraded.value());
  EXPECT_EQ(server.counters().buffer_bytes.value(), 0u);
}

TEST_P(Rfc6455Closing, Section7_2_2_APeerThatIsFailedCantKeepTheConnection) {
  Options options;
  options.close_ms = 80;
  TestServer server(options);
  server.start();
  TestClient client(server.port());
  ASSERT_TRUE(client.upgrade());
  ASSERT_TRUE(client.send(client_frame(0x83, "")));
  EXPECT_EQ(client.frame(), "close:1002:");
  // It neither answers nor ends, and talks on.
  while (client.send(client_frame(0x81, "and on"))) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(server.handler().count("closed 1002"), 1u);
  for (int i = 0; i < 5000 && server.counters().connections.value() > 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(server.counters().connections.value(), 0u);
}

}  // namespace
}  // namespace whoosh::net
