// The database: can it be reached, is its schema this version's, what time has it.
#include "services/database/database.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <filesystem>

#include "runtime/clock.h"
#include "services/doctor/checks.h"
#include "services/role/paths.h"
#include "store/postgres/database.h"

namespace whoosh::doctor {
namespace {

namespace postgres = store::postgres;

void check_schema(const database::Location& location, Notes& notes) {
  const std::string name = database::name_of(location);
  const auto status = database::status(location);
  if (!status) {  // a newer one's sentence says so
    notes.fail("schema", name, std::string(status.error().sentence()),
               "The processes refuse it, too: update whoosh, or restore the backup that was made "
               "before the update.");
    return;
  }
  if (status->pending.empty()) {
    notes.ok("schema", name, fmt::format("schema {} is this version's.", status->version));
    return;
  }
  notes.fail("schema", name,
             fmt::format("schema {}, this whoosh needs {}; to do: {}.", status->version,
                         status->known, fmt::join(status->pending, ", ")),
             location.kind == database::Kind::sqlite
                 ? "whoosh migrate (a whoosh solo does it by itself at its start)"
                 : "whoosh migrate --database-file FILE, before the new version starts");
}

std::int64_t number(postgres::Connection& db, std::string_view sql) {
  postgres::Rows rows = db.query(sql);
  return rows.step() ? rows.integer(0) : 0;
}

std::string word(postgres::Connection& db, std::string_view sql) {
  postgres::Rows rows = db.query(sql);
  return rows.step() ? rows.text(0) : "";
}

void check_transport(postgres::Connection& db, const std::string& name, Notes& notes) {
  if (db.is_pooled()) {
    notes.skip("database-transport", "a pooler stands between.", "Look at its own TLS settings.");
    return;
  }
  Transport transport;
  transport.check = "database-transport";
  transport.subject = name;
  transport.reach = reach_of(word(db, "SELECT coalesce(host(inet_server_addr()), '')::text"));
  transport.tls =
      number(db, "SELECT ssl::int::bigint FROM pg_stat_ssl WHERE pid = pg_backend_pid()") != 0;
  transport.password = true;  // whether it wants one, only its pg_hba.conf knows
  transport.tls_mend =
      "Add ?sslmode=verify-full&sslrootcert=CA.pem to --database, and ssl = on there.";
  notes.add(judge_transport(transport));
}

void check_server(const Config& config, postgres::Connection& db, const std::string& name,
                  Notes& notes) {
  if (number(db, "SELECT pg_is_in_recovery()::int::bigint") != 0) {
    notes.fail("database", name, "it is a standby, which takes no writes.",
               "Name the primary: target_session_attrs=read-write in --database finds it.");
  }
  const runtime::OsClock clock;
  const std::int64_t asked = clock.now().value;
  const std::int64_t said =
      number(db, "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
  const std::int64_t came = clock.now().value;
  notes.add(judge_clock("database-clock", name, said - (asked + (came - asked) / 2)));
  check_transport(db, name, notes);
  const std::int64_t max = number(db, "SELECT current_setting('max_connections')::bigint");
  const std::int64_t used = number(db, "SELECT count(*)::bigint FROM pg_stat_activity");
  const std::string seen = fmt::format("{} of {} connections are taken, each api takes {}.", used,
                                       max, config.api.database_connections);
  if (used + config.api.database_connections > max)
    notes.warn("database-connections", name, seen,
               "Raise max_connections, lower --database-connections, or put a pooler between.");
  else
    notes.ok("database-connections", name, seen);
}

void check_postgres(const Config& config, const database::Location& location, Notes& notes) {
  const std::string name = database::name_of(location);
  const std::chrono::seconds patience{std::max<std::uint32_t>(config.timeout_ms / 1000, 1)};
  const postgres::Timeouts timeouts{patience, patience, patience, patience};
  try {
    postgres::Connection db(location.where, timeouts);
    notes.ok("database", name, "it answers.");
    check_server(config, db, name, notes);
  } catch (const postgres::PgError& error) {
    notes.fail("database", name, fmt::format("it can't be asked: {}", error.what()),
               "Is it started, is the address right and let through, are user and password those "
               "of the server? psql with the same words tells.");
    return;
  }
  check_schema(location, notes);
}

void check_sqlite(const database::Location& location, Notes& notes) {
  std::error_code error;
  if (!std::filesystem::exists(location.where, error)) {
    notes.fail("database", location.where, "there is no such file.",
               fmt::format("whoosh migrate --database sqlite:{} makes it.", location.where));
    return;
  }
  if (::access(location.where.c_str(), R_OK | W_OK) != 0) {
    notes.fail(
        "database", location.where, fmt::format("user {} may not write it.", ::geteuid()),
        fmt::format("chown {} {}*; run this as the process's user.", ::geteuid(), location.where));
    return;
  }
  notes.ok("database", location.where, "it is there.");
  check_schema(location, notes);
}

}  // namespace

Findings check_database(const Config& config) {
  Notes notes;
  database::Location location{database::Kind::sqlite, role::database_path(config.edge.data)};
  std::error_code error;
  if (!config.api.database.empty()) {
    const auto given = database::parse(config.api.database);
    if (!given) {
      notes.fail("database", "--database", std::string(given.error().sentence()),
                 "postgres://user@host/database, or sqlite:PATH.");
      return notes.take();
    }
    location = *given;
  } else if (config.edge.data.empty() || !std::filesystem::exists(location.where, error)) {
    notes.skip("database", "no database is named.",
               "Give --database or --database-file, as api has it; --data of a whoosh solo.");
    return notes.take();
  }
  if (location.kind == database::Kind::sqlite)
    check_sqlite(location, notes);
  else
    check_postgres(config, location, notes);
  return notes.take();
}

}  // namespace whoosh::doctor
