// The durable store for several processes: all durable records in one PostgreSQL database (14 or
// newer), through a small pool of connections.
//
//   open()     a Store (store/store.h). The caller owns it; its destructor finishes what was
//              accepted.
//   migrate()  makes the tables or brings them up to date; safe from several processes at once.
//   status(), verify()  what `whoosh migrate` and `whoosh doctor` tell; both only read.
//
// Threads: each connection has a thread of its own, on which a call of the port runs as one job
// with libpq's pipeline mode (workers.h says why). One queue feeds them; beyond queue_max waiting
// calls a call is answered `unavailable`.
//
// When the server is away: calls are answered `unavailable` (with retry_after_s), at once where it
// refuses, after connect_timeout (5 s) where nobody answers, and at once when calls wait for
// connections for 3 s in vain; calls bring each connection back after
// growing pauses of at most two seconds, and nothing has to be restarted. A job is repeated only
// where that can't do harm: the connection broke before its COMMIT was sent, the server undid it
// because of another transaction, or the job is the same twice as once. A connection that breaks
// between COMMIT and its answer leaves any other job unanswerable: it is answered `unavailable`
// though it may have happened.
//
// TLS, several hosts, passwords: libpq's own words in the connection string (sslmode=verify-full,
// host=a,b target_session_attrs=read-write, passfile=…). A pooler may stand in front, in
// transaction mode, too: database.h says how it is found out and what it costs.
//
// Errors of the functions here have the code `unavailable` and one sentence for the operator that
// names the database, never a password.
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

namespace whoosh::store::postgres {

struct Options {
  std::string conninfo;          // "postgres://user@host/db?sslmode=…" or "host=… dbname=…"
  int connections = 8;           // and threads, 1 … 64
  std::size_t queue_max = 4096;  // waiting calls
  bool migrate = false;          // true: make or update the tables first; false: refuse old ones
  // Told in one sentence when the database fails while running. From the store's threads, several
  // at once; none: standard error.
  base::Function<void(std::string_view)> report;
};

[[nodiscard]] base::Result<std::unique_ptr<Store>> open(Options options);

[[nodiscard]] base::Result<MigrationReport> migrate(const std::string& conninfo);

[[nodiscard]] base::Result<SchemaStatus> status(const std::string& conninfo);

[[nodiscard]] base::Result<LedgerCheck> verify(const std::string& conninfo);

}  // namespace whoosh::store::postgres
