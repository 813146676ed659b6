// Goal: no bytes on a socket confuse where a request ends, keep a place for nothing, or get
// anything into an answer's head. Method: raw sockets against both ports, one table per kind of
// attack; afterwards the server must serve others.
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "tests/hostile/hostile.h"

namespace whoosh::tests {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class HostileWire : public Hostile {
 protected:
  // Everything that comes back until the server closes.
  struct Talk {
    std::vector<int> statuses;
    bool closed = false;
  };
  static Talk talk(std::uint16_t port, const std::string& bytes) {
    Talk out;
    RawConnection connection(port, 8'000);
    connection.send(bytes);
    for (HttpAnswer answer = connection.read(); answer.status != 0; answer = connection.read()) {
      out.statuses.push_back(answer.status);
    }
    out.closed = connection.closed_by_peer();
    return out;
  }
};

struct Bytes {
  const char* name;
  std::string head;  // without the last empty line's peers: whole bytes as sent
};

std::string post(const std::string& headers, const std::string& body) {
  return "POST /api/auth/guest HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
         headers + "\r\n" + body;
}

// A second request, hidden where one of two parsers would see a body.
const std::string hidden = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";

std::vector<Bytes> smuggling() {
  const std::string chunked = "0\r\n\r\n" + hidden;
  std::vector<Bytes> out{
      {"CL and TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", chunked)},
      {"TE and CL", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", chunked)},
      {"two CL", post("Content-Length: 2\r\nContent-Length: 4\r\n", "{}" + hidden)},
      {"two CL alike", post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}" + hidden)},
      {"CL list", post("Content-Length: 2, 2\r\n", "{}" + hidden)},
      {"CL plus", post("Content-Length: +2\r\n", "{}" + hidden)},
      {"CL minus", post("Content-Length: -2\r\n", "{}" + hidden)},
      {"CL hex", post("Content-Length: 0x2\r\n", "{}" + hidden)},
      {"CL huge", post("Content-Length: 99999999999999999999999\r\n", "{}" + hidden)},
      {"CL wraps", post("Content-Length: 18446744073709551618\r\n", "{}" + hidden)},
      {"CL empty", post("Content-Length: \r\n", "{}" + hidden)},
      {"space before colon", post("Content-Length : 2\r\n", "{}" + hidden)},
      {"tab before colon", post("Content-Length\t: 2\r\n", "{}" + hidden)},
      {"obs-fold", post("X-A: b\r\n Content-Length: 2\r\n", hidden)},
      {"obs-fold of TE", post("Transfer-Encoding:\r\n chunked\r\n", chunked)},
      {"bare LF in head", post("X-A: b\nContent-Length: 2\r\n", "{}" + hidden)},
      {"bare CR in head", post("X-A: b\rContent-Length: 2\r\n", "{}" + hidden)},
      {"NUL in a name", post(std::string("X-\0A: b\r\n", 9), hidden)},
      {"NUL in a value", post(std::string("X-A: b\0c\r\n", 10), hidden)},
      {"line without colon", post("Content-Length\r\n", hidden)},
      {"empty name", post(": 2\r\n", hidden)},
      {"two Hosts", "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + hidden},
      {"no Host", "GET /health HTTP/1.1\r\n\r\n" + hidden},
      {"Host with a path", "GET /health HTTP/1.1\r\nHost: a/b\r\n\r\n" + hidden},
      {"Host with a user", "GET /health HTTP/1.1\r\nHost: a@b\r\n\r\n" + hidden},
      {"Host with markup", "GET /health HTTP/1.1\r\nHost: <b>\r\n\r\n" + hidden},
      {"LF only", "GET /health HTTP/1.1\nHost: localhost\n\n" + hidden},
      {"HTTP/0.9", "GET /health\r\n\r\n" + hidden},
      {"HTTP/2.0", "GET /health HTTP/2.0\r\nHost: localhost\r\n\r\n" + hidden},
      {"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"two spaces", "GET  /health HTTP/1.1\r\nHost: localhost\r\n\r\n" + hidden},
      {"tab in the request line", "GET\t/health\tHTTP/1.1\r\nHost: localhost\r\n\r\n" + hidden},
      {"space in the target", "GET /health HTTP/1.1 HTTP/1.1\r\nHost: localhost\r\n\r\n" + hidden},
      {"binary rubbish", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)},
  };
  for (const char* te : {"chunked, identity", "identity", "gzip, chunked", "xchunked",
                         "chunked chunked", "\"chunked\"",
                         "\x0b"
                         "chunked",
                         "chunked,", "chunked\x01", "CHUNKED;q=1"}) {
    out.push_back({te, post(std::string("Transfer-Encoding: ") + te + "\r\n", chunked)});
  }
  out.push_back(
      {"two TE", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", chunked)});
  for (const char* size : {"zz", "-1", "+2", "0x2", "ffffffffffffffffff", " 2", "2 2"}) {
    out.push_back({size, post("Transfer-Encoding: chunked\r\n",
                              std::string(size) + "\r\n{}\r\n0\r\n\r\n" + hidden)});
  }
  return out;
}

TEST_F(HostileWire, NothingIsSmuggledPastAnAmbiguousHead) {
  for (const auto& [name, bytes] : smuggling()) {
    for (const std::uint16_t port : {api(), edge()}) {
      const Talk heard = talk(port, bytes);
      const std::string where =
          std::string(name) + (port == api() ? " at the API" : " at the edge");
      EXPECT_TRUE(heard.closed) << where;
      EXPECT_LE(heard.statuses.size(), 1u) << where << ": what was hidden got an answer";
      for (const int status : heard.statuses) {
        EXPECT_TRUE((status >= 400 && status < 500) || status == 505 || status == 501)
            << where << ": " << status;
      }
    }
  }
  expect_alive();
}

TEST_F(HostileWire, AChunkThatLiesAboutItsSizeEndsTheConnection) {
  const Talk heard =
      talk(api(), post("Transfer-Encoding: chunked\r\n", "2\r\n{}XX\r\n0\r\n\r\n" + hidden));
  EXPECT_EQ(heard.statuses, std::vector<int>{400});
  EXPECT_TRUE(heard.closed);
}

TEST_F(HostileWire, AbsoluteFormNamesNoOtherServer) {
  for (const char* target :
       {"http://evil.example/api/health", "http://evil.example/health", "//evil.example/health",
        "https://evil.example", "file:///etc/passwd", "evil.example:443"}) {
    for (const std::uint16_t port : {api(), edge()}) {
      const auto answer = http_request(port, "GET", target);
      EXPECT_GE(answer.status, 200) << target;
      EXPECT_LT(answer.status, 500) << target;
      EXPECT_EQ(answer.header("location"), "") << target;
      EXPECT_EQ(answer.body.find("evil"), std::string::npos) << target;
    }
  }
}

TEST_F(HostileWire, MethodsThatNobodyNeedsAreRefused) {
  for (const char* method : {"TRACE", "CONNECT", "TRACK", "DEBUG", "PROPFIND", "get", "PUT", "X",
                             "LINK", "MKCOL", "COPY", "SEARCH"}) {
    for (const char* target : {"/api/users/me", "/health", "/", "/ws"}) {
      for (const std::uint16_t port : {api(), edge()}) {
        const auto answer = http_request(port, method, target, {{"X-Secret", "reflect me not"}});
        EXPECT_GE(answer.status, 400) << method << " " << target;
        EXPECT_LT(answer.status, 502) << method << target;
        EXPECT_EQ(answer.body.find("reflect me not"), std::string::npos) << method << target;
      }
    }
  }
  EXPECT_EQ(talk(api(), "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n")
                    .statuses.front() /
                100,
            4);
  expect_alive();
}

TEST_F(HostileWire, OversizedHeadsAndBodiesAreRefusedAndClosed) {
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "X-" + std::to_string(i) + ": a\r\n";
  const std::string line = "GET /health HTTP/1.1\r\nHost: localhost\r\n";
  for (const std::uint16_t port : {api(), edge()}) {
    for (const std::string& bytes :
         {line + many + "\r\n", line + "X-A: " + std::string(100'000, 'a') + "\r\n\r\n",
          line + std::string(100'000, 'a') + ": a\r\n\r\n",
          "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
          std::string(100'000, 'A') + " / HTTP/1.1\r\nHost: localhost\r\n\r\n"}) {
      const Talk heard = talk(port, bytes);
      EXPECT_TRUE(heard.closed);
      ASSERT_LE(heard.statuses.size(), 1u);
      for (const int status : heard.statuses) EXPECT_EQ(status / 100, 4) << bytes.substr(0, 60);
    }
  }
  const std::string body(70'000, ' ');
  EXPECT_EQ(talk(api(), post("Content-Length: 70000\r\n", body)).statuses, std::vector<int>{413});
  EXPECT_EQ(talk(api(), post("Content-Length: 9999999999\r\n", "")).statuses,
            std::vector<int>{413});
  EXPECT_EQ(talk(api(), post("Transfer-Encoding: chunked\r\n", "11170\r\n" + body)).statuses,
            std::vector<int>{413});
  expect_alive();
}

// Sends one byte after another for as long as the peer takes them; how long that was.
milliseconds drip(std::uint16_t port, const std::string& start, milliseconds limit) {
  const auto began = steady_clock::now();
  RawConnection connection(port, 250);
  connection.send(start);
  while (steady_clock::now() - began < limit) {
    if (!connection.send("a") || connection.closed_by_peer()) break;
  }
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
}

TEST_F(HostileWire, SlowlorisIsClosedInTimeWhileOthersAreServed) {
  const milliseconds limit{14'000};
  std::vector<std::thread> attackers;
  std::atomic<int> outlived{0};
  const auto attack = [&](std::uint16_t port, std::string start) {
    attackers.emplace_back([&outlived, limit, port, start = std::move(start)] {
      if (drip(port, start, limit) >= limit) ++outlived;
    });
  };
  for (int i = 0; i < 40; ++i) {
    for (const std::uint16_t port : {api(), edge()}) {
      attack(port, "GET /health HTTP/1.1\r\nX-A: ");
      attack(port, "");
    }
    attack(api(), post("Content-Length: 60000\r\n", "{"));
  }
  for (int i = 0; i < 20; ++i) {
    const auto began = steady_clock::now();
    expect_alive();
    EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(3));
    std::this_thread::sleep_for(milliseconds(100));
  }
  for (std::thread& attacker : attackers) attacker.join();
  EXPECT_EQ(outlived, 0);
}

TEST_F(HostileWire, RequestIdsReachNoHeaderUnlessTheyAreSane) {
  for (const char* id :
       {"<script>alert(1)</script>", "a b c d e f g h", "%0d%0aX-Injected: 1",
        "\"},{\"admin\":true", "../../../../etc/passwd", "${jndi:ldap://x}", "%s%s%s%n"}) {
    for (const std::uint16_t port : {api(), edge()}) {
      const auto answer = http_request(port, "GET", "/nothing.here", {{"X-Request-Id", id}});
      EXPECT_EQ(answer.status, 404);
      EXPECT_NE(answer.header("x-request-id"), id);
      EXPECT_EQ(answer.header("x-injected"), "");
      EXPECT_EQ(answer.body.find(id), std::string::npos);
    }
  }
  EXPECT_EQ(http_request(api(), "GET", "/api/health", {{"X-Request-Id", std::string(65, 'a')}})
                .header("x-request-id")
                .size(),
            16u);
}

TEST_F(HostileWire, AForeignHostIsNeitherFollowedNorReflected) {
  const auto answer = http_request(api(), "GET", "/", {{"Host", "evil.example"}});
  EXPECT_EQ(answer.body.find("evil.example"), std::string::npos);
  EXPECT_EQ(answer.header("location"), "");
  for (const char* name : {"X-Forwarded-Host", "X-Forwarded-Server", "Forwarded", "X-Host",
                           "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override"}) {
    const auto other = http_request(api(), "GET", "/api/health", {{name, "/api/admin/users"}});
    EXPECT_EQ(other.status, 200) << name;
    EXPECT_EQ(other.body.find("admin"), std::string::npos) << name;
  }
}

TEST_F(HostileWire, ForeignOriginsGetNoPermission) {
  const std::string own = "http://localhost:" + std::to_string(api());
  EXPECT_EQ(http_request(api(), "GET", "/api/games", {{"Origin", own}})
                .header("access-control-allow-origin"),
            own);
  for (const std::string& origin :
       {std::string("https://evil.example"), std::string("null"), own + ".evil.example",
        "http://evil.example#" + own, "https://localhost:" + std::to_string(api()),
        std::string("http://localhost"), std::string("file://"), own + "/", std::string("*")}) {
    const auto answer = http_request(api(), "GET", "/api/games", {{"Origin", origin}});
    EXPECT_EQ(answer.header("access-control-allow-origin"), "") << origin;
    EXPECT_EQ(answer.header("access-control-allow-credentials"), "") << origin;
    const auto preflight =
        http_request(api(), "OPTIONS", "/api/users/me",
                     {{"Origin", origin}, {"Access-Control-Request-Method", "PATCH"}});
    EXPECT_EQ(preflight.status, 403) << origin;
    EXPECT_EQ(preflight.header("access-control-allow-origin"), "") << origin;
  }
}

TEST_F(HostileWire, FilesOutsideOfTheWebClientAreOutOfReach) {
  for (const char* path : {"/../../etc/passwd",
                           "/..%2f..%2fetc%2fpasswd",
                           "/%2e%2e/%2e%2e/etc/passwd",
                           "/%252e%252e%252fetc%252fpasswd",
                           "/assets/..%2f..%2fkeys",
                           "/..\\..\\etc\\passwd",
                           "/..%5c..%5cetc%5cpasswd",
                           "/%00",
                           "/index.html%00.png",
                           "/index.html%00",
                           "/%c0%ae%c0%ae/etc/passwd",
                           "/....//....//etc/passwd",
                           "//etc/passwd",
                           "/.git/config",
                           "/.env",
                           "/keys/",
                           "/whoosh.db",
                           "/.vite/manifest.json",
                           "/assets/",
                           "/%2f%2fetc%2fpasswd",
                           "/;/../etc/passwd",
                           "/index.html/..%2f..%2fetc/passwd",
                           "/%ff%fe",
                           "/%"}) {
    const auto answer = http_request(api(), "GET", path);
    EXPECT_TRUE(answer.status == 200 || answer.status == 400 || answer.status == 404)
        << path << ": " << answer.status;
    EXPECT_EQ(answer.body.find("root:"), std::string::npos) << path;
    EXPECT_EQ(answer.body.find("PRIVATE KEY"), std::string::npos) << path;
    EXPECT_EQ(answer.body.find("[core]"), std::string::npos) << path;
    EXPECT_EQ(answer.body.find("Index of"), std::string::npos) << path;
    EXPECT_EQ(http_request(edge(), "GET", path).body.find("root:"), std::string::npos) << path;
  }
}

}  // namespace
}  // namespace whoosh::tests
