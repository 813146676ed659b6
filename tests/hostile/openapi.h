// What docs/openapi.yaml says of every operation, as far as an attacker needs it: method, path,
// parameters, members of the body. The file is block style with two spaces (its head says so, and
// services/api/openapi_test.cpp relies on it, too), so indentation tells everything.
#pragma once

#include <string>
#include <vector>

namespace whoosh::tests {

struct ApiField {
  std::string name;
  std::string type;  // "string", "integer", …; "": a reference
};

struct ApiOperation {
  std::string method;              // "POST"
  std::string path;                // "/api/rooms/{code}/join"
  std::vector<std::string> query;  // names
  bool has_body = false;
  bool needs_body = false;
  std::vector<ApiField> fields;  // of the body
};

// Fails the running test when the document can't be read or has no operations.
[[nodiscard]] std::vector<ApiOperation> api_operations();

}  // namespace whoosh::tests
