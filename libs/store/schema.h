// What there is to say of a database's schema, the same for every adapter that has one: its
// migrations, numbered SQL files that the build puts in, and whether a database can be used with
// them. Adapters read what a database says of itself, and lock. Values; pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded.h"
#include "base/result.h"

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

struct Migration {
  std::int32_t version = 0;  // 1, 2, 3, …
  std::string_view name;     // "0001_accounts"
  std::string_view sql;
  [[nodiscard]] std::int64_t checksum() const;  // of the SQL
};

// A row of a database's schema_migrations.
struct AppliedMigration {
  std::int64_t version = 0;
  std::string name;
  std::int64_t checksum = 0;
};

// REQUIRES: files named NNNN_what.sql, numbered from 1 without a gap, in this order.
[[nodiscard]] std::vector<Migration> migrations_of(std::span<const base::EmbeddedFile> files);

// What a database has and lacks. unavailable: it was made by a newer build, or by one whose
// migration of the same number had another text. `database` begins the sentence.
[[nodiscard]] base::Result<SchemaStatus> compare_schema(
    const std::string& database, const std::vector<Migration>& known,
    const std::vector<AppliedMigration>& applied);

// unavailable: it lacks migrations, and what to do.
[[nodiscard]] base::Result<> check_current(const std::string& database, const SchemaStatus& schema);

}  // namespace whoosh::store
