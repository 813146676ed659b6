// Goal: a call is answered exactly once whatever the other side does: by what it said, or by
// `unavailable` in time; and it is sent twice only where that is promised. Method: our own Server,
// and a peer that speaks (or does not speak) byte by byte as a test says.
#include "http/client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "http/answer.h"
#include "http/ask.h"
#include "http/server.h"
#include "runtime/loop_thread.h"

namespace whoosh::http {
namespace {

using base::ErrorCode;
using Answer = base::Result<Response>;

// A listener on loopback that hands each accepted socket to the test's own function.
class Peer {
 public:
  explicit Peer(std::function<void(int socket, int number)> serve) : serve_(std::move(serve)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 16), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] {
      for (int number = 1;; ++number) {
        const int accepted = ::accept(socket_, nullptr, nullptr);
        if (accepted < 0) return;
        serve_(accepted, number);
        ::close(accepted);
      }
    });
  }
  ~Peer() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  // What came, up to the end of a head; "" when the other side closed.
  static std::string read_head(int socket) {
    std::string text;
    char byte = 0;
    while (!text.ends_with("\r\n\r\n")) {
      if (::recv(socket, &byte, 1, 0) <= 0) return {};
      text.push_back(byte);
    }
    return text;
  }
  static void say(int socket, std::string_view text) {
    EXPECT_EQ(::send(socket, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  static void wait_for_close(int socket) {
    char byte = 0;
    while (::recv(socket, &byte, 1, 0) > 0) {
    }
  }

 private:
  std::function<void(int, int)> serve_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

class ClientTest : public ::testing::Test {
 protected:
  std::future<Answer> send(Client& client, Call call) {
    auto answer = std::make_shared<std::promise<Answer>>();
    auto future = answer->get_future();
    client.call(std::move(call), runtime::Reply<Response>(mailbox_, [answer](Answer result) {
                  answer->set_value(std::move(result));
                }));
    return future;
  }
  Answer ask(Client& client, Call call) { return send(client, std::move(call)).get(); }
  Answer get(Client& client, std::uint16_t port, std::string target = "/") {
    return ask(client, {.host = "127.0.0.1", .port = port, .target = std::move(target)});
  }

  // Our own server: /echo answers the body, /who the port of the client's connection is counted by
  // the server, /slow answers when let_go() is called.
  std::unique_ptr<Server> serve(std::uint16_t port = 0) {
    Router router;
    router.add(Method::post, "/echo", [this](RequestContext& context) -> Awaitable<Response> {
      ++served_;
      Response response;
      response.body = context.request.body;
      response.headers.add("X-Seen", std::string(context.request.headers.get("X-Mark")));
      co_return response;
    });
    router.add(Method::get, "/big", [](RequestContext&) -> Awaitable<Response> {
      Response response;
      response.body.assign(2 * 1024 * 1024, 'b');
      co_return response;
    });
    router.add(Method::get, "/slow", [this](RequestContext& context) -> Awaitable<Response> {
      const auto never = co_await ask_kept(context);
      co_return never ? no_content() : error_response(never.error(), context.request_id);
    });
    ServerConfig config;
    config.address = "127.0.0.1";
    config.port = port;
    config.threads = 1;
    config.body_bytes_max = 4 * 1024 * 1024;
    config.stop_grace_ms = 100;
    auto server = std::make_unique<Server>(config, Policy{}, std::move(router), clock_, entropy_);
    EXPECT_TRUE(server->start().has_value());
    return server;
  }
  Awaitable<base::Result<>> ask_kept(RequestContext& context) {
    return http::ask<>(context, [this](auto reply) {
      const std::lock_guard lock(mutex_);
      kept_.push_back(std::move(reply));
    });
  }

  runtime::OsClock clock_;
  runtime::OsEntropy entropy_;
  runtime::LoopThread mailbox_;
  std::mutex mutex_;
  std::vector<runtime::Reply<>> kept_;
  std::atomic<int> served_{0};
};

TEST_F(ClientTest, BodiesAndHeadersGoBothWaysOverOneConnection) {
  const auto server = serve();
  Client client({.connections_max = 1});
  for (const std::size_t size : {0UL, 1UL, 70'000UL, 900'000UL}) {
    Call call{.host = "127.0.0.1", .port = server->port(), .method = Method::post};
    call.target = "/echo";
    call.headers.add("X-Mark", std::to_string(size));
    call.body.assign(size, 'x');
    const Answer answer = ask(client, std::move(call));
    ASSERT_TRUE(answer) << answer.error().sentence();
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body.size(), size);
    EXPECT_EQ(answer->headers.get("x-seen"), std::to_string(size));
  }
  EXPECT_EQ(server->connections(), 1U);
  EXPECT_EQ(get(client, server->port(), "/nowhere")->status, 404);
}

TEST_F(ClientTest, ManyCallsShareABoundedPool) {
  const auto server = serve();
  Client client({.connections_max = 3});
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 200; ++i) {
    Call call{.host = "127.0.0.1", .port = server->port(), .method = Method::post};
    call.target = "/echo";
    call.body = std::to_string(i);
    answers.push_back(send(client, std::move(call)));
  }
  for (int i = 0; i < 200; ++i) {
    const Answer answer = answers[static_cast<std::size_t>(i)].get();
    ASSERT_TRUE(answer) << answer.error().sentence();
    EXPECT_EQ(answer->body, std::to_string(i));
  }
  EXPECT_LE(server->connections(), 3U);
  EXPECT_EQ(served_, 200);
}

TEST_F(ClientTest, ADeadlineHoldsForAnswersAndForWaiting) {
  const auto server = serve();
  Client client({.connections_max = 1, .waiting_max = 2});
  const Call slow{
      .host = "127.0.0.1", .port = server->port(), .target = "/slow", .timeout_ms = 300};
  auto first = send(client, slow);
  auto second = send(client, slow);  // waits for the one connection
  const Answer answer = first.get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_NE(answer.error().message.find("no answer in time"), std::string::npos)
      << answer.error().message;
  EXPECT_EQ(second.get().error().code, ErrorCode::unavailable);
  EXPECT_EQ(
      ask(client,
          {.host = "127.0.0.1", .port = server->port(), .method = Method::post, .target = "/echo"})
          ->status,
      200);
}

TEST_F(ClientTest, TooManyWaitingCallsAreRefusedAtOnce) {
  const auto server = serve();
  Client client({.connections_max = 1, .waiting_max = 2});
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 8; ++i) {
    answers.push_back(send(
        client,
        {.host = "127.0.0.1", .port = server->port(), .target = "/slow", .timeout_ms = 1'000}));
  }
  const Answer last = answers.back().get();
  ASSERT_FALSE(last);
  EXPECT_NE(last.error().message.find("too many calls wait"), std::string::npos);
}

TEST_F(ClientTest, NobodyListens) {
  std::uint16_t port = 0;
  {
    const auto server = serve();
    port = server->port();
  }
  Client client;
  const Answer answer = get(client, port);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_EQ(ask(client, {.host = "localhost", .port = port}).error().code,
            ErrorCode::invalid_input);
}

TEST_F(ClientTest, ARestartedServerIsFoundAgain) {
  auto server = serve();
  const std::uint16_t port = server->port();
  Client client({.connections_max = 2});
  const Call call{.host = "127.0.0.1", .port = port, .method = Method::post, .target = "/echo"};
  ASSERT_TRUE(ask(client, call));
  for (int round = 1; round <= 3; ++round) {
    server.reset();
    server = serve(port);
    const Answer answer = ask(client, call);  // not idempotent, and its connection is dead
    ASSERT_TRUE(answer) << round << ": " << answer.error().sentence();
    EXPECT_EQ(served_, round + 1);
  }
}

TEST_F(ClientTest, ATooLargeAnswerIsAnErrorAndTheNextCallWorks) {
  const auto server = serve();
  Client client({.connections_max = 1});
  EXPECT_EQ(get(client, server->port(), "/big").error().code, ErrorCode::unavailable);
  EXPECT_EQ(get(client, server->port(), "/nowhere")->status, 404);
}

TEST_F(ClientTest, GarbageIsUnavailable) {
  const std::vector<std::string> wrong{
      "garbage\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
      "HTTP/1.1 99999 Odd\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n",
      ""};
  Client client({.connections_max = 1});
  for (const std::string& text : wrong) {
    const Peer peer([&](int socket, int) {
      if (Peer::read_head(socket).empty()) return;
      Peer::say(socket, text);
    });
    const Answer answer = get(client, peer.port());
    ASSERT_FALSE(answer) << text.substr(0, 60);
    EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  }
}

// Answers the first call of a connection, then drops the connection when the second has come.
class Forgetful {
 public:
  explicit Forgetful(std::atomic<int>& calls)
      : peer_([&calls](int socket, int) {
          if (Peer::read_head(socket).empty()) return;
          ++calls;
          Peer::say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          if (Peer::read_head(socket).empty()) return;
          ++calls;
        }) {}
  [[nodiscard]] std::uint16_t port() const { return peer_.port(); }

 private:
  Peer peer_;
};

TEST_F(ClientTest, WhatHasBeenSentIsRepeatedOnlyIfItIsIdempotent) {
  for (const bool idempotent : {false, true}) {
    std::atomic<int> calls{0};
    const Forgetful peer(calls);
    Client client({.connections_max = 1});
    const Call call{.host = "127.0.0.1", .port = peer.port(), .idempotent = idempotent};
    ASSERT_TRUE(ask(client, call));
    const Answer second = ask(client, call);
    EXPECT_EQ(second.has_value(), idempotent);
    EXPECT_EQ(calls, idempotent ? 3 : 2);
  }
}

TEST_F(ClientTest, AnUnaskedAnswerIsNotTakenForTheNextOne) {
  const Peer peer([](int socket, int number) {
    if (Peer::read_head(socket).empty()) return;
    const std::string body = std::to_string(number);
    const std::string one = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + body;
    Peer::say(socket, one + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
    Peer::wait_for_close(socket);
  });
  Client client({.connections_max = 1});
  EXPECT_EQ(get(client, peer.port())->body, "1");
  EXPECT_EQ(get(client, peer.port())->body, "2");
}

TEST_F(ClientTest, LineBreaksCanNotBeSmuggledIn) {
  Client client;
  const Call good{.host = "127.0.0.1", .port = 1};
  for (const std::string target : {"/a\r\nX: y", "/a b", "a", "/\x7f"}) {
    Call call = good;
    call.target = target;
    EXPECT_EQ(ask(client, call).error().code, ErrorCode::invalid_input) << target;
  }
  Call call = good;
  call.headers.add("X", "y\r\nZ: z");
  EXPECT_EQ(ask(client, call).error().code, ErrorCode::invalid_input);
}

TEST_F(ClientTest, ItsEndAnswersWhatIsUnderWay) {
  const auto server = serve();
  std::vector<std::future<Answer>> answers;
  {
    Client client({.connections_max = 2});
    for (int i = 0; i < 5; ++i) {
      answers.push_back(
          send(client, {.host = "127.0.0.1", .port = server->port(), .target = "/slow"}));
    }
  }
  for (auto& answer : answers) EXPECT_EQ(answer.get().error().code, ErrorCode::unavailable);
}

TEST_F(ClientTest, FromManyThreads) {
  const auto server = serve();
  Client client({.connections_max = 4});
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const Answer answer = ask(client, {.host = "127.0.0.1",
                                           .port = server->port(),
                                           .method = Method::post,
                                           .target = "/echo",
                                           .body = "x"});
        if (answer && answer->body == "x") ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
}

}  // namespace
}  // namespace whoosh::http
