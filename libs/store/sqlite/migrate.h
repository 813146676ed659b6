// The schema of the file: which migrations it has, and bringing it up to date. Migrations are the
// numbered files of migrations/, compiled in; each is one transaction that also writes its row of
// schema_migrations.
//
// Two processes at once: BEGIN IMMEDIATE makes one wait, and it finds the work done. A file of
// another program, a newer whoosh, or with a migration whose text was changed later is refused
// untouched.
#pragma once

#include <exception>
#include <string>

#include "base/result.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite.h"

namespace whoosh::store::sqlite {

// REQUIRES: inside a transaction, so that all it reads is of one moment. Throws Refused for a file
// that is not ours or too new, SqliteError.
[[nodiscard]] SchemaStatus read_status(Connection& db, const std::string& path);

// One sentence about why the file can't be used; the code is `unavailable`.
[[nodiscard]] base::Error explain(const std::string& path, const SqliteError& error);

// Runs a function of sqlite.h: whatever it throws becomes its answer.
template <class T, class F>
base::Result<T> guarded(const std::string& path, F f) {
  try {
    return f();
  } catch (const Refused& refused) {
    return refused.error;
  } catch (const SqliteError& error) {
    return explain(path, error);
  } catch (const std::exception& error) {
    return base::Error{base::ErrorCode::unavailable, path + ": " + error.what()};
  }
}

}  // namespace whoosh::store::sqlite
