// Server: the destination of a transfer: a plain libpq connection with COPY, which the store's own
// pipelined connections do not have. Owner and thread: the transfer's. Throws PgError.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whoosh::store::transfer {

class Server {
 public:
  explicit Server(const std::string& conninfo);

  // Rows of texts; NULL is "".
  using Row = std::vector<std::string>;
  std::vector<Row> query(const std::string& sql);

  // COPY … FROM STDIN: begin_copy(), any number of put_row() ("a\tb\n", as COPY's text format),
  // end.
  void begin_copy(const std::string& sql);
  void put_row(std::string_view line);
  void end_copy();

  // COPY … TO STDOUT: begin_read(), next_row() until none is left.
  void begin_read(const std::string& sql);
  std::optional<std::string> next_row();

 private:
  void expect(ExecStatusType wanted, const std::string& sql);
  [[noreturn]] void fail(const PGresult* result);

  std::unique_ptr<PGconn, decltype(&PQfinish)> handle_;
};

}  // namespace whoosh::store::transfer
