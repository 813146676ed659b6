// Goal: the listener keeps to HTTP, its limits and its deadlines whatever arrives, and every answer
// carries what the contract says. Method: a running Server, and bytes written by hand to its
// socket.
#include "http/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "base/json.h"
#include "http/answer.h"
#include "http/ask.h"
#include "http/worker_pool.h"
#include "tests/support/http_client.h"

namespace whoosh::http {
namespace {

using tests::http_request;
using tests::HttpAnswer;
using tests::RawConnection;

struct Echo {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Echo, (), (text))

class ServerTest : public ::testing::Test {
 protected:
  void start() {
    Router router;
    router.add(Method::get, "/api/hello", [](RequestContext& context) -> Awaitable<Response> {
      co_return json(200, Echo{context.query("name").value_or("nobody")});
    });
    router.add(Method::get, "/api/things/{id}", [](RequestContext& context) -> Awaitable<Response> {
      co_return json(200, Echo{"any " + context.param("id")});
    });
    router.add(Method::get, "/api/things/mine",
               [](RequestContext&) -> Awaitable<Response> { co_return json(200, Echo{"mine"}); });
    router.add(Method::post, "/api/echo", [](RequestContext& context) -> Awaitable<Response> {
      const auto body = body_as<Echo>(context);
      if (!body) co_return error_response(body.error(), context.request_id);
      co_return json(200, *body);
    });
    router.add(Method::delete_, "/api/things/{id}",
               [](RequestContext&) -> Awaitable<Response> { co_return no_content(); });
    router.add(Method::get, "/api/bug", [](RequestContext&) -> Awaitable<Response> {
      throw std::runtime_error("secret detail");
      co_return no_content();
    });
    router.add(Method::get, "/api/who", [](RequestContext& context) -> Awaitable<Response> {
      co_return json(200, Echo{context.client.key});
    });
    router.add(Method::get, "/api/never", [this](RequestContext& context) -> Awaitable<Response> {
      const auto answer = co_await ask<Echo>(context, [this](auto reply) {
        const std::lock_guard lock(mutex_);
        kept_.push_back(std::move(reply));
        ++waiting_;
      });
      co_return answer ? json(200, *answer) : error_response(answer.error(), context.request_id);
    });
    router.add(Method::get, "/api/work", [this](RequestContext& context) -> Awaitable<Response> {
      const auto text = co_await run_on<std::string>(pool_, context, [] { return "done"; });
      co_return text ? json(200, Echo{*text}) : error_response(text.error(), context.request_id);
    });
    policy_.access_log = [this](const AccessLine& line) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(line);
    };
    config_.port = 0;
    config_.threads = 2;
    server_ = std::make_unique<Server>(config_, policy_, std::move(router), clock_, entropy_);
    ASSERT_TRUE(server_->start().has_value());
  }
  void TearDown() override { server_.reset(); }

  HttpAnswer raw(std::string_view bytes) {
    RawConnection connection(server_->port());
    connection.send(bytes);
    return connection.read();
  }
  static std::string code(const HttpAnswer& answer) {
    base::JsonParser parser(64 * 1024);
    const auto json = parser.parse(answer.body);
    if (!json || !json->get("code")) return "no error body: " + answer.body;
    return std::string(json->get("code")->as_string().value_or(""));
  }

  runtime::ManualClock clock_;
  runtime::OsEntropy entropy_;
  ServerConfig config_;
  Policy policy_;
  WorkerPool pool_{{.threads = 1, .waiting_max = 4}};
  std::mutex mutex_;
  std::vector<AccessLine> lines_;
  std::vector<runtime::Reply<Echo>> kept_;
  std::atomic<int> waiting_{0};
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, answers_and_carries_the_headers_of_every_answer) {
  start();
  const HttpAnswer answer = http_request(server_->port(), "GET", "/api/hello?name=Ada%20L");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"text":"Ada L"})");
  EXPECT_EQ(answer.header("content-type"), "application/json");
  EXPECT_EQ(answer.header("cache-control"), "no-store");
  EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
  EXPECT_NE(answer.header("content-security-policy").find("frame-ancestors 'none'"),
            std::string::npos);
  EXPECT_EQ(answer.header("date"), "Tue, 14 Nov 2023 22:13:20 GMT");
  EXPECT_EQ(answer.header("x-request-id").size(), 16u);
}

TEST_F(ServerTest, keeps_a_sane_request_id_and_replaces_another) {
  start();
  EXPECT_EQ(http_request(server_->port(), "GET", "/api/hello", {{"X-Request-Id", "trace-0123.x_Y"}})
                .header("x-request-id"),
            "trace-0123.x_Y");
  for (const char* bad : {"short", "has blank in it", "quote\"quote", "ünicode-ünicode"}) {
    EXPECT_EQ(http_request(server_->port(), "GET", "/api/hello", {{"X-Request-Id", bad}})
                  .header("x-request-id")
                  .size(),
              16u)
        << bad;
  }
}

TEST_F(ServerTest, a_trailing_slash_makes_no_difference) {
  start();
  for (const char* path : {"/api/hello", "/api/hello/"}) {
    EXPECT_EQ(http_request(server_->port(), "GET", path).status, 200) << path;
  }
  EXPECT_EQ(http_request(server_->port(), "GET", "/api/things/17/").body, R"({"text":"any 17"})");
  EXPECT_EQ(http_request(server_->port(), "GET", "/api//hello").status, 404);
  EXPECT_EQ(http_request(server_->port(), "GET", "/api/hello//").status, 404);
}

TEST_F(ServerTest, a_literal_beats_a_name) {
  start();
  EXPECT_EQ(http_request(server_->port(), "GET", "/api/things/mine").body, R"({"text":"mine"})");
  EXPECT_EQ(http_request(server_->port(), "GET", "/api/things/a%2Fb").body,
            R"({"text":"any a/b"})");
}

TEST_F(ServerTest, head_is_get_without_a_body) {
  start();
  RawConnection connection(server_->port());
  connection.send(
      "HEAD /api/hello HTTP/1.1\r\nHost: x\r\n\r\nGET /api/hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const HttpAnswer head = connection.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "17");
  EXPECT_EQ(connection.read().body, R"({"text":"nobody"})") << "no body in between";
}

TEST_F(ServerTest, unknown_paths_and_methods) {
  start();
  const HttpAnswer missing = http_request(server_->port(), "GET", "/api/nothing");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(code(missing), "not_found");
  const HttpAnswer wrong = http_request(server_->port(), "POST", "/api/things/1", {}, "{}");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(code(wrong), "method_not_allowed");
  EXPECT_EQ(wrong.header("allow"), "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(http_request(server_->port(), "BREW", "/api/hello").status, 405);
  EXPECT_EQ(http_request(server_->port(), "OPTIONS", "/api/hello").status, 204);
}

TEST_F(ServerTest, error_bodies_name_the_request) {
  start();
  const HttpAnswer answer =
      http_request(server_->port(), "GET", "/nope", {{"X-Request-Id", "abcdefgh"}});
  EXPECT_EQ(answer.body, R"({"error":"There is nothing at this address.","code":"not_found",)"
                         R"("request_id":"abcdefgh"})");
}

TEST_F(ServerTest, an_exception_tells_the_log_and_nobody_else) {
  start();
  const HttpAnswer answer = http_request(server_->port(), "GET", "/api/bug");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(code(answer), "internal");
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  const std::lock_guard lock(mutex_);
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0].problem, "secret detail");
  EXPECT_EQ(lines_[0].status, 500);
}

TEST_F(ServerTest, the_access_log_has_no_query) {
  start();
  static_cast<void>(http_request(server_->port(), "GET", "/api/hello?token=secret"));
  const std::lock_guard lock(mutex_);
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0].path, "/api/hello");
  EXPECT_EQ(lines_[0].client, "127.0.0.1");
}

TEST_F(ServerTest, a_missing_body_is_malformed_and_a_packed_one_is_not_unpacked) {
  start();
  const HttpAnswer missing = http_request(server_->port(), "POST", "/api/echo");
  EXPECT_EQ(missing.status, 400);
  EXPECT_EQ(code(missing), "malformed_json");
  const HttpAnswer packed =
      http_request(server_->port(), "POST", "/api/echo",
                   {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}}, "{}");
  EXPECT_EQ(packed.status, 415);
  EXPECT_EQ(code(packed), "unsupported_media_type");
}

TEST_F(ServerTest, json_bodies_are_held_to_their_rules) {
  start();
  struct Case {
    std::string body;
    std::string type;
    int status;
    std::string code;
  };
  const std::string deep = "{\"text\":" + std::string(20, '[') + std::string(20, ']') + "}";
  for (const Case& c : std::vector<Case>{
           {R"({"text":"x","more":1})", "application/json", 200, ""},
           {R"({"text":"x"})", "application/json; charset=utf-8", 200, ""},
           {R"({"text":"x"})", "Application/JSON", 200, ""},
           {R"({"text":"x"})", "text/plain", 415, "unsupported_media_type"},
           {R"({"text":"x"})", "application/x-www-form-urlencoded", 415, "unsupported_media_type"},
           {"", "application/json", 400, "malformed_json"},
           {"{", "application/json", 400, "malformed_json"},
           {"[]", "application/json", 400, "malformed_json"},
           {"\"x\"", "application/json", 400, "malformed_json"},
           {R"({"text":"x"}{)", "application/json", 400, "malformed_json"},
           {R"({"text":"x","text":"y"})", "application/json", 400, "malformed_json"},
           {"{\"text\":\"\xff\"}", "application/json", 400, "malformed_json"},
           {R"({"text":"\u0000"})", "application/json", 400, "malformed_json"},
           {deep, "application/json", 400, "malformed_json"},
           {R"({"text":1})", "application/json", 422, "invalid_input"},
           {R"({"text":null})", "application/json", 422, "invalid_input"},
           {R"({})", "application/json", 422, "invalid_input"},
       }) {
    const HttpAnswer answer =
        http_request(server_->port(), "POST", "/api/echo", {{"Content-Type", c.type}}, c.body);
    EXPECT_EQ(answer.status, c.status) << c.body;
    if (c.status != 200) {
      EXPECT_EQ(code(answer), c.code) << c.body;
    }
  }
}

TEST_F(ServerTest, bad_fields_are_named) {
  start();
  const HttpAnswer answer = http_request(server_->port(), "POST", "/api/echo", {}, R"({"text":1})");
  EXPECT_NE(answer.body.find(R"("fields":{"text":"must be a text"})"), std::string::npos)
      << answer.body;
}

TEST_F(ServerTest, keeps_alive_and_answers_pipelined_requests_in_order) {
  start();
  RawConnection connection(server_->port());
  std::string burst;
  for (int i = 0; i < 20; ++i) {
    burst += "GET /api/hello?name=" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  connection.send(burst);
  for (int i = 0; i < 20; ++i) {
    const HttpAnswer answer = connection.read();
    EXPECT_EQ(answer.body, "{\"text\":\"" + std::to_string(i) + "\"}");
    EXPECT_EQ(answer.header("connection"), "keep-alive");
  }
  connection.send("GET /api/hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(connection.read().header("connection"), "close");
  EXPECT_TRUE(connection.closed_by_peer());
}

TEST_F(ServerTest, http_1_0_closes) {
  start();
  RawConnection connection(server_->port());
  connection.send("GET /api/hello HTTP/1.0\r\n\r\n");
  EXPECT_EQ(connection.read().status, 200);
  EXPECT_TRUE(connection.closed_by_peer());
}

TEST_F(ServerTest, chunked_bodies_and_expect_continue) {
  start();
  EXPECT_EQ(raw("POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                "Transfer-Encoding: chunked\r\n\r\n7\r\n{\"text\"\r\n5\r\n:\"x\"}\r\n0\r\n\r\n")
                .body,
            R"({"text":"x"})");
  RawConnection connection(server_->port());
  connection.send(
      "POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "Content-Length: 12\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.read().status, 100);
  connection.send(R"({"text":"x"})");
  EXPECT_EQ(connection.read().body, R"({"text":"x"})");
}

TEST_F(ServerTest, what_two_parsers_could_read_differently_is_refused) {
  start();
  const std::string post =
      "POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
  for (const std::string& bytes : std::vector<std::string>{
           post + "Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\nContent-Length: 12\r\n\r\n0\r\n\r\n",
           post + "Content-Length: 12\r\nContent-Length: 13\r\n\r\n{\"text\":\"x\"}",
           post + "Content-Length: 12\r\nContent-Length: 12\r\n\r\n{\"text\":\"x\"}",
           post + "Content-Length: 12, 12\r\n\r\n{\"text\":\"x\"}",
           post + "Content-Length: +12\r\n\r\n{\"text\":\"x\"}",
           post + "Content-Length: -1\r\n\r\n",
           post + "Content-Length: 0x0c\r\n\r\n{\"text\":\"x\"}",
           post + "Content-Length: 99999999999999999999999\r\n\r\n",
           post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: identity\r\n\r\n",
           post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
           post + "A: b\r\n Content-Length: 12\r\n\r\n{\"text\":\"x\"}",
           post + "Transfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
           "POST /api/echo HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "GET /api/hello HTTP/1.1\r\n\r\n",
           "GET /api/hello HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
           "GET /api/hello HTTP/1.1\r\nHost: x/../y\r\n\r\n",
           "GET /api/hello HTTP/1.1\r\nHost:\r\n\r\n",
           "GET /api/hello HTTP/1.1\r\nHost: x\r\nBad Name: y\r\n\r\n",
           "GET /api/hello HTTP/1.1\r\nHost: x\r\nA: b\x01\r\n\r\n",
           "GET /api/hello HTTP/2.0\r\nHost: x\r\n\r\n",
           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
           "GET api/hello HTTP/1.1\r\nHost: x\r\n\r\n",
           "GET /api/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
           "GET /api/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
           "GET /api/hello?a=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
           "GET /api/\xff HTTP/1.1\r\nHost: x\r\n\r\n",
           "\x16\x03\x01\x02 this is TLS\r\n\r\n",
           "GET\r\n\r\n",
       }) {
    RawConnection connection(server_->port());
    connection.send(bytes);
    const HttpAnswer answer = connection.read();
    EXPECT_TRUE(answer.status == 400 || answer.status == 413) << answer.status << "\n" << bytes;
    EXPECT_EQ(answer.header("connection"), "close") << bytes;
    EXPECT_TRUE(connection.closed_by_peer()) << bytes;
  }
}

TEST_F(ServerTest, absolute_form_is_understood) {
  start();
  EXPECT_EQ(raw("GET http://x/api/hello?name=a HTTP/1.1\r\nHost: x\r\n\r\n").body,
            R"({"text":"a"})");
}

TEST_F(ServerTest, too_large_heads_and_bodies) {
  start();
  const HttpAnswer head =
      raw("GET /api/hello HTTP/1.1\r\nHost: x\r\nA: " + std::string(9000, 'a') + "\r\n\r\n");
  EXPECT_EQ(head.status, 431);
  EXPECT_EQ(code(head), "too_large");
  EXPECT_EQ(raw("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n").status, 431);
  const std::string large(64 * 1024 + 1, ' ');
  const HttpAnswer body = http_request(server_->port(), "POST", "/api/echo", {}, large);
  EXPECT_EQ(body.status, 413);
  EXPECT_EQ(code(body), "too_large");
  EXPECT_EQ(
      raw("POST /api/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10400\r\n" +
          std::string(0x10400, ' ') + "\r\n0\r\n\r\n")
          .status,
      413);
  const std::string fits = R"({"text":"x"})" + std::string(64 * 1024 - 12, ' ');
  EXPECT_EQ(http_request(server_->port(), "POST", "/api/echo", {}, fits).status, 200);
}

TEST_F(ServerTest, slow_clients_are_let_go) {
  config_.header_deadline_ms = 100;
  config_.body_deadline_ms = 100;
  config_.idle_deadline_ms = 100;
  start();
  RawConnection silent(server_->port());
  RawConnection head(server_->port());
  head.send("GET /api/hello HTTP/1.1\r\nHo");
  RawConnection body(server_->port());
  body.send("POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n{");
  RawConnection idle(server_->port());
  idle.send("GET /api/hello HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(idle.read().status, 200);
  EXPECT_TRUE(silent.closed_by_peer());
  EXPECT_TRUE(head.closed_by_peer());
  EXPECT_TRUE(body.closed_by_peer());
  EXPECT_TRUE(idle.closed_by_peer());
}

// The head's deadline is for the whole head: a byte now and then doesn't renew it.
TEST_F(ServerTest, slowloris_gains_nothing) {
  config_.header_deadline_ms = 200;
  start();
  RawConnection connection(server_->port(), 1);
  connection.send("GET /api/hello HTTP/1.1\r\n");
  bool open = true;
  for (int i = 0; i < 200 && open; ++i) {
    open = connection.send("A: b\r\n") && !connection.closed_by_peer();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_FALSE(open);
}

TEST_F(ServerTest, connections_above_the_limit_get_503) {
  config_.connections_max = 2;
  start();
  RawConnection first(server_->port());
  RawConnection second(server_->port());
  for (RawConnection* connection : {&first, &second}) {
    connection->send("GET /api/hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(connection->read().status, 200);
  }
  RawConnection third(server_->port());
  const HttpAnswer answer = third.read();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(code(answer), "unavailable");
  EXPECT_EQ(answer.header("retry-after"), "1");
}

TEST_F(ServerTest, cors_allows_what_is_configured) {
  policy_.allowed_origins = {"https://play.example.org"};
  start();
  const HttpAnswer good =
      http_request(server_->port(), "GET", "/api/hello", {{"Origin", "https://play.example.org"}});
  EXPECT_EQ(good.header("access-control-allow-origin"), "https://play.example.org");
  EXPECT_EQ(good.header("vary"), "Origin");
  const HttpAnswer bad =
      http_request(server_->port(), "GET", "/api/hello", {{"Origin", "https://evil.example"}});
  EXPECT_EQ(bad.status, 200) << "a browser hides it from the page";
  EXPECT_EQ(bad.header("access-control-allow-origin"), "");
  const HttpAnswer preflight = http_request(
      server_->port(), "OPTIONS", "/api/things/1",
      {{"Origin", "https://play.example.org"}, {"Access-Control-Request-Method", "DELETE"}});
  EXPECT_EQ(preflight.status, 204);
  EXPECT_NE(preflight.header("access-control-allow-methods").find("DELETE"), std::string::npos);
  EXPECT_NE(preflight.header("access-control-allow-headers").find("authorization"),
            std::string::npos);
  const HttpAnswer foreign = http_request(
      server_->port(), "OPTIONS", "/api/things/1",
      {{"Origin", "https://evil.example"}, {"Access-Control-Request-Method", "DELETE"}});
  EXPECT_EQ(foreign.status, 403);
  EXPECT_EQ(code(foreign), "foreign_origin");
}

TEST_F(ServerTest, the_forwarded_address_counts_behind_a_trusted_proxy_only) {
  start();
  EXPECT_EQ(
      http_request(server_->port(), "GET", "/api/who", {{"X-Forwarded-For", "203.0.113.9"}}).body,
      R"({"text":"127.0.0.1"})");
  server_.reset();
  policy_.trusted_proxies = *Networks::parse(std::vector<std::string>{"127.0.0.0/8"});
  start();
  EXPECT_EQ(http_request(server_->port(), "GET", "/api/who",
                         {{"X-Forwarded-For", "198.51.100.1, 203.0.113.9"}})
                .body,
            R"({"text":"203.0.113.9"})");
}

TEST_F(ServerTest, work_on_the_pool_comes_back) {
  start();
  EXPECT_EQ(http_request(server_->port(), "GET", "/api/work").body, R"({"text":"done"})");
}

TEST_F(ServerTest, a_taken_port_is_said_in_one_sentence) {
  start();
  ServerConfig same = config_;
  same.port = server_->port();
  Server second(same, {}, Router(), clock_, entropy_);
  const auto started = second.start();
  ASSERT_FALSE(started.has_value());
  EXPECT_EQ(started.error().message,
            "Port " + std::to_string(server_->port()) + " is taken by another program.");
}

// A reply that comes after the server is gone finds nobody, and harms nobody.
TEST_F(ServerTest, stops_with_a_request_under_way_and_outlives_its_answer) {
  config_.stop_grace_ms = 20;
  start();
  RawConnection connection(server_->port());
  connection.send("GET /api/never HTTP/1.1\r\nHost: x\r\n\r\n");
  while (waiting_ == 0) std::this_thread::yield();
  server_->stop();
  EXPECT_TRUE(connection.closed_by_peer());
  server_.reset();
  const std::lock_guard lock(mutex_);
  ASSERT_EQ(kept_.size(), 1u);
  kept_[0](base::Result<Echo>(Echo{"late"}));
  kept_.clear();
}

TEST_F(ServerTest, a_dropped_reply_is_unavailable) {
  start();
  RawConnection connection(server_->port());
  connection.send("GET /api/never HTTP/1.1\r\nHost: x\r\n\r\n");
  while (waiting_ == 0) std::this_thread::yield();
  {
    const std::lock_guard lock(mutex_);
    kept_.clear();
  }
  const HttpAnswer answer = connection.read();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("retry-after"), "1");
}

TEST(WorkerPoolTest, refuses_what_does_not_fit) {
  WorkerPool pool({.threads = 1, .waiting_max = 1});
  std::mutex hold;
  std::atomic<bool> running{false};
  hold.lock();
  EXPECT_TRUE(pool.submit([&] {
    running = true;
    const std::lock_guard wait(hold);
  }));
  while (!running) std::this_thread::yield();
  EXPECT_TRUE(pool.submit([] {}));
  EXPECT_FALSE(pool.submit([] {}));
  hold.unlock();
}

}  // namespace
}  // namespace whoosh::http
