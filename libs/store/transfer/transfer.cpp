#include "store/transfer/transfer.h"

#include <fmt/format.h>

#include "store/postgres/database.h"
#include "store/postgres/migrate.h"
#include "store/postgres/postgres.h"
#include "store/sqlite/database.h"
#include "store/transfer/rows.h"
#include "store/transfer/server.h"
#include "store/transfer/source.h"
#include "store/transfer/tables.h"

namespace whoosh::store::transfer {
namespace {

using base::Error;
using base::ErrorCode;

sqlite::Refused refusal(std::string sentence) {
  return {{ErrorCode::unavailable, std::move(sentence)}};
}

// What does not stand in the tables' own records does not count: a new database has none at all.
void refuse_records(Server& server, const std::vector<Table>& tables, const std::string& name) {
  for (const Table& table : tables) {
    const auto any = server.query(fmt::format("SELECT EXISTS (SELECT FROM {})", table.name));
    if (any.front().front() == "f") continue;
    throw refusal(
        fmt::format("{}: the table {} holds records already; a transfer needs an empty "
                    "database",
                    name, table.name));
  }
}

// Nobody else writes to the destination until the end.
void lock(Server& server, const std::vector<Table>& tables) {
  for (const Table& table : tables) {
    server.query(fmt::format("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", table.name));
  }
}

TableCount copy(Source& source, Server& server, const Table& table) {
  const std::string columns = column_list(table, true);
  TableCount count{table.name, 0};
  Source::Rows rows =
      source.query(fmt::format("SELECT {} FROM {} ORDER BY {}", columns, table.name, table.order));
  server.begin_copy(fmt::format("COPY {} ({}) FROM STDIN", table.name, columns));
  std::string line;
  while (source.step(rows)) {
    line.clear();
    append_row(line, rows.get(), table, true, Reals::as_numbers);
    server.put_row(line);
    ++count.rows;
  }
  server.end_copy();
  return count;
}

// A sequence goes on behind the highest number that was given.
void move_sequences(Server& server, const Table& table) {
  for (const Column& column : table.columns) {
    if (!column.is_counted) continue;
    server.query(
        fmt::format("SELECT setval(pg_get_serial_sequence('{0}', '{1}'), coalesce(max({1}), "
                    "1), max({1}) IS NOT NULL) FROM {0}",
                    table.name, column.name));
  }
}

void compare(Source& source, Server& server, const Table& table) {
  Source::Rows rows = source.query(fmt::format("SELECT {} FROM {} ORDER BY {}",
                                               column_list(table, false), table.name, table.order));
  server.begin_read(fmt::format("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT",
                                compare_list(table), table.name, table.order));
  std::string here;
  for (std::int64_t number = 1;; ++number) {
    const bool is_here = source.step(rows);
    const auto there = server.next_row();
    if (!is_here && !there) return;
    here.clear();
    if (is_here) append_row(here, rows.get(), table, false, Reals::as_bits);
    if (is_here && there && here == *there) continue;
    throw refusal(fmt::format("row {} of {} is not the same in both databases; nothing was moved",
                              number, table.name));
  }
}

LedgerCheck add_up(Server& server) {
  const auto number = [&](const char* sql) { return std::stoll(server.query(sql)[0][0]); };
  LedgerCheck check;
  check.journal_rows = number("SELECT count(*) FROM ledger_journal");
  check.unbalanced = number(
      "SELECT count(*) FROM (SELECT j.id FROM ledger_journal j LEFT JOIN ledger_postings p ON "
      "p.journal_id = j.id GROUP BY j.id HAVING count(p.side) <> 2 OR sum(p.amount) <> 0) AS bent");
  check.wrong_balances = number(
      "SELECT count(*) FROM (SELECT a.id FROM ledger_accounts a LEFT JOIN ledger_postings p ON "
      "p.account_id = a.id GROUP BY a.id HAVING a.balance <> coalesce(sum(p.amount), 0)) AS bent");
  check.overdrawn =
      number("SELECT count(*) FROM ledger_accounts WHERE kind = 'user' AND balance < 0");
  check.total = number("SELECT coalesce(sum(balance), 0)::bigint FROM ledger_accounts");
  return check;
}

Report move_all(const std::string& sqlite_path, const std::string& conninfo,
                const Progress& progress) {
  const std::string name = postgres::describe(conninfo);
  Source source(sqlite_path);
  if (const auto migrated = postgres::migrate(conninfo); !migrated) {
    throw refusal(std::string(migrated.error().sentence()));
  }
  Server server(conninfo);
  server.query("BEGIN");
  const std::vector<Table> tables = common_tables(server, source);
  lock(server, tables);
  refuse_records(server, tables, name);
  Report report;
  for (const Table& table : tables) {
    report.tables.push_back(copy(source, server, table));
    move_sequences(server, table);
    if (progress) progress("copied", report.tables.back());
  }
  for (std::size_t at = 0; at < tables.size(); ++at) {
    compare(source, server, tables[at]);
    if (progress) progress("compared", report.tables[at]);
  }
  report.ledger = add_up(server);
  if (!report.ledger.is_sound()) {
    throw refusal(
        "the ledger does not add up; nothing was moved. See `whoosh admin ledger verify`");
  }
  server.query("COMMIT");
  return report;
}

}  // namespace

base::Result<Report> move_store(const std::string& sqlite_path, const std::string& conninfo,
                                const Progress& progress) {
  try {
    return move_all(sqlite_path, conninfo, progress);
  } catch (const sqlite::Refused& refused) {
    return refused.error;
  } catch (const postgres::Refused& refused) {
    return refused.error;
  } catch (const sqlite::SqliteError& error) {
    return Error{ErrorCode::unavailable, fmt::format("{}: {}", sqlite_path, error.what())};
  } catch (const postgres::PgError& error) {
    return Error{ErrorCode::unavailable, fmt::format("the destination: {}", error.what())};
  }
}

}  // namespace whoosh::store::transfer
