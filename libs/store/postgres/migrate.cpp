#include "store/postgres/migrate.h"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "base/assert.h"
#include "base/embedded.h"
#include "base/text.h"

namespace whoosh::store::postgres {

std::span<const base::EmbeddedFile> embedded();  // migrations/*.sql

namespace {

constexpr std::int64_t migration_lock = 0x57'48'4f'4f;  // "WHOO"

// A migration may rewrite a large table; waiting for another process that does takes as long.
constexpr Timeouts patient{std::chrono::seconds(5), std::chrono::seconds(0),
                           std::chrono::seconds(0), std::chrono::hours(24)};

Refused refusal(std::string sentence) {
  return Refused{{base::ErrorCode::unavailable, std::move(sentence)}};
}

std::int64_t scalar(Connection& db, std::string_view sql) {
  Rows row = db.query(sql);
  ASSERT(row.step());
  return row.integer(0);
}

std::vector<AppliedMigration> applied_to(Connection& db) {
  Rows row = db.query("SELECT version, name, checksum FROM schema_migrations");
  std::vector<AppliedMigration> rows;
  while (row.step()) rows.push_back({row.integer(0), row.text(1), row.integer(2)});
  return rows;
}

// What of a migration SQL can't say: 0004 wants the folded forms of all display names.
void fold_display_names(Connection& db) {
  constexpr std::int32_t batch = 10'000;
  UserId last;
  for (;;) {
    Rows row = db.query(
        "SELECT id, display_name FROM users WHERE id > $1 AND erased_at IS NULL ORDER BY id "
        "LIMIT $2",
        last, batch);
    std::vector<UserId> users;
    std::vector<std::string> names;
    while (row.step()) {
      users.push_back(row.user(0));
      names.push_back(base::fold(row.text(1)));
    }
    if (users.empty()) return;
    last = users.back();
    db.later(
        "UPDATE users u SET display_folded = g.name "
        "FROM unnest($1::bigint[], $2::text[]) AS g (id, name) WHERE u.id = g.id",
        users, names);
  }
}

void apply(Connection& db, const Migration& migration) {
  db.execute(
      "CREATE TABLE IF NOT EXISTS schema_migrations (version integer PRIMARY KEY, "
      "name text NOT NULL, applied_at bigint NOT NULL, checksum bigint NOT NULL)");
  db.execute(std::string(migration.sql));
  if (migration.name == "0004_sessions_moderation") fold_display_names(db);
  db.later(
      "INSERT INTO schema_migrations (version, name, applied_at, checksum) "
      "VALUES ($1, $2, (extract(epoch FROM clock_timestamp()) * 1000)::bigint, $3)",
      migration.version, migration.name, migration.checksum());
}

MigrationReport migrate_database(const std::string& conninfo, const std::string& name) {
  Connection db(conninfo, patient);
  MigrationReport report;
  {
    Transaction snapshot(db, Transaction::Kind::snapshot);
    report.from = read_status(db, name).version;
    snapshot.commit();
  }
  for (const Migration& migration : migrations_of(embedded())) {
    Transaction transaction(db, Transaction::Kind::write);
    (void)db.query("SELECT pg_advisory_xact_lock($1::bigint)", migration_lock);
    report.to = read_status(db, name).version;
    if (report.to >= migration.version) continue;
    apply(db, migration);
    transaction.commit();
    report.applied.emplace_back(migration.name);
    report.to = migration.version;
  }
  return report;
}

// What PQconninfoParse says may hold parts of a password; only a wrong option's name is told.
std::string why_unreadable(char* message) {
  const std::string text = message == nullptr ? "" : message;
  PQfreemem(message);
  const bool is_harmless = text.starts_with("invalid connection option");
  return is_harmless ? text.substr(0, text.find('\n'))
                     : "it is like postgres://user@host/database or host=… dbname=…";
}

}  // namespace

std::string describe(const std::string& conninfo) {
  char* message = nullptr;
  PQconninfoOption* options = PQconninfoParse(conninfo.c_str(), &message);
  if (options == nullptr) {
    throw refusal("postgres: the connection string can't be read: " + why_unreadable(message));
  }
  std::string host = "the default host";
  std::string database = "of the default name";
  for (const PQconninfoOption* option = options; option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view keyword = option->keyword;
    if (keyword == "host" || (keyword == "hostaddr" && host.starts_with("the "))) {
      host = option->val;
    }
    if (keyword == "dbname") database = option->val;
  }
  PQconninfoFree(options);
  return fmt::format("postgres at {}, database {}", host, database);
}

SchemaStatus read_status(Connection& db, const std::string& name) {
  const std::int64_t tables =
      scalar(db, "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema()");
  // Other programs keep a table of that name as well, with other columns.
  const std::int64_t ours = scalar(
      db,
      "SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema() "
      "AND table_name = 'schema_migrations' AND column_name IN ('version', 'name', 'checksum')");
  if (tables != 0 && ours != 3) {
    throw refusal(fmt::format("{}: this is the database of another program", name));
  }
  const auto applied = tables == 0 ? std::vector<AppliedMigration>() : applied_to(db);
  auto status = compare_schema(name, migrations_of(embedded()), applied);
  if (!status) throw Refused{status.error()};
  return std::move(*status);
}

void refuse_old(const SchemaStatus& schema, const std::string& name) {
  if (const auto current = check_current(name, schema); !current) throw Refused{current.error()};
}

base::Result<MigrationReport> migrate(const std::string& conninfo) {
  return guarded<MigrationReport>(
      conninfo, [&](const std::string& name) { return migrate_database(conninfo, name); });
}

base::Result<SchemaStatus> status(const std::string& conninfo) {
  return guarded<SchemaStatus>(conninfo, [&](const std::string& name) {
    Connection db(conninfo, Timeouts{});
    const Transaction snapshot(db, Transaction::Kind::snapshot);
    return read_status(db, name);
  });
}

}  // namespace whoosh::store::postgres
