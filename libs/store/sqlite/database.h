// A thin RAII layer over SQLite's C interface: Connection, Statement, Savepoint. Nothing here knows
// the schema.
//
// Owner: one Connection per thread of the store (it is opened without SQLite's own mutexes); its
// Statements live shorter. Errors are thrown as SqliteError and caught where a job ends (workers.h,
// migrate.cpp): none leaves the adapter.
//
// Invariants: 1. a statement is prepared once per connection and text; 2. a Statement that goes out
// of scope is reset, so it holds no read snapshot; 3. two live Statements of one connection never
// share a text.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace whoosh::store::sqlite {

class SqliteError : public std::runtime_error {
 public:
  SqliteError(int code, const std::string& what) : std::runtime_error(what), code_(code) {}
  [[nodiscard]] int code() const { return code_; }  // an extended result code
  [[nodiscard]] bool is_constraint() const;
  // What a caller of the port sees: unavailable, or internal when the fault is ours.
  [[nodiscard]] base::Error error() const;

 private:
  int code_;
};

// Ends a job: everything that it wrote is undone, and this is its answer.
struct Refused {
  base::Error error;
};

struct Blob {
  std::string_view bytes;
};

class Connection;

// A prepared statement as its connection keeps it.
struct Prepared {
  sqlite3_stmt* handle = nullptr;
  bool busy = false;
};

class Statement {
 public:
  template <class... Args>
  Statement(Connection& connection, Prepared& prepared, const Args&... args)
      : Statement(connection, prepared) {
    [[maybe_unused]] int at = 0;
    (bind(++at, args), ...);
  }
  Statement(Connection& connection, Prepared& prepared);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // True: a row is there to be read; false: done.
  bool step();

  void bind(int at, std::int64_t value);
  void bind(int at, std::int32_t value) { bind(at, std::int64_t{value}); }
  void bind(int at, std::uint32_t value) { bind(at, std::int64_t{value}); }
  void bind(int at, bool value) { bind(at, std::int64_t{value ? 1 : 0}); }
  void bind(int at, double value);
  void bind(int at, std::string_view value);
  void bind(int at, const std::string& value) { bind(at, std::string_view(value)); }
  void bind(int at, const char* value) { bind(at, std::string_view(value)); }
  void bind(int at, Blob value);
  void bind(int at, std::nullopt_t);
  void bind(int at, base::UserId value) { bind(at, value.value); }
  void bind(int at, base::UnixMs value) { bind(at, value.value); }
  void bind(int at, const base::MatchId& value);
  template <class T>
  void bind(int at, const std::optional<T>& value) {
    if (value) {
      bind(at, *value);
    } else {
      bind(at, std::nullopt);
    }
  }

  // Columns of the present row, from 0.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::int32_t int32(
      int column) const;  // throws SqliteError (damaged) beyond 32 bits
  [[nodiscard]] bool flag(int column) const { return integer(column) != 0; }
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string text(int column) const;  // text or blob; NULL gives ""
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::optional<std::string> optional_text(int column) const;
  [[nodiscard]] base::UnixMs time(int column) const { return {integer(column)}; }
  [[nodiscard]] base::MatchId match_id(int column) const;  // throws as int32()

 private:
  Connection& connection_;
  Prepared& prepared_;
  sqlite3_stmt* handle_;
};

enum class Access : std::uint8_t { read, write, create };

class Connection {
 public:
  // Throws SqliteError. Sets busy_timeout, foreign_keys; for writers synchronous=FULL (what is
  // committed is on the disk) and secure_delete (what is erased is overwritten).
  Connection(const std::string& path, Access access);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Makes a function of one text known to SQL on this connection.
  void define(const char* name, std::string (*function)(std::string_view));
  // False: SQLite opened a file without write permission for reading, though writing was asked for.
  [[nodiscard]] bool is_writable() const;
  // Statements without parameters and rows; several are fine. Not cached.
  void execute(const std::string& sql);
  // A statement with its parameters bound. REQUIRES: few different texts (each is prepared once and
  // kept).
  template <class... Args>
  [[nodiscard]] Statement query(std::string_view sql, const Args&... args) {
    return Statement(*this, prepare(sql), args...);
  }
  // Runs to the end; answers how many rows changed.
  template <class... Args>
  std::int64_t run(std::string_view sql, const Args&... args) {
    Statement statement = query(sql, args...);
    while (statement.step()) {
    }
    return changes();
  }

  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] std::int64_t last_insert_id() const;
  // False also after SQLite undid a transaction by itself (disk full, I/O error).
  [[nodiscard]] bool in_transaction() const;
  [[noreturn]] void fail(int code) const;

 private:
  friend class Statement;
  Prepared& prepare(std::string_view sql);
  void close();

  sqlite3* handle_ = nullptr;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view sql) const {
      return std::hash<std::string_view>{}(sql);
    }
  };
  std::unordered_map<std::string, Prepared, TextHash, std::equal_to<>> statements_;
};

// BEGIN … COMMIT; destroyed before commit() it rolls back.
class Transaction {
 public:
  enum class Kind : std::uint8_t { read, write };
  Transaction(Connection& connection, Kind kind);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

// A part of a transaction that is undone alone; destroyed before release() it rolls back. One at a
// time.
class Savepoint {
 public:
  explicit Savepoint(Connection& connection);
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  ~Savepoint();
  void release();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace whoosh::store::sqlite
