// Goal: docs/openapi.yaml, docs/API.md and the running router say the same. Method: the operations
// of both are compared both ways; every answer that any test of this binary has seen must be
// documented; and, when the whole binary ran, every documented answer must have been seen
// (openapi.yaml is block style with two spaces, so operations and statuses are read off by
// indentation; redocly checks that it is YAML).
#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "base/error.h"
#include "services/api/harness.h"

namespace whoosh::api {
namespace {

std::string file_text(const std::string& name) {
  std::ifstream file(std::string(WHOOSH_SOURCE_DIR) + "/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The key of a line with exactly this indentation; "" if it is none.
std::string key_at(const std::string& line, std::size_t indentation) {
  if (line.find_first_not_of(' ') != indentation || !line.ends_with(':')) return {};
  std::string key = line.substr(indentation, line.size() - indentation - 1);
  if (key.starts_with('\'')) key = key.substr(1, key.size() - 2);
  return key;
}

// "GET /api/users/{id}" -> its documented statuses.
std::map<std::string, std::set<int>> documented() {
  std::map<std::string, std::set<int>> out;
  std::istringstream lines(file_text("docs/openapi.yaml"));
  std::string path;
  std::string operation;
  bool in_paths = false;
  bool in_responses = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != ' ' && line[0] != '#') in_paths = line == "paths:";
    if (!in_paths) continue;
    if (const auto key = key_at(line, 2); !key.empty()) path = key;
    if (const auto key = key_at(line, 4); !key.empty()) {
      operation.clear();
      for (const char c : key) operation += static_cast<char>(std::toupper(c));
      operation += " " + path;
      out[operation];
    }
    if (const auto key = key_at(line, 6); !key.empty()) in_responses = key == "responses";
    const auto status = key_at(line, 8);
    if (in_responses && !status.empty()) out.at(operation).insert(std::stoi(status));
  }
  return out;
}

TEST(OpenApi, has_exactly_the_routes_of_the_router) {
  Harness h;
  std::set<std::string> in_document;
  for (const auto& [operation, statuses] : documented()) in_document.insert(operation);
  EXPECT_EQ(in_document, h.operations());
}

TEST(OpenApi, every_operation_documents_success_and_trouble) {
  for (const auto& [operation, statuses] : documented()) {
    EXPECT_TRUE(!statuses.empty() && *statuses.begin() < 300) << operation;
    EXPECT_TRUE(statuses.contains(500) && statuses.contains(503)) << operation;
  }
}

// docs/API.md has one row per code: | `room_full` | 409 | The room is full. |
TEST(ApiPage, lists_every_error_code) {
  const std::string page = file_text("docs/API.md");
  std::size_t codes = 0;
#define X(name, status, sentence)                                                       \
  ++codes;                                                                              \
  EXPECT_NE(page.find("| `" #name "` | " #status " | " + std::string(sentence) + " |"), \
            std::string::npos)                                                          \
      << "docs/API.md lacks: | `" #name "` | " #status " | " << sentence << " |";
  WHOOSH_ERRORS(X)
#undef X
  const std::regex row("\n\\| `[a-z_]+` \\| [0-9]{3} \\|");
  const auto rows = static_cast<std::size_t>(
      std::distance(std::sregex_iterator(page.begin(), page.end(), row), std::sregex_iterator()));
  EXPECT_EQ(rows, codes) << "the page lists a code that is none";
}

// The last column of the page's table of routes names a test of this binary: | `Suite.name` |
TEST(ApiPage, names_tests_that_are_there) {
  std::set<std::string> tests;
  const auto* const all = ::testing::UnitTest::GetInstance();
  for (int i = 0; i < all->total_test_suite_count(); ++i) {
    const auto* const suite = all->GetTestSuite(i);
    for (int j = 0; j < suite->total_test_count(); ++j) {
      tests.insert(std::string(suite->name()) + "." + suite->GetTestInfo(j)->name());
    }
  }
  const std::string page = file_text("docs/API.md");
  const std::regex named("\\| `([A-Za-z]+\\.[a-z_0-9]+)` \\|\n");
  int rows = 0;
  for (std::sregex_iterator at(page.begin(), page.end(), named), end; at != end; ++at, ++rows) {
    EXPECT_TRUE(tests.contains((*at)[1])) << (*at)[1] << " is no test";
  }
  EXPECT_GE(rows, 44);
}

// Every operation of openapi.yaml is in the page's table.
TEST(ApiPage, has_every_route) {
  const std::string page = file_text("docs/API.md");
  for (const auto& [operation, statuses] : documented()) {
    const auto blank = operation.find(' ');
    const std::string path = operation.substr(blank + 1);
    EXPECT_NE(page.find(path), std::string::npos) << operation;
  }
}

// Where 403 has another cause than a ban, which ends the tokens, too, so that it is hardly seen.
bool forbids(const std::string& operation) {
  return operation.find("/api/admin/") != operation.npos ||
         operation == "POST /api/rooms/{code}/join" || operation == "POST /api/auth/login" ||
         operation == "POST /api/auth/password" || operation == "POST /api/store/purchase" ||
         operation == "POST /api/economy/daily" || operation == "GET /api/economy/daily" ||
         operation == "POST /api/game/result";
}

// What no test here can bring about, and why.
bool can_be_unseen(const std::string& operation, int status) {
  if (status == 500) return true;  // a bug
  if (status == 503 || status == 413 || status == 415 || status == 429)
    return true;  // one way for all
  if (status == 403) return !forbids(operation);
  if (status == 409) return operation == "POST /api/match/join";  // needs a second queue
  const bool takes_nothing = operation == "GET /api/games" || operation == "GET /api/health" ||
                             operation == "GET /.well-known/jwks.json";
  return status == 400 && takes_nothing;  // bytes that are no HTTP: libs/http/server_test.cpp
}

class Coverage final : public ::testing::Environment {
 public:
  void TearDown() override {
    const auto document = documented();
    for (const auto& [operation, status] : Harness::seen()) {
      const auto found = document.find(operation);
      EXPECT_TRUE(found != document.end() && found->second.contains(status))
          << "docs/openapi.yaml lacks " << status << " of " << operation;
    }
    if (::testing::GTEST_FLAG(filter) != "*") return;
    for (const auto& [operation, statuses] : document) {
      for (const int status : statuses) {
        EXPECT_TRUE(Harness::seen().contains({operation, status}) ||
                    can_be_unseen(operation, status))
            << "no test has seen " << status << " of " << operation;
      }
    }
  }
};
[[maybe_unused]] const auto* const coverage =
    ::testing::AddGlobalTestEnvironment(new Coverage);  // gtest owns it

}  // namespace
}  // namespace whoosh::api
