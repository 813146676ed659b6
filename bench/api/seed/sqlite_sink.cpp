#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>
#include <vector>

#include "bench/api/seed/sink.h"

namespace whoosh::bench {
namespace {

class SqliteSink final : public Sink {
 public:
  explicit SqliteSink(std::string path) : path_(std::move(path)) {
    check(sqlite3_open_v2(path_.c_str(), &db_, SQLITE_OPEN_READWRITE, nullptr));
    check(sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr));
    // A file that a crash spoils is seeded anew: no journal, no waiting for the disk until the end.
    execute("PRAGMA foreign_keys = OFF");
    execute("PRAGMA journal_mode = OFF");
    execute("PRAGMA synchronous = OFF");
    execute("PRAGMA cache_size = -2000000");
    execute("BEGIN EXCLUSIVE");
  }
  SqliteSink(const SqliteSink&) = delete;
  SqliteSink& operator=(const SqliteSink&) = delete;
  ~SqliteSink() override {
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
  }

  void table(std::string_view name, std::initializer_list<std::string_view> columns) override {
    sqlite3_finalize(insert_);
    insert_ = nullptr;
    const std::vector<std::string_view> marks(columns.size(), "?");
    const std::string sql = fmt::format("INSERT INTO {} ({}) VALUES ({})", name,
                                        fmt::join(columns, ", "), fmt::join(marks, ", "));
    check(sqlite3_prepare_v3(db_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &insert_, nullptr));
  }

  void row(std::initializer_list<Cell> cells) override {
    int at = 0;
    for (const Cell& cell : cells) {
      check(std::visit([&](const auto& value) { return bind(++at, value); }, cell));
    }
    const int done = sqlite3_step(insert_);
    sqlite3_reset(insert_);
    if (done != SQLITE_DONE) check(done);
  }

  void finish() override {
    execute("COMMIT");
    execute("PRAGMA synchronous = FULL");
    execute("PRAGMA journal_mode = WAL");
  }

  std::int64_t size_bytes() override {
    return static_cast<std::int64_t>(std::filesystem::file_size(path_));
  }

 private:
  int bind(int at, std::nullptr_t) { return sqlite3_bind_null(insert_, at); }
  int bind(int at, std::int64_t value) { return sqlite3_bind_int64(insert_, at, value); }
  int bind(int at, double value) { return sqlite3_bind_double(insert_, at, value); }
  int bind(int at, bool value) { return sqlite3_bind_int(insert_, at, value ? 1 : 0); }
  int bind(int at, std::string_view value) {
    return sqlite3_bind_text(insert_, at, value.data(), static_cast<int>(value.size()),
                             SQLITE_STATIC);
  }
  int bind(int at, Bytes bytes) {
    return sqlite3_bind_blob(insert_, at, bytes.value.data(), static_cast<int>(bytes.value.size()),
                             SQLITE_STATIC);
  }

  void execute(const char* sql) { check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
  void check(int code) {
    if (code != SQLITE_OK) throw std::runtime_error(path_ + ": " + sqlite3_errmsg(db_));
  }

  const std::string path_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

}  // namespace

std::unique_ptr<Sink> open_sqlite_sink(const std::string& path) {
  return std::make_unique<SqliteSink>(path);
}

}  // namespace whoosh::bench
