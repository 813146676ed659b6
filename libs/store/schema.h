// What there is to say of a database's schema, the same for every adapter that has one. Values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace whoosh::store {

struct MigrationReport {
  std::int32_t from = 0;  // version found; 0: an empty database
  std::int32_t to = 0;
  std::vector<std::string> applied;  // "0001_accounts"
};

struct SchemaStatus {
  std::int32_t version = 0;  // of the database; 0: empty
  std::int32_t known = 0;    // newest of this build
  std::vector<std::string> pending;
};

}  // namespace whoosh::store
