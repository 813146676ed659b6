// Goal: the REST listener over TLS is the same server, and who comes without TLS is shown the way.
// Method: a running Server; a blocking client whose TLS is a session of its own.
#include <gtest/gtest.h>

#include <thread>

#include "http/answer.h"
#include "http/server.h"
#include "tests/support/http_client.h"
#include "tls/session.h"
#include "tls/tls_test_support.h"

namespace whoosh::http {
namespace {

using tests::RawConnection;

struct Echo {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Echo, (), (text))

class ServerTls : public ::testing::Test {
 protected:
  void start() {
    Router router;
    router.add(Method::post, "/api/echo", [](RequestContext& context) -> Awaitable<Response> {
      const auto body = body_as<Echo>(context);
      if (!body) co_return error_response(body.error(), context.request_id);
      co_return json(200, *body);
    });
    router.add(Method::get, "/api/origin", [](RequestContext& context) -> Awaitable<Response> {
      co_return json(200, Echo{context.request.origin});
    });
    router.add(Method::get, "/large", [](RequestContext&) -> Awaitable<Response> {
      Response response;
      response.shared_body = std::make_shared<const std::string>(large);
      co_return response;
    });
    config_.port = 0;
    config_.threads = 2;
    config_.tls = server_context_;
    Policy policy;
    policy.https = true;
    server_ = std::make_unique<Server>(config_, policy, std::move(router), clock_, entropy_);
    ASSERT_TRUE(server_->start().has_value());
  }
  void TearDown() override { server_.reset(); }

  // One connection by TLS. Everything is said in pieces of `step` sealed bytes.
  class Client {
   public:
    Client(std::uint16_t port, const tls::Context& trust, std::size_t step = 1 << 20)
        : raw_(port), session_(tls::Session::client(trust, "localhost")), step_(step) {
      shaken_ = take({});
      while (shaken_ && !session_.is_established()) shaken_ = hear();
    }
    [[nodiscard]] bool shaken() const { return shaken_; }
    bool send(std::string_view bytes) { return session_.seal(exchange_, bytes) && send_sealed(); }
    // Head and body of the next answer, or "" at the end.
    std::string read() {
      std::size_t end = 0;
      while ((end = plain_.find("\r\n\r\n")) == std::string::npos) {
        if (!hear()) return {};
      }
      const std::size_t at = plain_.find("Content-Length: ");
      const std::size_t size = end + 4 + std::strtoull(plain_.c_str() + at + 16, nullptr, 10);
      while (plain_.size() < size) {
        if (!hear()) return {};
      }
      std::string answer = plain_.substr(0, size);
      plain_.erase(0, size);
      return answer;
    }
    // True: the server has said that it says no more, and not only gone.
    bool ended() {
      while (hear()) continue;
      return end_ == tls::Session::End::Closed;
    }
    void close() {
      session_.close(exchange_);
      send_sealed();
    }

   private:
    bool hear() {
      const std::string bytes = raw_.read_some();
      return !bytes.empty() && take(bytes);
    }
    bool take(std::string bytes) {
      std::vector<char> room(bytes.size() + tls::held_bytes_max);
      const auto taken = session_.take(exchange_, bytes, room);
      plain_.append(room.data(), taken.bytes);
      end_ = taken.end;
      return send_sealed() && (taken.bytes > 0 || taken.end == tls::Session::End::None);
    }
    bool send_sealed() {
      const std::string sealed(exchange_.sealed());
      exchange_.clear();
      for (std::size_t at = 0; at < sealed.size(); at += step_) {
        if (!raw_.send(std::string_view(sealed).substr(at, step_))) return false;
      }
      return true;
    }

    RawConnection raw_;
    tls::Session session_;
    tls::Exchange exchange_;
    std::string plain_;
    std::size_t step_;
    tls::Session::End end_ = tls::Session::End::None;
    bool shaken_ = false;
  };

  static std::string request(const std::string& text) {
    const std::string body = R"({"text":")" + text + "\"}";
    return "POST /api/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
           "Content-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  static inline const std::string large = std::string(1'000'000, 'L') + "end";
  runtime::OsClock clock_;
  runtime::OsEntropy entropy_;
  ServerConfig config_;
  tls::TestAuthority authority_;
  std::shared_ptr<tls::TicketKeys> tickets_ = std::make_shared<tls::TicketKeys>(clock_);
  tls::ContextPtr server_context_ =
      tls::Context::server(authority_.issue("server"), tickets_).value();
  tls::ContextPtr trust_ = tls::Context::client({.ca_file = authority_.ca_file()}).value();
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTls, AnswersRequestAfterRequestInAnyCut) {
  start();
  for (const std::size_t step : {1, 7, 100'000}) {
    Client client(server_->port(), *trust_, step);
    ASSERT_TRUE(client.shaken());
    for (const std::size_t size : {1, 3000, 40'000}) {
      const std::string text(size, 'x');
      ASSERT_TRUE(client.send(request(text)));
      const std::string answer = client.read();
      EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK"));
      EXPECT_TRUE(answer.ends_with("{\"text\":\"" + text + "\"}")) << size;
      EXPECT_NE(answer.find("Strict-Transport-Security: "), std::string::npos);
    }
    client.close();
    EXPECT_TRUE(client.ended()) << "close_notify for close_notify";
  }
  EXPECT_EQ(server_->counts().handshakes, 3u);
}

TEST_F(ServerTls, LargeAnswersComeWhole) {
  start();
  Client client(server_->port(), *trust_);
  ASSERT_TRUE(client.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  const std::string answer = client.read();
  EXPECT_TRUE(answer.ends_with(large));
}

TEST_F(ServerTls, ARequestThatIsNoneEndsWithGoodbye) {
  start();
  Client client(server_->port(), *trust_);
  ASSERT_TRUE(client.send("NONSENSE\r\n\r\n"));
  EXPECT_TRUE(client.read().starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTls, TheOriginOfARequestIsHttps) {
  start();
  Client client(server_->port(), *trust_);
  ASSERT_TRUE(client.send("GET /api/origin HTTP/1.1\r\nHost: localhost:1\r\n\r\n"));
  EXPECT_TRUE(client.read().ends_with(R"({"text":"https://localhost:1"})"));
}

TEST_F(ServerTls, PlainHttpIsShownTheWayOrRefused) {
  start();
  const auto got = tests::http_request(
      server_->port(), "GET", "/page?x=1",
      {{"Host", "play.example:8000"}, {"Accept", "text/html,application/xhtml+xml"}});
  EXPECT_EQ(got.status, 307);
  EXPECT_EQ(got.header("location"), "https://play.example:8000/page?x=1");
  const auto program = tests::http_request(server_->port(), "GET", "/api/origin");
  EXPECT_EQ(program.status, 400) << "a program is to notice";
  EXPECT_EQ(got.header("strict-transport-security"), "") << "RFC 6797 section 7.2";
  const auto posted =
      tests::http_request(server_->port(), "POST", "/api/echo", {}, R"({"text":"secret"})");
  EXPECT_EQ(posted.status, 400);
  EXPECT_NE(posted.body.find("TLS only"), std::string::npos);
  EXPECT_EQ(server_->counts().plain_refused, 3u);
}

TEST_F(ServerTls, GarbageAndSilenceAreClosed) {
  config_.header_deadline_ms = 1500;
  start();
  RawConnection garbage(server_->port());
  ASSERT_TRUE(garbage.send("\x16\x03\x01 this is no TLS record, whatever its first byte says"));
  EXPECT_TRUE(garbage.closed_by_peer());
  RawConnection silent(server_->port());
  EXPECT_TRUE(silent.closed_by_peer());
  Client client(server_->port(), *trust_);
  EXPECT_TRUE(client.shaken());
}

TEST_F(ServerTls, ANewCertificateIsForNewcomers) {
  start();
  Client before(server_->port(), *trust_);
  ASSERT_TRUE(before.shaken());
  tls::TestAuthority another;
  server_->set_tls(tls::Context::server(another.issue("fresh"), tickets_).value());
  const auto trust = tls::Context::client({.ca_file = another.ca_file()}).value();
  bool changed = false;
  for (int i = 0; i < 1000 && !changed; ++i) {
    changed = Client(server_->port(), *trust).shaken();
    if (!changed) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_TRUE(changed);
  ASSERT_TRUE(before.send(request("still here")));
  EXPECT_TRUE(before.read().ends_with(R"({"text":"still here"})"));
}

}  // namespace
}  // namespace whoosh::http
