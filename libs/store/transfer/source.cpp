#include "store/transfer/source.h"

#include <fmt/format.h>

#include <filesystem>

#include "store/sqlite/database.h"
#include "store/sqlite/sqlite.h"

namespace whoosh::store::transfer {
namespace {

sqlite::Refused refusal(std::string sentence) {
  return {{base::ErrorCode::unavailable, std::move(sentence)}};
}

std::string text_of(sqlite3_stmt* row) {
  return reinterpret_cast<const char*>(sqlite3_column_text(row, 0));
}

}  // namespace

Source::Source(const std::string& path) : path_(path), handle_(nullptr, &sqlite3_close) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    throw refusal(fmt::format("{}: there is no such database", path));
  }
  const auto status = sqlite::status(path);
  if (!status) throw refusal(std::string(status.error().sentence()));
  if (const auto current = check_current(path, *status); !current)
    throw refusal(std::string(current.error().sentence()));
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, nullptr);
  handle_.reset(opened);
  if (code != SQLITE_OK) fail(code);
  // In WAL mode every user of the file holds a shared lock on it as long as it is open, so this
  // fails while there is one (https://sqlite.org/wal.html, "Use of WAL Without Shared-Memory").
  const int locked = sqlite3_exec(handle_.get(), "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE",
                                  nullptr, nullptr, nullptr);
  if ((locked & 0xff) == SQLITE_BUSY) {
    throw refusal(fmt::format("{}: the database is in use: stop the whoosh that uses it", path));
  }
  if (locked != SQLITE_OK) fail(locked);
}

std::vector<std::string> Source::tables() {
  Rows rows = query(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE "
      "'\\' AND name <> 'schema_migrations' ORDER BY name");
  std::vector<std::string> names;
  while (step(rows)) names.push_back(text_of(rows.get()));
  return names;
}

std::vector<std::string> Source::columns(const std::string& table) {
  Rows rows = query(fmt::format("SELECT name FROM pragma_table_info('{}') ORDER BY name", table));
  std::vector<std::string> names;
  while (step(rows)) names.push_back(text_of(rows.get()));
  return names;
}

Source::Rows Source::query(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &statement, nullptr);
  if (code != SQLITE_OK) fail(code);
  return {statement, &sqlite3_finalize};
}

bool Source::step(Rows& rows) {
  const int code = sqlite3_step(rows.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) fail(code);
  return code == SQLITE_ROW;
}

void Source::fail(int code) {
  throw sqlite::SqliteError(
      code, handle_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle_.get()));
}

}  // namespace whoosh::store::transfer
