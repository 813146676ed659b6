#include "store/sqlite/migrate.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <span>
#include <system_error>
#include <thread>
#include <utility>

#include "base/assert.h"
#include "base/embedded.h"
#include "base/text.h"

namespace whoosh::store::sqlite {

std::span<const base::EmbeddedFile> embedded();  // migrations/*.sql

namespace {

constexpr std::int64_t application_id =
    0x57'48'4f'4f;  // "WHOO", so that nobody else's file is touched

Refused refusal(std::string sentence) {
  return Refused{{base::ErrorCode::unavailable, std::move(sentence)}};
}

std::int64_t scalar(Connection& db, std::string_view sql) {
  Statement row = db.query(sql);
  ASSERT(row.step());
  return row.integer(0);
}

std::vector<AppliedMigration> applied_to(Connection& db) {
  Statement row = db.query("SELECT version, name, checksum FROM schema_migrations");
  std::vector<AppliedMigration> rows;
  while (row.step()) rows.push_back({row.integer(0), row.text(1), row.integer(2)});
  return rows;
}

void apply(Connection& db, const Migration& migration) {
  db.execute(
      "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, "
      "name TEXT NOT NULL, applied_at INTEGER NOT NULL, checksum INTEGER NOT NULL) STRICT");
  db.execute(fmt::format("PRAGMA application_id = {}", application_id));
  db.execute(std::string(migration.sql));
  db.run(
      "INSERT INTO schema_migrations (version, name, applied_at, checksum) "
      "VALUES (?, ?, unixepoch() * 1000, ?)",
      migration.version, migration.name, migration.checksum());
}

// Another process may be switching the same new file at this moment, which SQLite answers with BUSY
// at once.
void use_wal(Connection& db, const std::string& path) {
  using namespace std::chrono_literals;
  constexpr int attempts_max = 250;
  for (int attempt = 1;; ++attempt) {
    try {
      Statement row = db.query("PRAGMA journal_mode = WAL");
      if (row.step() && row.text(0) == "wal") return;
      throw refusal(
          fmt::format("{}: this file system can't hold a database (no shared memory "
                      "for its write-ahead log): choose a local folder",
                      path));
    } catch (const SqliteError& error) {
      if ((error.code() & 0xff) != SQLITE_BUSY || attempt == attempts_max) throw;
      std::this_thread::sleep_for(20ms);
    }
  }
}

// The file holds password hashes: only its owner may read it. SQLite gives its side files the same
// mode.
void make_private_file(const std::string& path) {
  if (::mknod(path.c_str(), S_IFREG | S_IRUSR | S_IWUSR, 0) == 0 || errno == EEXIST) return;
  throw refusal(
      fmt::format("{}: can't make the database: {}", path, std::generic_category().message(errno)));
}

MigrationReport migrate_file(const std::string& path) {
  make_private_file(path);
  Connection db(path, Access::create);
  db.define("fold", base::fold);  // of 0004_sessions_moderation.sql
  MigrationReport report;
  {
    const Transaction snapshot(db, Transaction::Kind::read);
    report.from = read_status(db, path).version;
  }
  use_wal(db, path);
  for (const Migration& migration : migrations_of(embedded())) {
    Transaction transaction(db, Transaction::Kind::write);
    report.to = read_status(db, path).version;
    if (report.to >= migration.version) continue;
    apply(db, migration);
    transaction.commit();
    report.applied.emplace_back(migration.name);
    report.to = migration.version;
  }
  return report;
}

}  // namespace

SchemaStatus read_status(Connection& db, const std::string& path) {
  const std::int64_t id = scalar(db, "PRAGMA application_id");
  const std::int64_t tables = scalar(db, "SELECT count(*) FROM sqlite_schema");
  if (id != application_id && (id != 0 || tables != 0)) {
    throw refusal(fmt::format("{}: this is the database of another program", path));
  }
  const auto applied = tables == 0 ? std::vector<AppliedMigration>() : applied_to(db);
  auto status = compare_schema(path, migrations_of(embedded()), applied);
  if (!status) throw Refused{status.error()};
  return std::move(*status);
}

base::Error explain(const std::string& path, const SqliteError& error) {
  std::error_code ignored;
  const std::filesystem::path file(path);
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  std::string why;
  switch (error.code() & 0xff) {
    case SQLITE_NOTADB:
      why = "this file is not a database";
      break;
    case SQLITE_CORRUPT:
      why = "the database is damaged: restore a backup";
      break;
    case SQLITE_READONLY:
      why = "the database is not writable";
      break;
    case SQLITE_PERM:
    case SQLITE_AUTH:
      why = "no right to open the database";
      break;
    case SQLITE_FULL:
      why = "the disk is full";
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      why = "another program holds the database: stop it first";
      break;
    case SQLITE_CANTOPEN:
      if (!std::filesystem::is_directory(folder, ignored)) {
        why = fmt::format("there is no folder {}", folder.string());
      } else if (std::filesystem::is_directory(file, ignored)) {
        why = "this is a folder, not a database file";
      } else if (!std::filesystem::exists(file, ignored)) {
        why = "there is no database yet: run `whoosh migrate`";
      } else {
        why = "no right to open the database";
      }
      break;
    default:
      why = fmt::format("the database can't be used: {}", error.what());
      break;
  }
  return {base::ErrorCode::unavailable, fmt::format("{}: {}", path, why)};
}

base::Result<MigrationReport> migrate(const std::string& path) {
  return guarded<MigrationReport>(path, [&] { return migrate_file(path); });
}

base::Result<SchemaStatus> status(const std::string& path) {
  return guarded<SchemaStatus>(path, [&] {
    Connection db(path, Access::write);
    const Transaction snapshot(db, Transaction::Kind::read);
    return read_status(db, path);
  });
}

}  // namespace whoosh::store::sqlite
