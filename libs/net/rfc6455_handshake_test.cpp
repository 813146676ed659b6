// Goal: sections 1.3, 4, 9.1 and 11.3 of RFC 6455: which requests open a WebSocket, what the answer
// says, and how others are refused. Method: tables of requests over real sockets; a row is the
// request's lines that differ from a good one. docs/CONFORMANCE.md has section → test; Origin and
// the choice of a subprotocol are the edge's and tested there.
#include <gtest/gtest.h>

#include "net/rfc6455_test_support.h"

namespace whoosh::net {
namespace {

WHOOSH_ON_BOTH_ENGINES(Rfc6455Handshake);

constexpr const char* key_line = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

struct Request4 {
  const char* section;
  const char* name;
  int status;
  std::string line = "GET /ws HTTP/1.1\r\n";
  std::string host = "Host: test\r\n";
  std::string upgrade = "Upgrade: websocket\r\n";
  std::string connection = "Connection: Upgrade\r\n";
  std::string key = key_line;
  std::string version = "Sec-WebSocket-Version: 13\r\n";
  std::string more = {};

  [[nodiscard]] std::string text() const {
    return line + host + upgrade + connection + key + version + more + "\r\n";
  }
};

std::string field(const std::string& head, std::string_view name) {
  const std::size_t at = head.find("\r\n" + std::string(name) + ": ");
  if (at == std::string::npos) return "";
  const std::size_t from = at + name.size() + 4;
  return head.substr(from, head.find("\r\n", from) - from);
}

// Of each row: the status; then a 101 has what 4.2.2 asks for and echoes, and everything else ends.
void play_requests(const std::vector<Request4>& rows) {
  TestServer server;
  server.start();
  for (const Request4& row : rows) {
    SCOPED_TRACE(std::string("RFC 6455 ") + row.section + ": " + row.name);
    TestClient client(server.port());
    ASSERT_TRUE(client.send(row.text()));
    const std::string head = client.head();
    ASSERT_TRUE(head.starts_with("HTTP/1.1 " + std::to_string(row.status) + " ")) << head;
    if (row.status == 101) {
      EXPECT_EQ(field(head, "Upgrade"), "websocket");
      EXPECT_EQ(field(head, "Connection"), "Upgrade");
      EXPECT_EQ(field(head, "Sec-WebSocket-Accept").size(), 28u);
      EXPECT_EQ(field(head, "Sec-WebSocket-Extensions"), "") << "none was taken (9.1)";
      EXPECT_EQ(field(head, "Content-Length"), "");
      EXPECT_EQ(field(head, "Transfer-Encoding"), "");
      ASSERT_TRUE(client.send(client_frame(0x81, "hello")));
      EXPECT_EQ(client.frame(), "text:hello");
      continue;
    }
    if (row.status == 426) {  // 4.4: says what it would have taken
      EXPECT_EQ(field(head, "Sec-WebSocket-Version"), "13");
      EXPECT_EQ(field(head, "Upgrade"), "websocket");
      EXPECT_EQ(field(head, "Connection"), "Upgrade, close");
    }
    EXPECT_NE(client.all(), "");
    EXPECT_TRUE(client.ended());
  }
}

TEST_P(Rfc6455Handshake, Section4_2_1_MethodVersionHost) {
  play_requests({
      {"4.2.1", "as the standard shows it", 101},
      {"4.2.1 1", "POST", 426, "POST /ws HTTP/1.1\r\n"},
      {"4.2.1 1", "HEAD", 426, "HEAD /ws HTTP/1.1\r\n"},
      {"4.2.1 1", "methods are case-sensitive", 426, "get /ws HTTP/1.1\r\n"},
      {"4.2.1 1", "HTTP/1.0", 426, "GET /ws HTTP/1.0\r\n"},
      {"4.2.1 1", "a later minor version is 1.1 or higher", 101, "GET /ws HTTP/1.2\r\n"},
      {"4.2.1 1", "HTTP/2 in the words of HTTP/1", 505, "GET /ws HTTP/2.0\r\n"},
      {"4.2.1 1", "an absolute URI as target", 101, "GET http://test/ws HTTP/1.1\r\n"},
      {"3", "a fragment in the target", 400, "GET /ws#part HTTP/1.1\r\n"},
      {"4.2.1 2", "no Host", 400, "GET /ws HTTP/1.1\r\n", ""},
      {"4.2.1 2", "two Hosts", 400, "GET /ws HTTP/1.1\r\n", "Host: a\r\nHost: b\r\n"},
      {"4.2.1 2", "Host with a port", 101, "GET /ws HTTP/1.1\r\n", "Host: test:8080\r\n"},
      {"4.2.1 2", "Host of IPv6", 101, "GET /ws HTTP/1.1\r\n", "Host: [::1]:8080\r\n"},
      {"4.2.1", "names of fields in any case", 101, "GET /ws HTTP/1.1\r\n", "hOST: test\r\n",
       "UPGRADE: websocket\r\n", "connection: Upgrade\r\n",
       "sec-websocket-KEY: dGhlIHNhbXBsZSBub25jZQ==\r\n", "SEC-WEBSOCKET-VERSION: 13\r\n"},
      {"4.1", "a request with a body", 400, "GET /ws HTTP/1.1\r\n",
       "Host: x\r\nContent-Length: 3\r\n"},
  });
}

TEST_P(Rfc6455Handshake, Section4_2_1_UpgradeAndConnection) {
  const auto with = [](const char* section, const char* name, int status, std::string upgrade,
                       std::string connection) {
    Request4 row{section, name, status};
    row.upgrade = std::move(upgrade);
    row.connection = std::move(connection);
    return row;
  };
  const std::string good = "Upgrade: websocket\r\n";
  const std::string line = "Connection: Upgrade\r\n";
  play_requests({
      with("4.2.1 3", "no Upgrade", 426, "", line),
      with("4.2.1 3", "another protocol", 426, "Upgrade: h2c\r\n", line),
      with("4.2.1 3", "any case", 101, "Upgrade: WebSocket\r\n", line),
      with("4.2.1 3", "upper case", 101, "Upgrade: WEBSOCKET\r\n", line),
      with("4.2.1 3", "one of a list", 101, "Upgrade: h2c, websocket\r\n", line),
      with("4.2.1 3", "in a second field", 101, "Upgrade: h2c\r\nUpgrade: websocket\r\n", line),
      with("4.2.1 3", "a part of a token", 426, "Upgrade: websocket2\r\n", line),
      with("4.2.1 3", "not a token", 426, "Upgrade: web socket\r\n", line),
      with("4.2.1 4", "no Connection", 426, good, ""),
      with("4.2.1 4", "only keep-alive", 426, good, "Connection: keep-alive\r\n"),
      with("4.2.1 4", "any case", 101, good, "Connection: uPGRADE\r\n"),
      with("4.2.1 4", "as Firefox sends it", 101, good, "Connection: keep-alive, Upgrade\r\n"),
      with("4.2.1 4", "blanks and empty elements", 101, good, "Connection: ,\t Upgrade ,, x\r\n"),
      with("4.2.1 4", "in a second field", 101, good, "Connection: x\r\nConnection: upgrade\r\n"),
      with("4.2.1 4", "a part of a token", 426, good, "Connection: Upgrades\r\n"),
  });
}

TEST_P(Rfc6455Handshake, Section4_2_1_KeyAndVersion) {
  const auto with = [](const char* section, const char* name, int status, std::string key,
                       std::string version) {
    Request4 row{section, name, status};
    row.key = std::move(key);
    row.version = std::move(version);
    return row;
  };
  const std::string key = key_line;
  const std::string version = "Sec-WebSocket-Version: 13\r\n";
  const auto keyed = [](const char* value) {
    return "Sec-WebSocket-Key: " + std::string(value) + "\r\n";
  };
  play_requests({
      with("4.2.1 5", "no key", 400, "", version),
      with("4.2.1 5", "two keys", 400, key + key, version),
      with("4.2.1 5", "an empty key", 400, keyed(""), version),
      with("4.2.1 5", "15 bytes", 400, keyed("dGhlIHNhbXBsZSBub25j"), version),
      with("4.2.1 5", "17 bytes", 400, keyed("dGhlIHNhbXBsZSBub25jZWE="), version),
      with("4.2.1 5", "not padded", 400, keyed("dGhlIHNhbXBsZSBub25jZQ"), version),
      with("4.2.1 5", "base64url", 400, keyed("dGhlIHNhbXBsZSBub2_jZQ=="), version),
      with("4.2.1 5", "not base64", 400, keyed("dGhlIHNhbXBsZSB!b25jZQ=="), version),
      with("4.2.1 5", "16 zeros", 101, keyed("AAAAAAAAAAAAAAAAAAAAAA=="), version),
      with("4.2.1 5", "blanks around", 101, keyed("\t dGhlIHNhbXBsZSBub25jZQ== "), version),
      with("4.2.1 6", "no version", 426, key, ""),
      with("4.4", "an older draft", 426, key, "Sec-WebSocket-Version: 8\r\n"),
      with("4.4", "a later one", 426, key, "Sec-WebSocket-Version: 14\r\n"),
      with("4.4", "no number", 426, key, "Sec-WebSocket-Version: x\r\n"),
      with("4.1 9", "a zero before it", 426, key, "Sec-WebSocket-Version: 013\r\n"),
      with("11.3.5", "two of them", 426, key, version + version),
      with("11.3.5", "a list", 426, key, "Sec-WebSocket-Version: 13, 8\r\n"),
      with("4.2.1 5", "a bad key is told before the version", 400, keyed("x"), ""),
  });
}

TEST_P(Rfc6455Handshake, Section9_1_ExtensionsAreIgnoredOrMalformed) {
  const auto offer = [](const char* section, const char* name, int status, std::string value) {
    Request4 row{section, name, status};
    row.more = "Sec-WebSocket-Extensions: " + value + "\r\n";
    return row;
  };
  play_requests({
      offer("9.1", "permessage-deflate", 101, "permessage-deflate"),
      offer("9.1", "as browsers send it", 101, "permessage-deflate; client_max_window_bits"),
      offer("9.1", "with a value", 101, "permessage-deflate; server_max_window_bits=10"),
      offer("9.1", "with a quoted value", 101, "permessage-deflate; server_max_window_bits=\"10\""),
      offer("9.1", "several", 101, "foo; a=b; c, bar;d , permessage-deflate;x=\"y\""),
      offer("9.1", "two fields", 101, "foo\r\nSec-WebSocket-Extensions: bar"),
      offer("9.1", "empty elements", 101, ", foo,,"),
      offer("9.1", "nothing", 400, ""),
      offer("9.1", "only commas", 400, ","),
      offer("9.1", "no token", 400, "foo bar"),
      offer("9.1", "a parameter without a name", 400, "foo; =x"),
      offer("9.1", "a parameter without a value", 400, "foo; x="),
      offer("9.1", "an empty parameter", 400, "foo;"),
      offer("9.1", "a quote that does not end", 400, "foo; x=\"y"),
      offer("9.1", "a quoted value that is no token", 400, "foo; x=\"a b\""),
      offer("9.1", "an empty quoted value", 400, "foo; x=\"\""),
      offer("9.1", "an escape at the end", 400, "foo; x=\"y\\"),
      offer("9.1", "an escaped letter", 101, "foo; x=\"\\y\""),
      offer("9.1", "a second field is malformed", 400, "foo\r\nSec-WebSocket-Extensions: a b"),
  });
}

TEST_P(Rfc6455Handshake, Section4_2_2_TheAnswerProvesTheKey) {
  TestServer server;
  server.start();
  const std::pair<const char*, const char*> rows[] = {
      {"dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="},  // 1.3
      {"AAAAAAAAAAAAAAAAAAAAAA==", "ICX+Yqv66kxgM0FcWaLWlFLwTAI="},
      {"x3JJHMbDL1EzLkh9GBhXDw==", "HSmrc0sMlYUkAGmm5OPpG2HaGWk="},
  };
  for (const auto& [key, accept] : rows) {
    TestClient client(server.port());
    Request4 row{"4.2.2", key, 101};
    row.key = "Sec-WebSocket-Key: " + std::string(key) + "\r\n";
    ASSERT_TRUE(client.send(row.text()));
    EXPECT_EQ(field(client.head(), "Sec-WebSocket-Accept"), accept);
  }
}

TEST_P(Rfc6455Handshake, Section4_2_2_OneOfTheOfferedSubprotocolsOrNone) {
  TestServer server;
  server.handler().answer = [](TestHandler&, ConnId, const Request& request,
                               std::unique_ptr<Carried>) -> Decision {
    return Accept{request.subprotocols.contains("b") ? "b" : ""};
  };
  server.start();
  const auto offer = [](const char* list) {
    return "Sec-WebSocket-Protocol: " + std::string(list) + "\r\n";
  };
  const std::pair<std::string, const char*> rows[] = {
      {"", ""},
      {offer("a"), ""},
      {offer("b"), "b"},
      {offer("a, b, c"), "b"},
      {offer("a") + offer("b"), "b"},  // 11.3.4: the field may appear several times
      {offer("B"), ""},                // names are compared as they are
  };
  for (const auto& [offered, answered] : rows) {
    SCOPED_TRACE("offered: " + offered);
    TestClient client(server.port());
    ASSERT_TRUE(client.send(upgrade_request("/ws", offered)));
    const std::string head = client.head();
    EXPECT_TRUE(head.starts_with("HTTP/1.1 101 ")) << head;
    EXPECT_EQ(field(head, "Sec-WebSocket-Protocol"), answered);
    EXPECT_EQ(head.find("Sec-WebSocket-Protocol") != std::string::npos, *answered != '\0');
  }
  for (const char* malformed : {"a b", "\"a\"", "a/b", "a;b"}) {
    TestClient client(server.port());
    ASSERT_TRUE(client.send(upgrade_request("/ws", offer(malformed))));
    EXPECT_TRUE(client.head().starts_with("HTTP/1.1 400 ")) << malformed;
  }
}

TEST_P(Rfc6455Handshake, Section4_2_2_NoFrameIsSentBeforeTheAnswerOrAfterARefusal) {
  TestServer server;
  server.handler().opened = [](TestHandler& self, ConnId id) { self.loop->send(id, "first"); };
  server.start();
  TestClient good(server.port());
  ASSERT_TRUE(good.send_byte_by_byte(upgrade_request()));
  ASSERT_TRUE(good.head().starts_with("HTTP/1.1 101 "));
  EXPECT_EQ(good.frame(), "text:first");
  TestClient bad(server.port());  // 4.1: frames sent before the answer are lost with the refusal
  ASSERT_TRUE(bad.send("GET /ws HTTP/1.1\r\nHost: x\r\n\r\n" + client_frame(0x81, "x")));
  const std::string answer = bad.all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 426 ")) << answer;
  EXPECT_TRUE(answer.ends_with("refused 426")) << answer;
}

}  // namespace
}  // namespace whoosh::net
