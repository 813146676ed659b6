#include "store/transfer/server.h"

#include <utility>

#include "store/postgres/database.h"

namespace whoosh::store::transfer {
namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

std::string first_line(const char* message) {
  const std::string_view text = message == nullptr ? "" : message;
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

Server::Server(const std::string& conninfo) : handle_(PQconnectdb(conninfo.c_str()), &PQfinish) {
  if (PQstatus(handle_.get()) != CONNECTION_OK) fail(nullptr);
  PQsetClientEncoding(handle_.get(), "UTF8");
}

std::vector<Server::Row> Server::query(const std::string& sql) {
  const Result result(PQexec(handle_.get(), sql.c_str()), &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) fail(result.get());
  std::vector<Row> rows;
  for (int at = 0; at < PQntuples(result.get()); ++at) {
    Row& row = rows.emplace_back();
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      row.emplace_back(PQgetvalue(result.get(), at, column));
    }
  }
  return rows;
}

void Server::begin_copy(const std::string& sql) {
  expect(PGRES_COPY_IN, sql);
}

void Server::put_row(std::string_view line) {
  if (PQputCopyData(handle_.get(), line.data(), static_cast<int>(line.size())) != 1) fail(nullptr);
}

void Server::end_copy() {
  if (PQputCopyEnd(handle_.get(), nullptr) != 1) fail(nullptr);
  while (const Result result{PQgetResult(handle_.get()), &PQclear}) {
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(result.get());
  }
}

void Server::begin_read(const std::string& sql) {
  expect(PGRES_COPY_OUT, sql);
}

std::optional<std::string> Server::next_row() {
  char* line = nullptr;
  const int size = PQgetCopyData(handle_.get(), &line, 0);
  if (size > 0) {
    std::string row(line, static_cast<std::size_t>(size));
    PQfreemem(line);
    return row;
  }
  if (size < -1) fail(nullptr);
  while (const Result result{PQgetResult(handle_.get()), &PQclear}) {
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(result.get());
  }
  return std::nullopt;
}

void Server::expect(ExecStatusType wanted, const std::string& sql) {
  const Result result(PQexec(handle_.get(), sql.c_str()), &PQclear);
  if (PQresultStatus(result.get()) != wanted) fail(result.get());
}

void Server::fail(const PGresult* result) {
  const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message =
      result == nullptr ? PQerrorMessage(handle_.get()) : PQresultErrorMessage(result);
  throw postgres::PgError(state == nullptr ? "" : state, "", first_line(message));
}

}  // namespace whoosh::store::transfer
