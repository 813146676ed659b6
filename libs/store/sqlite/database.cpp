#include "store/sqlite/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/assert.h"
#include "store/match_bytes.h"

namespace whoosh::store::sqlite {
namespace {

constexpr std::int64_t mapped_bytes_max = std::int64_t{64} << 30;  // SQLite stops at its own
constexpr int busy_timeout_ms = 5000;
constexpr int wal_bytes_kept = 64 * 1024 * 1024;  // a log that grew beyond is cut back
// Moving pages from the log to their places costs two more syncs, and a page that many transactions
// touch is moved once: 32 MiB at a time, where SQLite's own 4 MiB would be full after one group.
constexpr int wal_pages_per_checkpoint = 8192;
// Memory for pages, in KiB and at most; SQLite's own 2 MiB hold the inner pages of a few thousand
// people's tables.
constexpr int writer_cache_kib = 64 * 1024;
constexpr int reader_cache_kib = 16 * 1024;

int open_flags(Access access) {
  switch (access) {
    case Access::read:
      return SQLITE_OPEN_READONLY;
    case Access::write:
      return SQLITE_OPEN_READWRITE;
    case Access::create:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  }
  return SQLITE_OPEN_READONLY;
}

}  // namespace

bool SqliteError::is_constraint() const {
  return (code_ & 0xff) == SQLITE_CONSTRAINT;
}

base::Error SqliteError::error() const {
  switch (code_ & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return base::ErrorCode::internal;
    default:
      return base::ErrorCode::unavailable;
  }
}

// ---- Statement ---------------------------------------------------------------------------------

Statement::Statement(Connection& connection, Prepared& prepared)
    : connection_(connection), prepared_(prepared), handle_(prepared.handle) {
  ASSERT(!prepared_.busy);
  prepared_.busy = true;
}

Statement::~Statement() {
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  prepared_.busy = false;
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  connection_.fail(code);
}

void Statement::bind(int at, std::int64_t value) {
  if (const int code = sqlite3_bind_int64(handle_, at, value)) connection_.fail(code);
}

void Statement::bind(int at, double value) {
  if (const int code = sqlite3_bind_double(handle_, at, value)) connection_.fail(code);
}

void Statement::bind(int at, std::string_view value) {
  const char* data = value.data() == nullptr ? "" : value.data();
  const int code =
      sqlite3_bind_text64(handle_, at, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) connection_.fail(code);
}

void Statement::bind(int at, Blob value) {
  const char* data = value.bytes.data() == nullptr ? "" : value.bytes.data();
  const int code = sqlite3_bind_blob64(handle_, at, data, value.bytes.size(), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) connection_.fail(code);
}

void Statement::bind(int at, std::nullopt_t /*null*/) {
  if (const int code = sqlite3_bind_null(handle_, at)) connection_.fail(code);
}

void Statement::bind(int at, const base::MatchId& value) {
  bind(at, Blob{match_bytes(value)});
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_, column);
}

std::int32_t Statement::int32(int column) const {
  const std::int64_t value = integer(column);
  if (value < INT32_MIN || value > INT32_MAX) throw SqliteError(SQLITE_CORRUPT, "number too large");
  return static_cast<std::int32_t>(value);
}

double Statement::real(int column) const {
  return sqlite3_column_double(handle_, column);
}

std::string Statement::text(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  return data == nullptr
             ? std::string()
             : std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

std::optional<std::string> Statement::optional_text(int column) const {
  return is_null(column) ? std::nullopt : std::optional(text(column));
}

base::MatchId Statement::match_id(int column) const {
  const std::optional<base::MatchId> id = match_of_bytes(text(column));
  if (!id) throw SqliteError(SQLITE_CORRUPT, "not a match id");
  return *id;
}

// ---- Connection --------------------------------------------------------------------------------

Connection::Connection(const std::string& path, Access access) {
  const int flags = open_flags(access) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  try {
    if (const int code = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr)) fail(code);
    sqlite3_busy_timeout(handle_, busy_timeout_ms);
    execute("PRAGMA foreign_keys = ON");
    // Pages of the file are read in place: the page cache of a reader would be dropped with every
    // commit, and filled again by a system call a page.
    if (access == Access::read) execute(fmt::format("PRAGMA mmap_size = {}", mapped_bytes_max));
    if (access != Access::read) {
      execute("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON");
      execute(fmt::format("PRAGMA journal_size_limit = {}; PRAGMA wal_autocheckpoint = {}",
                          wal_bytes_kept, wal_pages_per_checkpoint));
    }
    // Negative: KiB.
    execute(fmt::format("PRAGMA cache_size = -{}",
                        access == Access::read ? reader_cache_kib : writer_cache_kib));
  } catch (const SqliteError&) {
    close();
    throw;
  }
}

Connection::~Connection() {
  close();
}

void Connection::close() {
  for (auto& [sql, prepared] : statements_) sqlite3_finalize(prepared.handle);
  statements_.clear();
  sqlite3_close(handle_);
  handle_ = nullptr;
}

bool Connection::is_writable() const {
  return sqlite3_db_readonly(handle_, "main") == 0;
}

void Connection::define(const char* name, std::string (*function)(std::string_view)) {
  using Function = std::string(std::string_view);
  const auto call = [](sqlite3_context* context, int /*count*/, sqlite3_value** values) {
    auto* made = reinterpret_cast<Function*>(sqlite3_user_data(context));
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
    if (text == nullptr) return sqlite3_result_null(context);
    const std::string answer =
        made({text, static_cast<std::size_t>(sqlite3_value_bytes(values[0]))});
    sqlite3_result_text64(context, answer.data(), answer.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  };
  const int code = sqlite3_create_function_v2(handle_, name, 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                              reinterpret_cast<void*>(function), call, nullptr,
                                              nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

void Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

Prepared& Connection::prepare(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
  Prepared prepared;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared.handle, nullptr);
  if (code != SQLITE_OK) fail(code);
  return statements_.emplace(sql, prepared).first->second;
}

std::int64_t Connection::changes() const {
  return sqlite3_changes64(handle_);
}
std::int64_t Connection::last_insert_id() const {
  return sqlite3_last_insert_rowid(handle_);
}
bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

void Connection::fail(int code) const {
  const char* what = handle_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle_);
  throw SqliteError(code, what);
}

// ---- Transaction, Savepoint --------------------------------------------------------------------

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
  connection_.run(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  if (!open_ || !connection_.in_transaction()) return;
  try {
    connection_.run("ROLLBACK");
  } catch (const SqliteError&) {
    // A failed ROLLBACK means that SQLite has undone the transaction by itself.
  }
}

void Transaction::commit() {
  connection_.run("COMMIT");
  open_ = false;
}

Savepoint::Savepoint(Connection& connection) : connection_(connection) {
  connection_.run("SAVEPOINT job");
}

Savepoint::~Savepoint() {
  if (!open_ || !connection_.in_transaction()) return;
  try {
    connection_.run("ROLLBACK TO job");
    connection_.run("RELEASE job");
  } catch (const SqliteError&) {
    // As above: the whole transaction is gone, which the writer sees from in_transaction().
  }
}

void Savepoint::release() {
  connection_.run("RELEASE job");
  open_ = false;
}

}  // namespace whoosh::store::sqlite
