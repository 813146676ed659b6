// Source: the embedded store that a transfer reads: locked against everybody else as long as it
// lives. Owner and thread: the transfer's. Throws sqlite::SqliteError and sqlite::Refused.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <vector>

namespace whoosh::store::transfer {

class Source {
 public:
  // Refused when the file is not there, has not this version's schema, or is in use.
  explicit Source(const std::string& path);

  // Its own tables, without the record of migrations.
  [[nodiscard]] std::vector<std::string> tables();
  [[nodiscard]] std::vector<std::string> columns(const std::string& table);

  using Rows = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;
  [[nodiscard]] Rows query(const std::string& sql);
  // False: no further row.
  bool step(Rows& rows);

 private:
  [[noreturn]] void fail(int code);

  const std::string path_;
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> handle_;
};

}  // namespace whoosh::store::transfer
