// Goal: whatever is in a body, a path, a query or a header, the answer is one of the documented
// refusals, tells nothing of what is inside, and the next person is served. Method: every operation
// of docs/openapi.yaml, every member and parameter of it, every value of the tables below; what is
// sent for a member that is not attacked is good, so that the attacked one is reached.
#include <chrono>
#include <filesystem>
#include <map>
#include <vector>

#include "auth/tokens.h"
#include "runtime/mailbox.h"
#include "runtime/reply.h"
#include "store/sqlite/sqlite.h"
#include "tests/hostile/hostile.h"
#include "tests/hostile/openapi.h"

namespace whoosh::tests {
namespace {

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

// As they are, in places that are not JSON.
const std::vector<std::string> injections{"' OR '1'='1",
                                          "'; DROP TABLE users; --",
                                          "1; SELECT pg_sleep(9)",
                                          "\" OR \"\"=\"",
                                          "$(id)",
                                          "`id`",
                                          "| cat /etc/passwd",
                                          "; reboot",
                                          "<script>alert(1)</script>",
                                          "\"><img src=x>",
                                          "a\r\nX-Injected: 1",
                                          "a\r\n\r\nHTTP/1.1 200 OK\r\n",
                                          "%s%s%s%s%n",
                                          "%x.%x.%x",
                                          "../../../../etc/passwd",
                                          "..\\..\\boot.ini",
                                          "file:///etc/passwd",
                                          "{{7*7}}",
                                          "${7*7}",
                                          "#{7*7}",
                                          "${jndi:ldap://127.0.0.1/x}",
                                          "*)(uid=*",
                                          "__proto__",
                                          "constructor",
                                          "%00",
                                          "\\0",
                                          "=1+1",
                                          "\xe2\x80\xae"
                                          "abc",
                                          "\xef\xbb\xbf",
                                          "javascript:alert(1)",
                                          "-1",
                                          "0",
                                          "NaN",
                                          "1e309",
                                          "18446744073709551616",
                                          "-9223372036854775809",
                                          "null",
                                          "true",
                                          "[]",
                                          "{}",
                                          "*",
                                          "~",
                                          "."};

// As JSON, each a value that a member might be given.
std::vector<std::string> values() {
  std::vector<std::string> out{"null",
                               "true",
                               "0",
                               "-1",
                               "1.5",
                               "1e999",
                               "-1e999",
                               "1e-999",
                               "99999999999999999999",
                               "18446744073709551616",
                               "9223372036854775808",
                               "-9223372036854775809",
                               "2147483648",
                               "[]",
                               "{}",
                               "[null]",
                               "[[[[]]]]",
                               R"({"a":{"b":{}}})",
                               R"({"$ne":null})",
                               R"({"__proto__":{}})",
                               "\"\"",
                               "\" \"",
                               R"("\u0000")",
                               R"("a\u0000b")",
                               R"("\ud800")",
                               R"("\udc00\ud800")",
                               R"("\u202eabc")",
                               "\"\xff\"",
                               "\"\xc0\xaf\"",
                               "\"\xed\xa0\x80\"",
                               "\"\xf4\x90\x80\x80\"",
                               "\"a\nb\"",
                               std::string("\"a\0b\"", 5),
                               "\"" + std::string(60'000, 'a') + "\"",
                               "\"" + repeated("\xf0\x9f\x98\x80", 10'000) + "\"",
                               repeated("[", 500) + repeated("]", 500),
                               std::string(20'000, '9'),
                               "1." + std::string(20'000, '0')};
  for (const std::string& text : injections) {
    out.push_back(boost::json::serialize(boost::json::string(text.data(), text.size())));
  }
  return out;
}

std::string url_encoded(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) {
    constexpr char digits[] = "0123456789ABCDEF";
    if (std::isalnum(c)) {
      out += static_cast<char>(c);
    } else {
      out += {'%', digits[c >> 4], digits[c & 15]};
    }
  }
  return out;
}

using Members = std::vector<std::pair<std::string, std::string>>;  // name and JSON

std::string object_of(const Members& members) {
  std::string out = "{";
  for (const auto& [name, value] : members) {
    out += (out.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
  }
  return out + "}";
}

class HostileInput : public Hostile {
 protected:
  HostileInput() {
    std::vector<std::string> files;
    for (const auto& file : std::filesystem::directory_iterator(server_.folder() / "keys")) {
      if (file.path().extension() == ".pem") files.push_back(file.path().string());
    }
    const auto keys = std::make_shared<const auth::KeySet>(std::move(*auth::KeySet::load(files)));
    auth::ServiceToken service;
    service.name = "reporter";
    service.jti = "1";
    service_ = *auth::TokenAuthority(keys).make_service(service, 1, now());
  }

  // Signs in somebody whom the shell made an administrator: what an operator's browser might be
  // talked into sending must do as little harm as anybody's.
  std::string administrator() {
    if (chief_.id.empty()) {
      chief_ = registered("chief");
      promote(chief_);
    }
    return person_of(ask("POST", "/api/auth/login", "",
                         R"({"username":"chief","password":"a long pass phrase"})"))
        .access;
  }
  void promote(const Person& person) {
    store::sqlite::Options options;
    for (const auto& file : std::filesystem::directory_iterator(server_.folder())) {
      if (file.path().extension() == ".db") options.path = file.path().string();
    }
    const auto store = std::move(*store::sqlite::open(std::move(options)));
    runtime::QueueMailbox mailbox;
    std::optional<bool> done;
    store->set_role(base::UserId{std::stoll(person.id)}, "admin", {{}, "shell", "", ""}, now(),
                    runtime::Reply<store::Account>(mailbox, [&](base::Result<store::Account> r) {
                      done = static_cast<bool>(r);
                    }));
    while (!done) mailbox.run_all();
    EXPECT_TRUE(*done);
  }
  static base::UnixMs now() {
    return {std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::system_clock::now().time_since_epoch())
                .count()};
  }

  // Something that a member of this name might really be.
  std::string good(const ApiField& field) {
    static const std::map<std::string, std::string> known{{"email", "\"someone@example.org\""},
                                                          {"password", "\"a long pass phrase\""},
                                                          {"display_name", "\"Someone\""},
                                                          {"avatar", "\"fox\""},
                                                          {"game", "\"suspect\""},
                                                          {"as", "\"player\""},
                                                          {"queue", "\"suspect\""},
                                                          {"item", "\"frame.gold\""}};
    if (field.name == "username") return "\"user" + std::to_string(++fresh_) + "\"";
    if (const auto found = known.find(field.name); found != known.end()) return found->second;
    if (field.type == "integer" || field.type == "number") return "1";
    if (field.type == "boolean") return "false";
    if (field.type == "array") return "[]";
    if (field.type == "object") return "{}";
    return "\"x\"";
  }
  static std::string path_of(const ApiOperation& operation, const std::string& value = "1") {
    std::string out;
    bool inside = false;
    for (const char c : operation.path) {
      if (c == '{') out += value;
      if (c == '{' || c == '}')
        inside = c == '{';
      else if (!inside)
        out += c;
    }
    return out;
  }
  // The token of whoever may ask: an operation may sign its caller out, so it is looked up anew.
  std::string token_for(const ApiOperation& operation) {
    if (operation.path == "/api/game/result") return service_;
    if (operation.path.starts_with("/api/admin/")) return administrator();
    if (person_.access.empty() || ask("GET", "/api/users/me", person_.access).status != 200) {
      person_ = guest();
    }
    return person_.access;
  }
  HttpAnswer send(const ApiOperation& operation, const std::string& target,
                  const std::optional<std::string>& body, HttpHeaders headers = {}) {
    if (operation.method != "GET") {
      headers.try_emplace("Idempotency-Key", "key-" + std::to_string(++fresh_));
    }
    auto answer = ask(operation.method, target, token_, body, headers);
    if (answer.status == 401) {
      token_ = token_for(operation);
      answer = ask(operation.method, target, token_, body, headers);
    }
    return answer;
  }
  static void expect_refusal_of_rubbish(const HttpAnswer& answer, const std::string& about) {
    expect_discreet(answer, about);
    for (const auto& [name, value] : answer.headers) {
      for (const char* text : {"<script", "7*7", "jndi", "etc/passwd", "DROP TABLE"}) {
        EXPECT_EQ(value.find(text), std::string::npos) << about << ": in header " << name;
      }
    }
    EXPECT_EQ(answer.body.find("root:x:"), std::string::npos) << about;
  }

  std::string service_;
  std::string token_;
  Person person_;
  Person chief_;
  int fresh_ = 0;
};

// Otherwise the tables below would meet nothing but the doors.
TEST_F(HostileInput, TheAttackersGetPastTheDoors) {
  for (const ApiOperation& operation : api_operations()) {
    token_ = token_for(operation);
    const auto answer = ask("HEAD", "/api/users/me", token_);
    EXPECT_TRUE(answer.status == 200 || token_ == service_) << operation.path;
    if (operation.method != "GET" || !operation.path.starts_with("/api/admin/")) continue;
    EXPECT_NE(ask("GET", path_of(operation), token_).status, 403) << operation.path;
  }
}

TEST_F(HostileInput, EveryMemberOfEveryBody) {
  const auto all = values();
  for (const ApiOperation& operation : api_operations()) {
    if (!operation.has_body) continue;
    token_ = token_for(operation);
    for (const ApiField& attacked : operation.fields) {
      for (const std::string& value : all) {
        Members members;
        for (const ApiField& field : operation.fields) {
          members.emplace_back(field.name, &field == &attacked ? value : good(field));
        }
        const auto answer = send(operation, path_of(operation), object_of(members));
        expect_refusal_of_rubbish(answer, operation.method + " " + operation.path + " " +
                                              attacked.name + " = " + value.substr(0, 40));
      }
    }
    expect_alive();
  }
}

TEST_F(HostileInput, EveryBodyThatIsNoJsonObject) {
  const std::vector<std::string> wrong{
      "",
      " ",
      "null",
      "[]",
      "1",
      "\"text\"",
      "{",
      "}",
      "{]",
      "[{}]",
      "{}{}",
      "{} x",
      "{\"a\"}",
      "{a:1}",
      "{'a':1}",
      "{\"a\":1,}",
      "{\"a\":NaN}",
      "{\"a\":01}",
      "{\"a\":+1}",
      "{/**/}",
      "\xef\xbb\xbf{}",
      std::string("{\0\"\0a\0\"\0:\0\x31\0}\0", 14),
      std::string("{}\0", 3),
      "\xff\xfe",
      repeated("[", 30'000),
      repeated("{\"a\":", 10'000),
      "a=1&b=2",
      "<a/>",
      "{\"\\ud800\":1}",
      "{\"a\":\"\xff\"}",
      "{\"deep\":" + repeated("[", 100) + repeated("]", 100) + "}",
      "{\"deep\":" + repeated("{\"a\":", 100) + "1" + repeated("}", 100) + "}",
      "{\"a\":1,\"a\":2}",
      "{\"a\":{\"b\":1,\"b\":2}}",
      "{\"a\":1,\"\\u0061\":2}"};
  for (const ApiOperation& operation : api_operations()) {
    if (!operation.has_body) continue;
    token_ = token_for(operation);
    const std::string about = operation.method + " " + operation.path + " ";
    for (const std::string& body : wrong) {
      if (body.empty() && !operation.needs_body) continue;
      const auto answer = send(operation, path_of(operation), body);
      expect_refusal_of_rubbish(answer, about + body.substr(0, 40));
      EXPECT_EQ(answer.status / 100, 4) << about << body.substr(0, 40) << ": " << answer.status;
    }
    for (const char* type : {"text/plain", "application/xml", "multipart/form-data; boundary=a",
                             "application/x-www-form-urlencoded", "application/json5", ""}) {
      const auto answer = send(operation, path_of(operation), "{}", {{"Content-Type", type}});
      EXPECT_EQ(answer.status / 100, 4) << about << type;
      expect_discreet(answer, about + type);
    }
    for (const char* encoding : {"gzip", "br", "deflate", "zstd"}) {
      const auto answer =
          send(operation, path_of(operation), "{}", {{"Content-Encoding", encoding}});
      EXPECT_EQ(answer.status / 100, 4) << about << encoding;
    }
  }
  expect_alive();
}

TEST_F(HostileInput, EveryMemberTwiceIsRefused) {
  for (const ApiOperation& operation : api_operations()) {
    if (!operation.has_body) continue;
    token_ = token_for(operation);
    for (const ApiField& field : operation.fields) {
      Members members;
      for (const ApiField& each : operation.fields) members.emplace_back(each.name, good(each));
      members.emplace_back(field.name, good(field));
      const auto answer = send(operation, path_of(operation), object_of(members));
      EXPECT_EQ(answer.status / 100, 4)
          << operation.method << " " << operation.path << " took two " << field.name;
      expect_discreet(answer, operation.path);
    }
  }
}

TEST_F(HostileInput, EveryParameterOfEveryPathAndQuery) {
  for (const ApiOperation& operation : api_operations()) {
    token_ = token_for(operation);
    const std::string about = operation.method + " " + operation.path + " ";
    std::vector<std::string> targets;
    for (const std::string& text : injections) {
      const std::string value = url_encoded(text);
      if (operation.path.find('{') != std::string::npos)
        targets.push_back(path_of(operation, value));
      for (const std::string& name : operation.query) {
        targets.push_back(path_of(operation) + "?" + name + "=" + value);
      }
      if (operation.method == "GET") {
        targets.push_back(path_of(operation) + "?unknown" + value + "=" + value);
      }
    }
    for (const std::string& name : operation.query) {
      targets.push_back(path_of(operation) + "?" + name + "=1&" + name + "=2");
      targets.push_back(path_of(operation) + "?" + name + "[]=1");
      targets.push_back(path_of(operation) + "?" + name + "=" + std::string(6000, 'a'));
      targets.push_back(path_of(operation) + "?" + name + "=%ff%fe");
    }
    for (const std::string& target : targets) {
      const auto answer = send(operation, target, std::nullopt);
      expect_refusal_of_rubbish(answer, about + target.substr(0, 100));
    }
  }
  expect_alive();
}

TEST_F(HostileInput, EveryHeaderThatWeRead) {
  const Person person = guest();
  for (std::string text : injections) {
    if (text.find('\r') != std::string::npos || text[0] == ' ') continue;  // the table of the wire
    for (const char* name : {"Idempotency-Key", "User-Agent", "X-Forwarded-For", "Accept",
                             "Accept-Encoding", "If-None-Match", "Origin", "Cookie", "Referer",
                             "Content-Language", "Range", "Authorization"}) {
      for (const char* target : {"/api/users/me", "/", "/api/health"}) {
        auto headers = HttpHeaders{{"Authorization", "Bearer " + person.access}};
        headers[name] = text;
        const auto answer = http_request(api(), "GET", target, headers);
        expect_refusal_of_rubbish(answer, std::string(name) + ": " + text);
      }
      const auto answer =
          http_request(edge(), "GET", "/ws", {{"Upgrade", "websocket"}, {name, text}});
      EXPECT_EQ(answer.status / 100, 4) << name << ": " << text;
    }
  }
  expect_alive();
}

}  // namespace
}  // namespace whoosh::tests
