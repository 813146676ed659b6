#include "services/database/database.h"

#include <fmt/format.h>

#include "store/postgres/migrate.h"
#include "store/postgres/postgres.h"
#include "store/sqlite/sqlite.h"

namespace whoosh::database {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

base::Function<void(std::string_view)> reporter(std::function<void(std::string_view)> report) {
  if (!report) return {};
  return [report = std::move(report)](std::string_view sentence) { report(sentence); };
}

Result<std::unique_ptr<store::Store>> open_sqlite(const Location& location, Options options) {
  store::sqlite::Options sqlite;
  sqlite.path = location.where;
  sqlite.migrate = options.migrate;
  sqlite.report = reporter(std::move(options.report));
  return store::sqlite::open(std::move(sqlite));
}

Result<std::unique_ptr<store::Store>> open_postgres(const Location& location, Options options) {
  store::postgres::Options postgres;
  postgres.conninfo = location.where;
  postgres.connections = options.connections;
  postgres.migrate = options.migrate;
  postgres.report = reporter(std::move(options.report));
  return store::postgres::open(std::move(postgres));
}

}  // namespace

Result<Location> parse(std::string_view text) {
  constexpr std::string_view sqlite = "sqlite:";
  constexpr std::string_view keywords = "postgres:";
  if (text.starts_with(sqlite) && text.size() > sqlite.size()) {
    return Location{Kind::sqlite, std::string(text.substr(sqlite.size()))};
  }
  if (text.starts_with("postgres://") || text.starts_with("postgresql://")) {
    return Location{Kind::postgres, std::string(text)};
  }
  if (text.starts_with(keywords) && text.find('=') != std::string_view::npos) {
    return Location{Kind::postgres, std::string(text.substr(keywords.size()))};
  }
  return Error{ErrorCode::invalid_input,
               "a database is sqlite:PATH, postgres://user@host/database or "
               "postgres:host=… dbname=…"};
}

std::string name_of(const Location& location) {
  if (location.kind == Kind::sqlite) return location.where;
  const auto name = store::postgres::guarded<std::string>(
      location.where, [](const std::string& described) { return described; });
  return name ? *name : "postgres";
}

Result<std::unique_ptr<store::Store>> open(const Location& location, Options options) {
  return location.kind == Kind::sqlite ? open_sqlite(location, std::move(options))
                                       : open_postgres(location, std::move(options));
}

Result<store::MigrationReport> migrate(const Location& location) {
  return location.kind == Kind::sqlite ? store::sqlite::migrate(location.where)
                                       : store::postgres::migrate(location.where);
}

Result<store::SchemaStatus> status(const Location& location) {
  return location.kind == Kind::sqlite ? store::sqlite::status(location.where)
                                       : store::postgres::status(location.where);
}

Result<store::LedgerCheck> verify(const Location& location) {
  return location.kind == Kind::sqlite ? store::sqlite::verify(location.where)
                                       : store::postgres::verify(location.where);
}

}  // namespace whoosh::database
