#include "store/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/assert.h"
#include "base/encoding.h"

namespace whoosh::store {
namespace {

base::Error refusal(std::string sentence) {
  return {base::ErrorCode::unavailable, std::move(sentence)};
}

bool knows(const std::vector<Migration>& known, const AppliedMigration& applied) {
  if (applied.version < 1 || applied.version > static_cast<std::int64_t>(known.size()))
    return false;
  return known[static_cast<std::size_t>(applied.version) - 1].checksum() == applied.checksum;
}

}  // namespace

std::int64_t Migration::checksum() const {
  return static_cast<std::int64_t>(base::hash64(sql));
}

std::vector<Migration> migrations_of(std::span<const base::EmbeddedFile> files) {
  std::vector<Migration> all;
  for (const base::EmbeddedFile& file : files) {
    Migration migration;
    migration.name = file.name.substr(0, file.name.rfind('.'));
    migration.sql = file.text;
    std::from_chars(file.name.data(), file.name.data() + file.name.size(), migration.version);
    all.push_back(migration);
    ASSERT(migration.version == static_cast<std::int32_t>(all.size()));
  }
  return all;
}

base::Result<SchemaStatus> compare_schema(const std::string& database,
                                          const std::vector<Migration>& known,
                                          const std::vector<AppliedMigration>& applied) {
  SchemaStatus status;
  status.known = static_cast<std::int32_t>(known.size());
  std::int64_t newest = 0;
  for (const AppliedMigration& row : applied) newest = std::max(newest, row.version);
  if (newest > status.known) {
    return refusal(
        fmt::format("{}: the database was made by a newer whoosh (schema {}, this one knows {}): "
                    "update whoosh",
                    database, newest, status.known));
  }
  for (const AppliedMigration& row : applied) {
    if (knows(known, row)) continue;
    return refusal(
        fmt::format("{}: migration {} of this database is not the one that this whoosh knows",
                    database, row.name));
  }
  status.version = static_cast<std::int32_t>(newest);
  for (const Migration& migration : known) {
    if (migration.version > status.version) status.pending.emplace_back(migration.name);
  }
  return status;
}

base::Result<> check_current(const std::string& database, const SchemaStatus& schema) {
  if (schema.pending.empty()) return {};
  return refusal(
      fmt::format("{}: the database has schema {}, this whoosh needs {}: run `whoosh migrate`",
                  database, schema.version, schema.known));
}

}  // namespace whoosh::store
