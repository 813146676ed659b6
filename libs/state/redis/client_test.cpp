// Goal: the client keeps its promises (client.h) when the server restarts, hangs, forgets its
// scripts, refuses the password, or is reached over TLS. Method: a real server that the test
// breaks; what is acknowledged is counted.
#include "state/redis/client.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <set>

#include "runtime/entropy.h"
#include "state/redis/test_calls.h"
#include "state/redis/test_server.h"

namespace whoosh::state::redis {
namespace {

using base::ErrorCode;

TEST(RedisClient, WaitsForAServerThatIsNotThereYetNoLongerThanItsFirstAttempt) {
  auto options = options_of("redis://127.0.0.1:" + std::to_string(free_port()));
  TestClient client(options);
  const auto began = std::chrono::steady_clock::now();
  const auto answer = client.call({"GET", "a"});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_EQ(answer.error().retry_after_s, 1);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1));
}

TEST(RedisClient, ComesBackByItselfAfterARestartUnderLoad) {
  TestServer server;
  TestClient client(options_of(server.url()));
  ASSERT_TRUE(client.call({"SET", "a", "1"}).has_value());
  Load load(client.client());
  load.run_for_ms(200);
  server.kill();
  load.run_for_ms(300);
  EXPECT_GT(load.unavailable(), 0);
  server.start();
  const bool is_back = client.eventually({"SET", "a", "2"}, 5'000);
  EXPECT_TRUE(is_back);
  load.run_for_ms(200);
  load.finish();
  EXPECT_EQ(load.unanswered(), 0);
  EXPECT_EQ(load.strange(), 0);
  EXPECT_LT(load.slowest_ms(), 3'000);
  EXPECT_GE(client.reports_with("is away"), 1);
  EXPECT_GE(client.reports_with("is back"), 1);
}

TEST(RedisClient, AServerThatHangsIsGivenUpAndThenNobodyWaits) {
  TestServer server;
  auto options = options_of(server.url());
  options.command_timeout_ms = 300;
  options.connect_timeout_ms = 300;
  TestClient client(options);
  ASSERT_TRUE(client.call({"PING"}).has_value());
  server.hang();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(client.call({"INCR", "n"}).error().code, ErrorCode::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));  // the next attempt fails, too
  const auto later = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(client.call({"INCR", "n"}).error().code, ErrorCode::unavailable);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - later, std::chrono::milliseconds(500));
  server.go_on();
  EXPECT_TRUE(client.eventually({"GET", "n"}, 5'000));
}

// The server reads both commands, but late: the connection has been given up by then.
TEST(RedisClient, WhatMayHaveRunIsRepeatedOnlyIfThatDoesNoHarm) {
  TestServer server;
  auto options = options_of(server.url());
  options.command_timeout_ms = 300;
  TestClient client(options);
  ASSERT_TRUE(client.call({"PING"}).has_value());
  server.hang();
  auto harmful = client.begin({{"INCR", "n"}, "n", false, nullptr, 0});
  auto harmless = client.begin({{"INCR", "m"}, "m", true, nullptr, 0});
  EXPECT_EQ(harmful.get().error().code, ErrorCode::unavailable);
  EXPECT_EQ(harmless.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  server.go_on();
  const auto repeated = harmless.get();
  ASSERT_TRUE(repeated.has_value());
  EXPECT_EQ(repeated->number(), 2);
  EXPECT_EQ(client.call({"GET", "n"})->number(), 1);
}

TEST(RedisClient, ForgottenScriptsAreSentAgain) {
  TestServer server;
  TestClient client(options_of(server.url()));
  const Script script(1, "return redis.call('INCR', KEYS[1])");
  for (int i = 1; i <= 3; ++i) {
    auto answer = client.begin({{"n"}, "n", false, &script, 0}).get();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->number(), i);
    server.ask({"SCRIPT", "FLUSH"});
  }
}

TEST(RedisClient, BeyondItsBoundItRefusesAtOnce) {
  TestServer server;
  auto options = options_of(server.url());
  options.pending_max = 10;
  TestClient client(options);
  ASSERT_TRUE(client.call({"PING"}).has_value());
  client.wait_until_idle();
  server.hang();
  std::vector<std::future<base::Result<Value>>> calls;
  for (int i = 0; i < 15; ++i) calls.push_back(client.begin({{"PING"}, "", true, nullptr, 0}));
  for (std::size_t i = 10; i < calls.size(); ++i) {
    ASSERT_EQ(calls[i].wait_for(std::chrono::seconds(1)), std::future_status::ready);
    EXPECT_EQ(calls[i].get().error().code, ErrorCode::unavailable);
  }
  server.go_on();
  for (std::size_t i = 0; i < 10; ++i) EXPECT_TRUE(calls[i].get().has_value());
}

TEST(RedisClient, ABlockedCallHoldsNobodyUp) {
  TestServer server;
  TestClient client(options_of(server.url()));
  auto blocked = client.begin({{"BLPOP", "list", "5"}, "list", false, nullptr, 5'000});
  ASSERT_TRUE(client.call({"SET", "a", "1"}).has_value());
  EXPECT_EQ(blocked.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  ASSERT_TRUE(client.call({"RPUSH", "list", "x"}).has_value());
  EXPECT_EQ(blocked.get()->at(1).text, "x");
}

TEST(RedisClient, WhatIsUnderWayWhenItEndsIsAnswered) {
  TestServer server;
  auto client = std::make_unique<TestClient>(options_of(server.url()));
  ASSERT_TRUE(client->call({"PING"}).has_value());
  server.hang();
  auto call = client->begin({{"PING"}, "", true, nullptr, 0});
  auto blocked = client->begin({{"BLPOP", "list", "5"}, "list", false, nullptr, 5'000});
  client.reset();
  EXPECT_EQ(call.get().error().code, ErrorCode::unavailable);
  EXPECT_EQ(blocked.get().error().code, ErrorCode::unavailable);
}

// ---- who signs in ------------------------------------------------------------------------------

TEST(RedisClient, SignsInWithAPasswordAndWithAUser) {
  TestServer server({"requirepass s3cret", "user whoosh on >0ther ~whoosh:* +@all"});
  const std::string at = "@127.0.0.1:" + std::to_string(server.port());
  EXPECT_TRUE(TestClient(options_of("redis://:s3cret" + at + "/2")).call({"GET", "a"}).has_value());
  TestClient user(options_of("redis://whoosh:0ther" + at));
  EXPECT_TRUE(user.call({"GET", "whoosh:a"}).has_value());
  EXPECT_EQ(user.call({"GET", "foreign"}).error().code, ErrorCode::unavailable);
  EXPECT_GE(user.reports_with("NOPERM"), 1);
}

TEST(RedisClient, AWrongPasswordIsReportedAndNeverShown) {
  TestServer server({"requirepass right"});
  for (const std::string login : {"", ":wr0ng@", "somebody:wr0ng@"}) {
    TestClient client(
        options_of("redis://" + login + "127.0.0.1:" + std::to_string(server.port())));
    EXPECT_EQ(client.call({"GET", "a"}).error().code, ErrorCode::unavailable) << login;
    for (int i = 0; i < 100 && client.reports_with("refuses") == 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_GE(client.reports_with("refuses"), 1) << login;
    EXPECT_EQ(client.reports_with("wr0ng"), 0) << login;
  }
}

// ---- TLS ---------------------------------------------------------------------------------------

TEST(RedisClient, SpeaksTlsAndChecksWhomTo) {
  const TestCertificates certificates;
  const std::string port = std::to_string(free_port());
  TestServer server(
      {"port 0", "tls-port " + port, "tls-cert-file " + certificates.file("server.crt"),
       "tls-key-file " + certificates.file("server.key"),
       "tls-ca-cert-file " + certificates.file("ca.crt")},
      TestServer::Kind::server, static_cast<std::uint16_t>(std::stoi(port)));
  auto options = options_of("rediss://localhost:" + port);
  options.ca_file = certificates.file("ca.crt");
  options.certificate_file = certificates.file("client.crt");
  options.key_file = certificates.file("client.key");
  EXPECT_TRUE(TestClient(options).call({"SET", "a", std::string(100'000, 'x')}).has_value());

  auto by_address = options;  // the certificate is for the name only
  by_address.endpoints.front().host = "127.0.0.1";
  TestClient wrong_name(by_address);
  EXPECT_FALSE(wrong_name.call({"GET", "a"}).has_value());
  by_address.tls_server_name = "localhost";
  EXPECT_TRUE(TestClient(by_address).call({"GET", "a"}).has_value());
  by_address.tls_server_name.clear();
  by_address.tls_verify = false;
  EXPECT_TRUE(TestClient(by_address).call({"GET", "a"}).has_value());

  auto foreign = options;
  foreign.ca_file = certificates.file("other.crt");
  EXPECT_FALSE(TestClient(foreign).call({"GET", "a"}).has_value());
  auto nameless = options;
  nameless.certificate_file.clear();
  nameless.key_file.clear();
  EXPECT_FALSE(TestClient(nameless).call({"GET", "a"}).has_value());
  auto plain = options_of("redis://localhost:" + port);
  EXPECT_FALSE(TestClient(plain).call({"GET", "a"}).has_value());
}

TEST(RedisClient, FilesThatCantBeReadAreNamed) {
  auto options = options_of("rediss://localhost");
  options.ca_file = "/nowhere/ca.crt";
  const auto io = Io::open(options);
  ASSERT_FALSE(io.has_value());
  EXPECT_NE(io.error().message.find("/nowhere/ca.crt"), std::string::npos);
}

}  // namespace
}  // namespace whoosh::state::redis
