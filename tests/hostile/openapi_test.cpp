// Goal: the reader of docs/openapi.yaml sees what is there; a reader that saw nothing would make
// every attack below it pass. Method: a few operations that can't go away.
#include "tests/hostile/openapi.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>

namespace whoosh::tests {
namespace {

// The key of a line with exactly this indentation ("" if it is none) and what follows it.
std::pair<std::string, std::string> member_at(const std::string& line, std::size_t indentation) {
  if (line.find_first_not_of(' ') != indentation) return {};
  const auto colon = line.find(':');
  if (colon == line.npos) return {};
  std::string key = line.substr(indentation, colon - indentation);
  std::string value = colon + 2 < line.size() ? line.substr(colon + 2) : "";
  return {key, value};
}

std::string after(const std::string& line, const std::string& mark) {
  const auto at = line.find(mark);
  if (at == line.npos) return {};
  return line.substr(at + mark.size(), line.find('\'', at + mark.size()) - at - mark.size());
}

class Reader {
 public:
  std::vector<ApiOperation> read() {
    std::ifstream file(WHOOSH_SOURCE_DIR "/docs/openapi.yaml");
    EXPECT_TRUE(file.is_open());
    std::string part;
    for (std::string line; std::getline(file, line);) {
      if (!line.empty() && line[0] != ' ' && line[0] != '#') part = line;
      if (part == "paths:") in_paths(line);
      if (part == "components:") in_components(line);
    }
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      if (!bodies_[i].empty()) operations_[i].fields = schemas_[bodies_[i]];
    }
    EXPECT_FALSE(operations_.empty());
    return operations_;
  }

 private:
  void in_paths(const std::string& line) {
    if (const auto [key, value] = member_at(line, 2); !key.empty()) path_ = key;
    if (const auto [key, value] = member_at(line, 4); !key.empty()) {
      ApiOperation operation;
      for (const char c : key) operation.method += static_cast<char>(std::toupper(c));
      operation.path = path_;
      operations_.push_back(operation);
      bodies_.emplace_back();
    }
    if (operations_.empty()) return;
    if (const auto [key, value] = member_at(line, 6); !key.empty()) section_ = key;
    if (section_ == "requestBody") {
      operations_.back().has_body = true;
      if (member_at(line, 8) == std::pair<std::string, std::string>{"required", "true"}) {
        operations_.back().needs_body = true;
      }
      if (const auto schema = after(line, "#/components/schemas/"); !schema.empty()) {
        bodies_.back() = schema;
      }
    }
    if (section_ != "parameters") return;
    if (const auto name = after(line + "'", "- name: "); !name.empty()) parameter_ = name;
    if (line.find("in: query") != line.npos) operations_.back().query.push_back(parameter_);
  }
  void in_components(const std::string& line) {
    if (const auto [key, value] = member_at(line, 2); !key.empty()) section_ = key;
    if (section_ != "schemas") return;
    if (const auto [key, value] = member_at(line, 4); !key.empty()) schema_ = key;
    if (const auto [key, value] = member_at(line, 6); !key.empty()) property_ = key == "properties";
    if (!property_) return;
    if (const auto [key, value] = member_at(line, 8); !key.empty()) {
      schemas_[schema_].push_back({key, ""});
    }
    auto& fields = schemas_[schema_];
    const auto [key, value] = member_at(line, 10);
    if (key == "type" && !fields.empty()) fields.back().type = value;
  }

  std::vector<ApiOperation> operations_;
  std::vector<std::string> bodies_;  // of the operation at the same place: name of its schema
  std::map<std::string, std::vector<ApiField>> schemas_;
  std::string path_, section_, parameter_, schema_;
  bool property_ = false;
};

}  // namespace

std::vector<ApiOperation> api_operations() {
  return Reader().read();
}

TEST(HostileReader, SeesWhatTheDocumentHas) {
  const auto operations = api_operations();
  const auto find = [&](const std::string& method, const std::string& path) {
    return std::find_if(operations.begin(), operations.end(), [&](const ApiOperation& o) {
      return o.method == method && o.path == path;
    });
  };
  const auto registering = find("POST", "/api/auth/register");
  ASSERT_NE(registering, operations.end());
  ASSERT_EQ(registering->fields.size(), 3u);
  EXPECT_EQ(registering->fields[0].name, "username");
  EXPECT_EQ(registering->fields[0].type, "string");
  EXPECT_TRUE(registering->needs_body);
  EXPECT_FALSE(find("POST", "/api/auth/guest")->needs_body);
  const auto patch = find("PATCH", "/api/users/me");
  ASSERT_NE(patch, operations.end());
  EXPECT_GE(patch->fields.size(), 4u);
  const auto rooms = find("GET", "/api/rooms");
  ASSERT_NE(rooms, operations.end());
  EXPECT_FALSE(rooms->query.empty());
  EXPECT_FALSE(rooms->has_body);
  for (const auto& operation : operations) {
    EXPECT_FALSE(operation.has_body && operation.fields.empty())
        << operation.method << " " << operation.path << " takes a body of which nothing is read";
  }
}

}  // namespace whoosh::tests
