// Sink: where seeded rows go, table by table: an SQLite file in one transaction, or a PostgreSQL
// server by COPY. Both write past triggers and foreign keys, so what is written must hold together
// by itself; whoever seeds verifies it afterwards. Owner: main(); one thread. Errors are thrown as
// std::runtime_error and end the tool.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace whoosh::bench {

struct Bytes {
  std::string_view value;
};

// nullptr: NULL.
using Cell = std::variant<std::nullptr_t, std::int64_t, double, bool, std::string_view, Bytes>;

class Sink {
 public:
  virtual ~Sink() = default;
  // The rows up to the next call are of this table and have these columns.
  virtual void table(std::string_view name, std::initializer_list<std::string_view> columns) = 0;
  virtual void row(std::initializer_list<Cell> cells) = 0;
  // Commits and, on PostgreSQL, sets the counters of ids behind the largest and gathers statistics.
  virtual void finish() = 0;
  [[nodiscard]] virtual std::int64_t size_bytes() = 0;  // of the whole database
};

[[nodiscard]] std::unique_ptr<Sink> open_sqlite_sink(const std::string& path);
// REQUIRES: a superuser (who alone may switch triggers off for himself).
[[nodiscard]] std::unique_ptr<Sink> open_postgres_sink(const std::string& conninfo);

}  // namespace whoosh::bench
