// Which durable store a process uses, said in one text, and what can be done with it whichever it
// is.
//
//   sqlite:var/whoosh.db                        the embedded store, in this file
//   postgres://user@host/database?sslmode=…     a PostgreSQL server, in any form that libpq takes
//   postgres:host=… dbname=… passfile=…         the same, as keywords
//
// Errors have one sentence for the operator and never a password. Blocking; any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "store/schema.h"
#include "store/store.h"

namespace whoosh::database {

enum class Kind : std::uint8_t { sqlite, postgres };

struct Location {
  Kind kind = Kind::sqlite;
  std::string where;  // the path, or what libpq takes
};

// invalid_input: neither of the two.
[[nodiscard]] base::Result<Location> parse(std::string_view text);

// For sentences and logs: "var/whoosh.db", "postgres at db.example.org, database whoosh".
[[nodiscard]] std::string name_of(const Location& location);

struct Options {
  bool migrate = false;  // make or update the schema first; false: an old one is refused
  int connections = 8;   // to PostgreSQL, 1 … 64
  // Told in one sentence when the database fails while running; from several threads at once.
  std::function<void(std::string_view)> report;
};
[[nodiscard]] base::Result<std::unique_ptr<store::Store>> open(const Location& location,
                                                               Options options);

[[nodiscard]] base::Result<store::MigrationReport> migrate(const Location& location);
[[nodiscard]] base::Result<store::SchemaStatus> status(const Location& location);
[[nodiscard]] base::Result<store::LedgerCheck> verify(const Location& location);

}  // namespace whoosh::database
