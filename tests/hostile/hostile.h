// What the tests of hostile input share: a whole server, people on it, and the question that ends
// every attack: does it still answer? Owned by the test, its thread.
#pragma once

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <boost/json.hpp>
#include <optional>
#include <string>

#include "tests/support/http_client.h"
#include "tests/support/running_server.h"

namespace whoosh::tests {

struct Person {
  std::string id;
  std::string access;
  std::string refresh;
};

class Hostile : public testing::Test {
 protected:
  explicit Hostile(bool rate_limits = false) : server_(20, rate_limits) {
    spdlog::set_level(spdlog::level::err);  // thousands of refusals
  }

  [[nodiscard]] std::uint16_t api() const { return server_.api().port; }
  [[nodiscard]] std::uint16_t edge() const { return server_.edge().port; }

  HttpAnswer ask(const std::string& method, const std::string& target, const std::string& token,
                 const std::optional<std::string>& body = std::nullopt, HttpHeaders headers = {}) {
    if (!token.empty()) headers["Authorization"] = "Bearer " + token;
    return http_request(api(), method, target, headers, body);
  }
  Person person_of(const HttpAnswer& answer) {
    EXPECT_TRUE(answer.status == 200 || answer.status == 201) << answer.status << answer.body;
    if (answer.status != 200 && answer.status != 201) return {};
    const auto body = boost::json::parse(answer.body).as_object();
    return {boost::json::serialize(body.at("user").at("id")), text(body, "access"),
            text(body, "refresh")};
  }
  Person guest() { return person_of(ask("POST", "/api/auth/guest", "")); }
  Person registered(const std::string& name, const std::string& extra = "") {
    return person_of(ask("POST", "/api/auth/register", "",
                         R"({"username":")" + name + R"(","email":")" + name +
                             R"(@example.org","password":"a long pass phrase")" + extra + "}"));
  }
  // A private room: its join info.
  boost::json::object room_of(const Person& host) {
    const auto made = ask("POST", "/api/rooms", host.access, R"({"game":"suspect"})");
    EXPECT_EQ(made.status, 201) << made.body;
    return made.status == 201 ? boost::json::parse(made.body).as_object() : boost::json::object{};
  }
  static std::string text(const boost::json::object& object, const char* key) {
    return object.contains(key) ? std::string(object.at(key).as_string()) : std::string();
  }
  static std::string code(const HttpAnswer& answer) {
    boost::system::error_code error;
    const auto body = boost::json::parse(answer.body, error);
    return error || !body.is_object() ? "" : text(body.as_object(), "code");
  }

  // What is true of every answer, whatever was asked.
  static void expect_discreet(const HttpAnswer& answer, const std::string& about) {
    EXPECT_GE(answer.status, 200) << about << ": no answer";
    EXPECT_LT(answer.status, 500) << about << ": " << answer.body;
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff") << about;
    EXPECT_FALSE(answer.header("x-request-id").empty()) << about;
    EXPECT_EQ(answer.header("x-injected"), "") << about;
    EXPECT_EQ(answer.header("set-cookie"), "") << about;
    if (!answer.body.empty() && answer.header("content-type") == "application/json") {
      boost::system::error_code error;
      boost::json::parse(answer.body, error);
      EXPECT_FALSE(error) << about << ": " << answer.body;
    }
    for (const char* internal : {"sqlite", "SQLITE", "SQL logic", "near \"", "boost::", ".cpp",
                                 "std::", "whoosh.db", "/tmp/", "Exception", "argon2"}) {
      EXPECT_EQ(answer.body.find(internal), std::string::npos) << about << ": " << answer.body;
    }
  }
  void expect_alive() {
    EXPECT_EQ(ask("GET", "/api/health", "").status, 200);
    EXPECT_EQ(http_request(edge(), "GET", "/health").status, 200);
  }

  RunningServer server_;
};

}  // namespace whoosh::tests
