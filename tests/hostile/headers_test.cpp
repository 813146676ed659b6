// Goal: browsers are told what they need to protect players, on every answer of Service A, and what
// matters for security is in the log, on one line each, without secrets. Method: a whole server; a
// log that the test can read.
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

#include "services/api/security_log.h"
#include "tests/hostile/hostile.h"

namespace whoosh::tests {
namespace {

TEST(SecurityHeaders, HttpsIsKeptToWhenThePublicUrlIsHttps) {
  RunningServer plain;
  RunningServer secure(20, false, "https://whoosh.example");
  for (const char* target : {"/api/health", "/api/nothing", "/api/users/me", "/", "/x.png"}) {
    EXPECT_EQ(http_request(plain.api().port, "GET", target).header("strict-transport-security"), "")
        << target;
    const auto value =
        http_request(secure.api().port, "GET", target).header("strict-transport-security");
    EXPECT_NE(value.find("max-age=63072000"), std::string::npos) << target;
  }
}

class SecurityHeadersOfEvery : public Hostile {};

TEST_F(SecurityHeadersOfEvery, AnswerSayHowItMayBeUsed) {
  const Person person = guest();
  for (const auto& [method, target] :
       std::vector<std::pair<std::string, std::string>>{{"GET", "/api/health"},
                                                        {"GET", "/api/users/me"},
                                                        {"GET", "/api/nothing"},
                                                        {"PUT", "/api/users/me"},
                                                        {"GET", "/x.png"},
                                                        {"OPTIONS", "/api/rooms"},
                                                        {"GET", "/%"},
                                                        {"HEAD", "/api/games"}}) {
    const auto answer = ask(method, target, person.access);
    const std::string about = method + " " + target;
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff") << about;
    EXPECT_EQ(answer.header("referrer-policy"), "same-origin") << about;
    EXPECT_EQ(answer.header("cross-origin-resource-policy"), "same-origin") << about;
    EXPECT_NE(answer.header("content-security-policy").find("frame-ancestors 'none'"),
              std::string::npos)
        << about;
    EXPECT_EQ(answer.header("server"), "") << about;
    EXPECT_EQ(answer.header("x-powered-by"), "") << about;
    if (target.starts_with("/api/users")) EXPECT_EQ(answer.header("cache-control"), "no-store");
  }
}

class SecurityLog : public Hostile {
 protected:
  static void SetUpTestSuite() {
    before() = spdlog::default_logger();
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(written(), true);
    sink->set_pattern("%v");
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
  }
  static void TearDownTestSuite() { spdlog::set_default_logger(before()); }
  SecurityLog() : Hostile(true) { spdlog::set_level(spdlog::level::info); }

  static std::shared_ptr<spdlog::logger>& before() {
    static std::shared_ptr<spdlog::logger> logger;
    return logger;
  }
  static std::ostringstream& written() {
    static std::ostringstream stream;
    return stream;
  }
  static bool has(const std::string& event, const std::string& more) {
    std::istringstream lines(written().str());
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("security event=" + event + " ") && line.find(more) != line.npos) {
        return true;
      }
    }
    return false;
  }
};

TEST_F(SecurityLog, HasSignInsRefusalsAndLimitsAndNoSecret) {
  const Person ada = registered("ada");
  EXPECT_TRUE(has("sign_up", "user=" + ada.id));
  const auto login = [&](const std::string& password) {
    return ask("POST", "/api/auth/login", "",
               R"({"username":"ada","password":")" + password + R"("})");
  };
  ASSERT_EQ(login("a long pass phrase").status, 200);
  EXPECT_TRUE(has("sign_in", "user=" + ada.id));
  for (int i = 0; i < 12; ++i) login("wrong secret");
  EXPECT_TRUE(has("sign_in_failed", "code=bad_credentials"));
  EXPECT_TRUE(has("rate_limited", "path=/api/auth/login"));
  ask("GET", "/api/users/me", ada.access + "x");
  EXPECT_TRUE(has("access_denied", "code=bad_token"));
  ask("POST", "/api/auth/logout", ada.access, R"({"refresh":")" + ada.refresh + R"("})");
  EXPECT_TRUE(has("sign_out", "user=" + ada.id));
  ask("GET", "/api/x%0d%0asecurity%20event=forged", "");
  ask("GET", "/%00", "");
  EXPECT_TRUE(has("malformed_request", "status=400"));
  const std::string all = written().str();
  EXPECT_EQ(all.find("\nsecurity event=forged"), std::string::npos);
  for (const std::string& secret : {std::string("pass phrase"), std::string("wrong secret"),
                                    ada.access, ada.refresh, std::string("ada@example.org")}) {
    EXPECT_EQ(all.find(secret), std::string::npos) << secret;
  }
}

TEST(SecurityEvents, AreToldByRouteAndAnswer) {
  const auto event = [](const char* method, const char* path, int status, const char* code = "") {
    http::AccessLine line;
    line.method = method;
    line.path = path;
    line.status = status;
    line.code = code;
    return api::security_event(line);
  };
  EXPECT_EQ(event("POST", "/api/auth/login/", 200), "sign_in");
  EXPECT_EQ(event("POST", "/api/auth/token/refresh", 401, "refresh_reused"), "refresh_failed");
  EXPECT_EQ(event("POST", "/api/auth/password", 204), "change_password");
  EXPECT_EQ(event("DELETE", "/api/auth/sessions/abc", 204), "revoke_session");
  EXPECT_EQ(event("POST", "/api/admin/users/7/ban", 200), "admin_action");
  EXPECT_EQ(event("POST", "/api/admin/users/7/ban", 403, "forbidden"), "admin_action_failed");
  EXPECT_EQ(event("GET", "/api/admin/users", 403, "forbidden"), "access_denied");
  EXPECT_EQ(event("GET", "/api/admin/users", 200), "");
  EXPECT_EQ(event("GET", "/api/users/me", 200), "");
  EXPECT_EQ(event("POST", "/api/rooms", 422, "invalid_input"), "");
  EXPECT_EQ(event("GET", "", 431, "too_large"), "malformed_request");
}

}  // namespace
}  // namespace whoosh::tests
