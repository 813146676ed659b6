#include <fmt/format.h>
#include <fmt/ranges.h>
#include <libpq-fe.h>

#include <stdexcept>

#include "base/encoding.h"
#include "bench/api/seed/sink.h"

namespace whoosh::bench {
namespace {

constexpr std::size_t flush_bytes = 1 << 20;

class PostgresSink final : public Sink {
 public:
  explicit PostgresSink(const std::string& conninfo) : db_(PQconnectdb(conninfo.c_str())) {
    if (PQstatus(db_) != CONNECTION_OK) {
      const std::string why = PQerrorMessage(db_);
      PQfinish(db_);
      throw std::runtime_error(why);
    }
    PQsetNoticeProcessor(
        db_, [](void*, const char*) {}, nullptr);
    execute("SET session_replication_role = replica");  // no triggers, no foreign keys
    execute("BEGIN");
  }
  PostgresSink(const PostgresSink&) = delete;
  PostgresSink& operator=(const PostgresSink&) = delete;
  ~PostgresSink() override { PQfinish(db_); }

  void table(std::string_view name, std::initializer_list<std::string_view> columns) override {
    end_copy();
    execute(fmt::format("COPY {} ({}) FROM STDIN", name, fmt::join(columns, ", ")));
    copying_ = true;
  }

  void row(std::initializer_list<Cell> cells) override {
    bool first = true;
    for (const Cell& cell : cells) {
      if (!first) buffer_.push_back('\t');
      first = false;
      std::visit([this](const auto& value) { put(value); }, cell);
    }
    buffer_.push_back('\n');
    if (buffer_.size() >= flush_bytes) flush();
  }

  void finish() override {
    end_copy();
    execute("COMMIT");
    set_counters();
    execute("VACUUM (ANALYZE)");
    execute("CHECKPOINT");
  }

  std::int64_t size_bytes() override {
    PGresult* const result = PQexec(db_, "SELECT pg_database_size(current_database())");
    const bool good = PQresultStatus(result) == PGRES_TUPLES_OK;
    const std::int64_t bytes = good ? std::strtoll(PQgetvalue(result, 0, 0), nullptr, 10) : 0;
    PQclear(result);
    if (!good) fail();
    return bytes;
  }

 private:
  void put(std::nullptr_t) { buffer_ += "\\N"; }
  void put(std::int64_t value) { buffer_ += std::to_string(value); }
  void put(double value) { fmt::format_to(std::back_inserter(buffer_), "{}", value); }
  void put(bool value) { buffer_ += value ? 't' : 'f'; }
  void put(std::string_view value) {
    for (const char c : value) {
      if (c == '\\' || c == '\t' || c == '\n' || c == '\r') buffer_.push_back('\\');
      buffer_.push_back(c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c);
    }
  }
  void put(Bytes bytes) { buffer_ += "\\\\x" + base::hex(bytes.value); }

  void flush() {
    if (PQputCopyData(db_, buffer_.data(), static_cast<int>(buffer_.size())) != 1) fail();
    buffer_.clear();
  }

  void end_copy() {
    if (!copying_) return;
    flush();
    copying_ = false;
    if (PQputCopyEnd(db_, nullptr) != 1) fail();
    while (PGresult* const result = PQgetResult(db_)) {
      const bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
      PQclear(result);
      if (!good) fail();
    }
  }

  // Rows came with their ids: the next id that the server gives is one more than the largest.
  void set_counters() {
    execute(
        "DO $$ DECLARE c record; BEGIN FOR c IN SELECT table_name t, column_name k FROM "
        "information_schema.columns WHERE table_schema = 'public' AND "
        "(is_identity = 'YES' OR column_default LIKE 'nextval%') LOOP EXECUTE format("
        "'SELECT setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1, false) FROM %I',"
        " c.t, c.k, c.k, c.t); END LOOP; END $$");
  }

  void execute(const std::string& sql) {
    PGresult* const result = PQexec(db_, sql.c_str());
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_COPY_IN) fail();
  }
  [[noreturn]] void fail() { throw std::runtime_error(PQerrorMessage(db_)); }

  PGconn* db_;
  std::string buffer_;
  bool copying_ = false;
};

}  // namespace

std::unique_ptr<Sink> open_postgres_sink(const std::string& conninfo) {
  return std::make_unique<PostgresSink>(conninfo);
}

}  // namespace whoosh::bench
