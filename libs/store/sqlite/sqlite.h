// The embedded store: all durable records in one SQLite file, written by one thread and read by
// several.
//
//   open()     a Store (store/store.h). The caller owns it; its destructor finishes what was
//   accepted. migrate()  makes the file or brings it up to date; safe from several processes at
//   once. status(), verify()  what `whoosh migrate` and `whoosh doctor` tell; both only read.
//
// Durability: WAL with synchronous=FULL. The writer takes all queued writes, runs each in a
// savepoint of one transaction, commits once and then answers: an answered write has reached the
// disk, and one fsync pays for many. Beyond queue_max waiting writes (or reads) a call is answered
// `unavailable`.
//
// Errors of the functions here have the code `unavailable` and one sentence for the operator, with
// the path.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/function.h"
#include "base/result.h"
#include "store/schema.h"
#include "store/store.h"

namespace whoosh::store::sqlite {

struct Options {
  std::string path;
  int readers = 2;               // threads, 1 … 64
  std::size_t queue_max = 4096;  // waiting writes, and as many waiting reads
  bool migrate = false;          // true: make or update the file first; false: refuse an old one
  // Told in one sentence when the database fails while running. From the store's threads, several
  // at once; none: standard error.
  base::Function<void(std::string_view)> report;
};

[[nodiscard]] base::Result<std::unique_ptr<Store>> open(Options options);

[[nodiscard]] base::Result<MigrationReport> migrate(const std::string& path);

[[nodiscard]] base::Result<SchemaStatus> status(const std::string& path);

[[nodiscard]] base::Result<LedgerCheck> verify(const std::string& path);

}  // namespace whoosh::store::sqlite
