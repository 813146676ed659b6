// A thin RAII layer over libpq: Connection, Params, Rows, Transaction. Nothing here knows the
// schema.
//
// Owner: one Connection per thread of the store; its Rows may live longer. Errors are thrown as
// PgError and caught where a job ends (workers.h, migrate.h): none leaves the adapter.
//
// Pipelining: send() and later() only queue a statement; take(), query() and run() write what is
// queued at once and wait. A transaction of twenty statements whose answers nobody needs in between
// costs one round trip.
//
// Outside of a Transaction, statements that are sent before the first take() are one implicit
// transaction: they travel together, and if one fails, none has an answer.
//
// Behind a pooler (pgbouncer and its like, in whatever mode) the next transaction may run in
// another server process. It shows: the process that answers is not the one that the connection was
// given the number of. Nothing is then left in a session: statements are sent without a name, with
// their text, and each transaction brings its own settings. That costs a parse and a plan per
// statement.
//
// Invariants: 1. a statement is prepared once per connection and text, or never; 2. libpq is
// non-blocking and every wait has a deadline, past which the connection counts as lost; 3. outside
// of a Transaction each query() is its own; 4. after an error the connection is either clean and
// idle, or is_lost().
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "store/postgres/params.h"

namespace whoosh::store::postgres {

// The store is away, and it is worth asking again.
[[nodiscard]] base::Error away();

class PgError : public std::runtime_error {
 public:
  // sqlstate: five characters; empty: the connection itself failed.
  PgError(std::string sqlstate, std::string constraint, const std::string& what)
      : std::runtime_error(what),
        sqlstate_(std::move(sqlstate)),
        constraint_(std::move(constraint)) {}

  [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }
  [[nodiscard]] const std::string& constraint() const { return constraint_; }
  [[nodiscard]] bool is_unique_violation() const { return sqlstate_ == "23505"; }
  // The server undid the transaction because of another one: the same again may succeed.
  [[nodiscard]] bool is_collision() const { return sqlstate_ == "40001" || sqlstate_ == "40P01"; }
  // This server does not serve us any more: stopping, starting, or only a standby by now.
  [[nodiscard]] bool is_farewell() const;
  // What a caller of the port sees: unavailable, or internal when the fault is ours.
  [[nodiscard]] base::Error error() const;

 private:
  std::string sqlstate_;
  std::string constraint_;
};

// Ends a job: everything that it wrote is undone, and this is its answer.
struct Refused {
  base::Error error;
};

// The answer to one statement, read row by row.
class Rows {
 public:
  explicit Rows(PGresult* result) : result_(result, &PQclear) {}

  // True: a row is there to be read; false: done.
  bool step();
  [[nodiscard]] std::int64_t changes() const;

  // Columns of the present row, from 0. A type that does not fit is thrown as PgError.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::int32_t int32(int column) const;
  [[nodiscard]] bool flag(int column) const { return integer(column) != 0; }
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string text(int column) const;  // text or bytea; NULL gives ""
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::optional<std::string> optional_text(int column) const;
  [[nodiscard]] base::UnixMs time(int column) const { return {integer(column)}; }
  [[nodiscard]] base::UserId user(int column) const { return base::UserId{integer(column)}; }
  [[nodiscard]] base::MatchId match_id(int column) const;

 private:
  [[nodiscard]] std::string_view bytes(int column) const;

  std::unique_ptr<PGresult, decltype(&PQclear)> result_;
  int row_ = -1;
};

struct Timeouts {
  std::chrono::seconds connect{5};  // per address; a connect_timeout of the string goes before it
  std::chrono::seconds statement{15};  // the server gives the statement up
  std::chrono::seconds lock{10};       // the server gives waiting for a row up
  std::chrono::seconds answer{20};     // the connection counts as lost
};

class Connection {
 public:
  // Connects, which may block for timeouts.connect. Throws PgError.
  Connection(const std::string& conninfo, const Timeouts& timeouts);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  using Number = std::int64_t;
  // Queues a statement; its Rows are taken later, in any order.
  template <class... Args>
  [[nodiscard]] Number send(std::string_view sql, const Args&... args) {
    return enqueue(sql, Params(args...), true);
  }
  [[nodiscard]] Rows take(Number number);
  // Queues a statement whose rows nobody needs; its error shows at the next take() or at commit.
  template <class... Args>
  void later(std::string_view sql, const Args&... args) {
    enqueue(sql, Params(args...), false);
  }
  template <class... Args>
  [[nodiscard]] Rows query(std::string_view sql, const Args&... args) {
    return take(send(sql, args...));
  }
  // Answers how many rows changed.
  template <class... Args>
  std::int64_t run(std::string_view sql, const Args&... args) {
    return query(sql, args...).changes();
  }
  // Statements without parameters and rows; several are fine. Not prepared.
  void execute(const std::string& sql);

  // Sends what is queued and waits for all of it. ENSURES: nothing is under way.
  void finish();
  [[nodiscard]] bool is_lost() const;
  // True from the moment that a COMMIT may have reached the server until its answer is here.
  [[nodiscard]] bool is_commit_open() const { return commit_open_; }
  [[nodiscard]] int server_process() const { return PQbackendPID(handle_); }
  [[nodiscard]] bool is_pooled() const { return is_pooled_; }

 private:
  friend class Transaction;
  enum class Kind : std::uint8_t { prepare, statement, sync };
  struct Pending {
    Kind kind;
    Number number = 0;
    bool wanted = false;
    std::string_view sql;  // of the key in prepared_; of prepare only
  };

  Number enqueue(std::string_view sql, const Params& params, bool wanted);
  void send_named(std::string_view sql, const Params& params);
  void send_unnamed(std::string_view sql, const Params& params);
  void settle_session();
  template <class Send>
  void with_settings(bool is_local, Send send);
  void sync();
  void read_up_to(Number number);
  void read_one();  // takes the answer of pending_.front()
  void drain();     // up to the end of what was sent; throws the first error
  void recover();   // after an error: to the sync, then out of the transaction; does not throw
  PGresult* next_result();
  void wait_readable();
  void keep_error(const PGresult* result);
  [[noreturn]] void fail_connection();

  PGconn* handle_ = nullptr;
  const Timeouts timeouts_;
  std::chrono::milliseconds answer_ms_;
  bool is_pooled_ = true;  // until it is known
  bool lost_ = false;
  bool in_transaction_ = false;
  bool commit_open_ = false;
  Number sent_ = 0;
  std::deque<Pending> pending_;
  std::map<Number, Rows> taken_;
  std::optional<PgError> error_;  // the first one since the last sync
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view sql) const {
      return std::hash<std::string_view>{}(sql);
    }
  };
  // Text of a statement -> its name. Names are never used twice.
  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> prepared_;
  int names_ = 0;
};

// BEGIN … COMMIT; destroyed before commit() it rolls back.
class Transaction {
 public:
  enum class Kind : std::uint8_t { write, snapshot };  // snapshot: reads only, all of one moment
  Transaction(Connection& connection, Kind kind);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Connection& connection_;
};

}  // namespace whoosh::store::postgres
