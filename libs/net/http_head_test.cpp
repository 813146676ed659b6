// Goal: heads are read strictly (RFC 9112) and however they are cut; the handshake has the verdicts
// of docs/PROTOCOL.md. Method: tables of requests with the status or verdict each must get.
#include "net/http_head.h"

#include <gtest/gtest.h>

#include "net/request.h"

namespace whoosh::net {
namespace {

constexpr int malformed_scan = -1;
constexpr int incomplete_scan = -2;

int status_of(const std::string& text) {
  const HeadScan scan = scan_head(text, 0);
  HeadScan piecewise;
  for (std::size_t size = 1; size <= text.size() && piecewise.kind == HeadScan::Kind::Incomplete;
       ++size) {
    piecewise = scan_head(std::string_view(text).substr(0, size), size - 1);
  }
  EXPECT_EQ(scan.kind, piecewise.kind) << text;
  EXPECT_EQ(scan.bytes, piecewise.bytes) << text;
  if (scan.kind == HeadScan::Kind::Malformed) return malformed_scan;
  if (scan.kind == HeadScan::Kind::Incomplete) return incomplete_scan;
  HttpHead head;
  return head.parse(std::string_view(text).substr(0, scan.bytes));
}

std::string with(const std::string& fields) {
  return "GET / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

TEST(HttpHead, AcceptsWhatIsGood) {
  const std::string rows[] = {
      "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n",
      "\r\nGET / HTTP/1.1\r\nHost: one-empty-line-before\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.9\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost:\r\n\r\n",
      "GET http://example.org/ws?a=b HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET http://example.org HTTP/1.1\r\nHost: x\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n",
      "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
      with("Content-Length: 0\r\n"),
      with("A:\r\n"),
      with("A: \t b \t\r\n"),
      with("A: \xc3\xa4\r\n"),
      with("A: b: c\r\n"),
  };
  for (const std::string& row : rows) EXPECT_EQ(status_of(row), 0) << row;
}

TEST(HttpHead, RefusesWhatIsMalformed) {
  const std::pair<int, std::string> rows[] = {
      {400, "GET /\r\n\r\n"},
      {400, "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "GET / HTTP/1.1 \r\nHost: x\r\n\r\n"},
      {400, " GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "G@T / HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "GET / http/1.1\r\nHost: x\r\n\r\n"},
      {400, "GET / HTTP/11\r\nHost: x\r\n\r\n"},
      {400, "GET / HTTP/1.x\r\nHost: x\r\n\r\n"},
      {505, "GET / HTTP/2.0\r\nHost: x\r\n\r\n"},
      {505, "GET / HTTP/0.9\r\nHost: x\r\n\r\n"},
      {400, "GET x HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "GET * HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "GET /#here HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "GET /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "GET http:///path HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
      {400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"},
      {400, with(" folded: x\r\n")},
      {400, with("A: b\r\n c\r\n")},
      {400, with("A: b\r\n\tc\r\n")},
      {400, with("A : b\r\n")},
      {400, with(": b\r\n")},
      {400, with("no colon\r\n")},
      {400, with("A\xc3\xa4: b\r\n")},
      {400, with("A: b\x01\r\n")},
      {400, with("A: b\x7f\r\n")},
      {400, with("Content-Length: 5\r\n")},
      {400, with("Content-Length: -1\r\n")},
      {400, with("Content-Length: +1\r\n")},
      {400, with("Content-Length:\r\n")},
      {400, with("Content-Length: 1x\r\n")},
      {400, with("Content-Length: 0, 0\r\n")},
      {400, with("Content-Length: 0\r\nContent-Length: 0\r\n")},
      {400, with("Content-Length: 9999999999999999999999\r\n")},
      {400, with("Transfer-Encoding: chunked\r\n")},
      {400, with("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n")},
      {400,
       "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
      {malformed_scan, "GET / HTTP/1.1\nHost: x\n\n"},
      {malformed_scan, "GET / HTTP/1.1\r\nHost: x\n\r\n"},
      {malformed_scan, "GET / HTTP/1.1\r\nHost: x\r\r\n\r\n"},
      {malformed_scan, "GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n"},
      {malformed_scan, "\n"},
      {malformed_scan, "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"},
      {malformed_scan, std::string("GET /\0 HTTP/1.1", 15)},
      {incomplete_scan, "GET / HTTP/1.1\r\nHost: x\r\n"},
      {incomplete_scan, "GET / HTTP/1.1\r\nHost: x\r\n\r"},
      {incomplete_scan, "\r\n"},
  };
  for (const auto& [status, text] : rows) EXPECT_EQ(status_of(text), status) << text;
}

TEST(HttpHead, LimitsTheNumberOfFields) {
  std::string fields;
  for (std::size_t i = 1; i < head_fields_max; ++i) fields += "A: b\r\n";
  EXPECT_EQ(status_of(with(fields)), 0);
  EXPECT_EQ(status_of(with(fields + "A: b\r\n")), 431);
}

TEST(HttpHead, TellsItsParts) {
  const std::string text =
      "GET /ws?game_id=AB%2012&x HTTP/1.1\r\nHOST: play.example:8080\r\nconnection: keep-alive , "
      "Upgrade\r\n"
      "Connection: x\r\nA: \t one two \r\n\r\nrest";
  const HeadScan scan = scan_head(text, 0);
  ASSERT_EQ(scan.bytes, text.size() - 4);
  HttpHead head;
  ASSERT_EQ(head.parse(std::string_view(text).substr(0, scan.bytes)), 0);
  EXPECT_EQ(head.method(), "GET");
  EXPECT_EQ(head.target(), "/ws?game_id=AB%2012&x");
  EXPECT_EQ(head.path(), "/ws");
  EXPECT_EQ(head.query(), "game_id=AB%2012&x");
  EXPECT_EQ(head.host(), "play.example:8080");
  EXPECT_EQ(head.header("a"), "one two");
  EXPECT_EQ(head.header("B"), std::nullopt);
  EXPECT_TRUE(head.has_token("Connection", "upgrade"));
  EXPECT_TRUE(head.has_token("Connection", "X"));
  EXPECT_FALSE(head.has_token("Connection", "keep"));
}

TEST(HttpHead, AbsoluteFormNamesTheHost) {
  HttpHead head;
  ASSERT_EQ(head.parse("GET http://a.example:1?q=1 HTTP/1.1\r\nHost: b.example\r\n\r\n"), 0);
  EXPECT_EQ(head.host(), "a.example:1");
  EXPECT_EQ(head.path(), "/");
  EXPECT_EQ(head.query(), "q=1");
}

TEST(HttpHead, QueryValues) {
  EXPECT_EQ(query_value("a=1&b=x%2Fy+z", "b"), "x/y z");
  EXPECT_EQ(query_value("a=1&b", "b"), "");
  EXPECT_EQ(query_value("a=1&b=%e4", "b"), "\xe4");
  EXPECT_EQ(query_value("aa=1", "a"), std::nullopt);
  EXPECT_EQ(query_value("a=1&a=2", "a"), std::nullopt);
  EXPECT_EQ(query_value("a=%2", "a"), std::nullopt);
  EXPECT_EQ(query_value("a=%zz", "a"), std::nullopt);
  EXPECT_EQ(query_value("", "a"), std::nullopt);
  EXPECT_EQ(query_value("a=%20", "a"), " ");
}

constexpr const char* good_key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
constexpr const char* good_rest =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";

int refusal_of(const std::string& text) {
  Request request;
  EXPECT_EQ(request.head.parse(text), 0) << text;
  check_upgrade(request);
  return request.upgrade_refusal();
}

TEST(Handshake, Verdicts) {
  const std::string key = good_key;
  const std::string rest = good_rest;
  const std::string no_version = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  const std::pair<int, std::string> rows[] = {
      {0, with(key + rest)},
      {0, with(key + "upgrade: h2c, WebSocket\r\nCONNECTION: keep-alive, "
                     "UPGRADE\r\nsec-websocket-version: 13\r\n")},
      {426, with("")},
      {426, with(key)},
      {426, with(key + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n")},
      {426, with(key + "Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n")},
      {426, with(key + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n")},
      {426,
       with(key + "Upgrade: websocket\r\nConnection: keep-alive\r\nSec-WebSocket-Version: 13\r\n")},
      {426, with(key + no_version)},
      {426, with(key + no_version + "Sec-WebSocket-Version: 8\r\n")},
      {426, with(key + no_version + "Sec-WebSocket-Version: 13, 8\r\n")},
      {426, with(key + rest + "Sec-WebSocket-Version: 13\r\n")},
      {426, "POST / HTTP/1.1\r\nHost: x\r\n" + key + rest + "\r\n"},
      {426, "GET / HTTP/1.0\r\nHost: x\r\n" + key + rest + "\r\n"},
      {400, with(rest)},
      {400, with(no_version)},
      {400, with(key + key + rest)},
      {400, with("Sec-WebSocket-Key:\r\n" + rest)},
      {400, with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n" + rest)},
      {400, with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZTE=\r\n" + rest)},
      {400, with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ===\r\n" + rest)},
      {400, with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub2_jZQ==\r\n" + rest)},
      {400, with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==aaaa\r\n" + rest)},
      {400, with(key + rest + "Sec-WebSocket-Protocol: a b\r\n")},
  };
  for (const auto& [status, text] : rows) EXPECT_EQ(refusal_of(text), status) << text;
}

TEST(Handshake, SubprotocolsInOrder) {
  Request request;
  const std::string text =
      with(std::string(good_key) + good_rest +
           "Sec-WebSocket-Protocol: whoosh.v1, ticket.abc\r\nSec-WebSocket-Protocol: ,x\r\n");
  ASSERT_EQ(request.head.parse(text), 0);
  check_upgrade(request);
  EXPECT_EQ(request.upgrade, Upgrade::Valid);
  EXPECT_EQ(request.subprotocols, (Subprotocols{"whoosh.v1", "ticket.abc", "x"}));
  std::string many = "Sec-WebSocket-Protocol: a";
  for (std::size_t i = 0; i < subprotocols_max; ++i) many += ",a";
  EXPECT_EQ(refusal_of(with(std::string(good_key) + good_rest + many + "\r\n")), 400);
}

TEST(Handshake, AcceptKeyOfTheRfc) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Handshake, ResponsesAreWhole) {
  Response response;
  response.status = 426;
  response.body = "{}";
  response.headers.emplace_back("X-Request-Id", "7");
  const std::string text = response_bytes(response, true, {784111777000});
  EXPECT_TRUE(text.starts_with("HTTP/1.1 426 Upgrade Required\r\n")) << text;
  for (const char* line :
       {"\r\nSec-WebSocket-Version: 13\r\n", "\r\nUpgrade: websocket\r\n",
        "\r\nContent-Length: 2\r\n", "\r\nContent-Type: application/json\r\n",
        "\r\nX-Request-Id: 7\r\n", "\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
  EXPECT_TRUE(text.ends_with("\r\n\r\n{}")) << text;
  EXPECT_TRUE(response_bytes(response, false, {0}).ends_with("\r\n\r\n"));
}

}  // namespace
}  // namespace whoosh::net
