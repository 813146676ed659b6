// Transfer: moves every record of an embedded store (store/sqlite) into a PostgreSQL database
// (store/postgres), losslessly, and proves it.
//
//   1. The source is locked: while a whoosh uses it the transfer is refused, and nobody can write
//   to
//      it meanwhile. It is only read, and stays as it is.
//   2. The destination is brought to this version's schema; it must hold no record yet.
//   3. Tables are copied, those that are referred to first, in one transaction.
//   4. Both sides are read again, side by side in order of their primary keys, and compared value
//   by
//      value; the ledger is added up. Only then is the transaction committed: a transfer that was
//      interrupted or that found a difference leaves an empty destination.
//
// Tables and columns are read from the destination's catalogue and must be the same in both: a
// migration that is written for one adapter only fails transfer_test.
//
// Blocks its thread; any thread. Errors have the code `unavailable` and one sentence for the
// operator.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/economy.h"

namespace whoosh::store::transfer {

struct TableCount {
  std::string name;
  std::int64_t rows = 0;
};

struct Report {
  std::vector<TableCount> tables;  // in the order of copying
  LedgerCheck ledger;              // of the destination; sound
};

// Told as each step of each table ends: "copied" or "compared".
using Progress = std::function<void(const std::string& step, const TableCount& table)>;

// `conninfo`: as store/postgres takes it.
[[nodiscard]] base::Result<Report> move_store(const std::string& sqlite_path,
                                              const std::string& conninfo,
                                              const Progress& progress = {});

}  // namespace whoosh::store::transfer
