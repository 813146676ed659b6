// The schema of the database: which migrations it has, and bringing it up to date. Migrations are
// the numbered files of migrations/, compiled in; each is one transaction that also writes its row
// of schema_migrations.
//
// Two processes at once: an advisory lock makes one wait, and it finds the work done. The schema of
// another program, of a newer whoosh, or with a migration whose text was changed later is refused
// untouched.
#pragma once

#include <exception>
#include <string>

#include "base/result.h"
#include "store/postgres/database.h"
#include "store/postgres/postgres.h"

namespace whoosh::store::postgres {

// "postgres at db.example.org, database whoosh": for sentences; no password. Refused: the string
// can't be read.
[[nodiscard]] std::string describe(const std::string& conninfo);

// REQUIRES: inside a transaction. Throws Refused for a schema that is not ours or too new, PgError.
[[nodiscard]] SchemaStatus read_status(Connection& db, const std::string& name);
// Refused: the database is older than this build.
void refuse_old(const SchemaStatus& schema, const std::string& name);

// Runs f(name) of a function of postgres.h: whatever it throws becomes its answer.
template <class T, class F>
base::Result<T> guarded(const std::string& conninfo, F f) {
  std::string name = "postgres";
  try {
    name = describe(conninfo);
    return f(name);
  } catch (const Refused& refused) {
    return refused.error;
  } catch (const std::exception& error) {
    return base::Error{base::ErrorCode::unavailable, name + ": " + error.what()};
  }
}

}  // namespace whoosh::store::postgres
