#include "store/postgres/database.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <bit>

#include "base/assert.h"
#include "store/match_bytes.h"

namespace whoosh::store::postgres {
namespace {

// One line: what libpq says spans several, with hints.
std::string one_line(std::string_view message) {
  std::string line;
  for (const char c : message) {
    const bool is_space = c == '\n' || c == '\t' || c == ' ';
    if (is_space && (line.empty() || line.back() == ' ')) continue;
    line += is_space ? ' ' : c;
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : std::string(text);
}

constexpr int binary_result = 1;

PgError damaged(const char* what) {
  return {"XX001", "", what};
}

void ignore_notice(void* /*context*/, const char* /*notice*/) {}

}  // namespace

base::Error away() {
  base::Error error{base::ErrorCode::unavailable};
  error.retry_after_s = 1;
  return error;
}

bool PgError::is_farewell() const {
  return sqlstate_.starts_with("57P") || sqlstate_.starts_with("08") || sqlstate_ == "25006";
}

base::Error PgError::error() const {
  if (sqlstate_ == "22021") return base::ErrorCode::invalid_input;  // a zero byte, no UTF-8
  for (const char* ours : {"21", "22", "23", "25P", "26", "2F", "42", "P0", "XX"}) {
    if (sqlstate_.starts_with(ours)) return base::ErrorCode::internal;
  }
  return away();
}

// ---- Rows --------------------------------------------------------------------------------------

bool Rows::step() {
  return ++row_ < PQntuples(result_.get());
}

std::int64_t Rows::changes() const {
  return std::strtoll(PQcmdTuples(result_.get()), nullptr, 10);
}

std::string_view Rows::bytes(int column) const {
  return {PQgetvalue(result_.get(), row_, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
}

// Binary form: bool, int2, int4 and int8 are all big-endian and told apart by their length.
std::int64_t Rows::integer(int column) const {
  const std::string_view given = bytes(column);
  if (given.empty() || given.size() > sizeof(std::int64_t)) throw damaged("not a number");
  std::uint64_t value = (given[0] & 0x80) != 0 ? UINT64_MAX : 0;
  for (const char c : given) value = value << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

std::int32_t Rows::int32(int column) const {
  const std::int64_t value = integer(column);
  if (value < INT32_MIN || value > INT32_MAX) throw damaged("number too large");
  return static_cast<std::int32_t>(value);
}

double Rows::real(int column) const {
  if (bytes(column).size() != sizeof(double)) throw damaged("not a double");
  return std::bit_cast<double>(integer(column));
}

std::string Rows::text(int column) const {
  return std::string(bytes(column));
}

bool Rows::is_null(int column) const {
  return PQgetisnull(result_.get(), row_, column) != 0;
}

std::optional<std::string> Rows::optional_text(int column) const {
  return is_null(column) ? std::nullopt : std::optional(text(column));
}

base::MatchId Rows::match_id(int column) const {
  const std::optional<base::MatchId> id = match_of_bytes(bytes(column));
  if (!id) throw damaged("not a match id");
  return *id;
}

// ---- Connection: opening -----------------------------------------------------------------------

Connection::Connection(const std::string& conninfo, const Timeouts& timeouts)
    : timeouts_(timeouts), answer_ms_(timeouts.answer) {
  const std::string connect_s = std::to_string(timeouts.connect.count());
  // What stands before dbname gives way to the operator's string; what stands behind does not.
  const std::array keys = {"connect_timeout",
                           "keepalives_idle",
                           "tcp_user_timeout",
                           "fallback_application_name",
                           "dbname",
                           "client_encoding",
                           static_cast<const char*>(nullptr)};
  const std::array values = {connect_s.c_str(),
                             "30",
                             "20000",
                             "whoosh",
                             conninfo.c_str(),
                             "UTF8",
                             static_cast<const char*>(nullptr)};
  handle_ = PQconnectdbParams(keys.data(), values.data(), 1);
  try {
    if (PQstatus(handle_) != CONNECTION_OK) fail_connection();
    PQsetNoticeProcessor(handle_, &ignore_notice, nullptr);
    if (PQsetnonblocking(handle_, 1) != 0 || PQenterPipelineMode(handle_) == 0) fail_connection();
    Rows process = query("SELECT pg_backend_pid()");
    is_pooled_ = !process.step() || process.integer(0) != PQbackendPID(handle_);
    if (!is_pooled_) settle_session();
  } catch (const PgError&) {
    PQfinish(handle_);
    throw;
  }
}

// An answered write is durable: a server with synchronous_commit=off is asked for more.
template <class Send>
void Connection::with_settings(bool is_local, Send send) {
  send(
      "SELECT set_config('statement_timeout', $1, $4), set_config('lock_timeout', $2, $4), "
      "set_config('idle_in_transaction_session_timeout', $3, $4), "
      "set_config('synchronous_commit', CASE current_setting('synchronous_commit') "
      "WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, $4)",
      fmt::format("{}s", timeouts_.statement.count()), fmt::format("{}s", timeouts_.lock.count()),
      fmt::format("{}s", timeouts_.answer.count()), is_local);
}

void Connection::settle_session() {
  with_settings(false, [this](const auto&... args) { (void)query(args...); });
  (void)query("SELECT set_config('default_transaction_isolation', 'read committed', false)");
}

Connection::~Connection() {
  PQfinish(handle_);
}

bool Connection::is_lost() const {
  return lost_ || PQstatus(handle_) != CONNECTION_OK;
}

void Connection::fail_connection() {
  lost_ = true;
  if (error_) throw PgError(*error_);
  throw PgError("", "", one_line(PQerrorMessage(handle_)));
}

// ---- Connection: sending -----------------------------------------------------------------------

Connection::Number Connection::enqueue(std::string_view sql, const Params& params, bool wanted) {
  if (is_pooled_)
    send_unnamed(sql, params);
  else
    send_named(sql, params);
  pending_.push_back({Kind::statement, ++sent_, wanted, {}});
  return sent_;
}

void Connection::send_unnamed(std::string_view sql, const Params& params) {
  if (PQsendQueryParams(handle_, std::string(sql).c_str(), params.count(), nullptr, params.values(),
                        params.lengths(), params.formats(), binary_result) == 0) {
    fail_connection();
  }
}

void Connection::send_named(std::string_view sql, const Params& params) {
  auto found = prepared_.find(sql);
  if (found == prepared_.end()) {
    found = prepared_.emplace(sql, "s" + std::to_string(++names_)).first;
    if (PQsendPrepare(handle_, found->second.c_str(), found->first.c_str(), 0, nullptr) == 0) {
      fail_connection();
    }
    pending_.push_back({Kind::prepare, 0, false, found->first});
  }
  if (PQsendQueryPrepared(handle_, found->second.c_str(), params.count(), params.values(),
                          params.lengths(), params.formats(), binary_result) == 0) {
    fail_connection();
  }
}

void Connection::sync() {
  if (PQpipelineSync(handle_) == 0) fail_connection();
  pending_.push_back({Kind::sync, 0, false, {}});
}

// ---- Connection: reading -----------------------------------------------------------------------

// Writes what is still to be written and waits until there is something to read.
void Connection::wait_readable() {
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + answer_ms_;
  for (;;) {
    const int unsent = PQflush(handle_);
    if (unsent < 0 || PQsocket(handle_) < 0) fail_connection();
    pollfd socket{PQsocket(handle_), static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN), 0};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
    const int ready = ::poll(&socket, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      lost_ = true;
      throw PgError("", "", "the database did not answer in time");
    }
    if ((socket.revents & ~POLLOUT) == 0) continue;
    if (PQconsumeInput(handle_) == 0) fail_connection();
    return;
  }
}

PGresult* Connection::next_result() {
  while (PQisBusy(handle_) != 0) wait_readable();
  return PQgetResult(handle_);
}

void Connection::keep_error(const PGresult* result) {
  if (error_) return;
  error_.emplace(field(result, PG_DIAG_SQLSTATE), field(result, PG_DIAG_CONSTRAINT_NAME),
                 one_line(PQresultErrorMessage(result)));
}

void Connection::read_one() {
  ASSERT(!pending_.empty());
  const Pending expected = pending_.front();
  PGresult* result = next_result();
  if (result == nullptr) fail_connection();
  Rows rows(result);
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_FATAL_ERROR) keep_error(result);
  if (is_lost()) fail_connection();
  pending_.pop_front();
  if (expected.kind == Kind::sync) {
    if (status != PGRES_PIPELINE_SYNC) fail_connection();
    return;
  }
  const bool succeeded = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
  if (!succeeded && expected.kind == Kind::prepare) {
    prepared_.erase(prepared_.find(expected.sql));
  }
  if (succeeded && expected.wanted) taken_.emplace(expected.number, std::move(rows));
  while (PGresult* more = next_result()) PQclear(more);
}

void Connection::read_up_to(Number number) {
  const bool is_alone = !in_transaction_;
  if (is_alone) {
    sync();
  } else if (PQsendFlushRequest(handle_) == 0) {
    fail_connection();
  }
  while (!error_ && !taken_.contains(number)) read_one();
  if (is_alone || error_) drain();
}

Rows Connection::take(Number number) {
  if (!taken_.contains(number)) read_up_to(number);
  auto found = taken_.find(number);
  ASSERT(found != taken_.end());
  Rows rows = std::move(found->second);
  taken_.erase(found);
  return rows;
}

void Connection::drain() {
  while (!pending_.empty() && !error_) read_one();
  if (!error_) return;
  const PgError first = *error_;
  recover();
  throw PgError(first);
}

void Connection::finish() {
  sync();
  drain();
}

void Connection::recover() {
  try {
    if (is_lost()) return;
    if (pending_.empty() || pending_.back().kind != Kind::sync) sync();
    while (!pending_.empty()) read_one();
    in_transaction_ = false;
    if (PQtransactionStatus(handle_) != PQTRANS_IDLE) {
      error_.reset();
      enqueue("ROLLBACK", Params(), false);
      sync();
      while (!pending_.empty()) read_one();
    }
    lost_ = PQtransactionStatus(handle_) != PQTRANS_IDLE;
    commit_open_ = false;
  } catch (const PgError&) {
    lost_ = true;  // whoever called has an error of his own to tell
  }
  error_.reset();
  taken_.clear();
}

void Connection::execute(const std::string& sql) {
  finish();
  if (PQexitPipelineMode(handle_) == 0 || PQsendQuery(handle_, sql.c_str()) == 0) fail_connection();
  while (PGresult* result = next_result()) {
    const Rows rows(result);
    if (PQresultStatus(result) == PGRES_FATAL_ERROR) keep_error(result);
    if (is_lost()) fail_connection();
  }
  if (PQenterPipelineMode(handle_) == 0) fail_connection();
  drain();
}

// ---- Transaction -------------------------------------------------------------------------------

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
  ASSERT(!connection_.in_transaction_);
  connection_.later(kind == Kind::write ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                                        : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  connection_.in_transaction_ = true;
  if (!connection_.is_pooled_) return;
  connection_.with_settings(true,
                            [&connection](const auto&... args) { connection.later(args...); });
}

Transaction::~Transaction() {
  if (connection_.in_transaction_) connection_.recover();
}

void Transaction::commit() {
  connection_.later("COMMIT");
  connection_.commit_open_ = true;
  connection_.finish();
  connection_.commit_open_ = false;
  connection_.in_transaction_ = false;
  connection_.taken_.clear();  // what was asked for in advance and not needed
}

}  // namespace whoosh::store::postgres
