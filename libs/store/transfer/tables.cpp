#include "store/transfer/tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "store/sqlite/database.h"

namespace whoosh::store::transfer {
namespace {

sqlite::Refused refusal(std::string sentence) {
  return {{base::ErrorCode::unavailable, std::move(sentence)}};
}

// A posting takes its balance from its account, which has it from the postings before: both are
// made anew by the destination's triggers, in the order in which they once came about.
bool is_computed(const std::string& table, const std::string& column) {
  return column == "balance" && (table == "ledger_accounts" || table == "ledger_postings");
}

Type type_of(const std::string& table, const Server::Row& column) {
  static const std::map<std::string, Type> types{
      {"boolean", Type::boolean}, {"smallint", Type::integer},      {"integer", Type::integer},
      {"bigint", Type::integer},  {"double precision", Type::real}, {"text", Type::text},
      {"bytea", Type::bytes}};
  const auto known = types.find(column[1]);
  if (known == types.end()) {
    throw refusal(
        fmt::format("{}.{}: a transfer does not know the type {}", table, column[0], column[1]));
  }
  return known->second;
}

std::string primary_key(Server& server, const std::string& table) {
  if (table == "ledger_postings") return "journal_id, side";
  std::vector<std::string> names;
  for (const auto& row : server.query(fmt::format(
           "SELECT a.attname FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY "
           "AS k(attnum, at) JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = "
           "k.attnum WHERE i.indisprimary AND i.indrelid = '{}'::regclass ORDER BY k.at",
           table))) {
    names.push_back(row[0]);
  }
  if (names.empty()) throw refusal(fmt::format("{} has no primary key", table));
  return fmt::format("{}", fmt::join(names, ", "));
}

Table describe(Server& server, const std::string& name) {
  Table table;
  table.name = name;
  for (const auto& row : server.query(fmt::format(
           "SELECT attname, format_type(atttypid, NULL), attidentity <> '' FROM pg_attribute "
           "WHERE attrelid = '{}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname",
           name))) {
    table.columns.push_back(
        {row[0], type_of(name, row), !is_computed(name, row[0]), row[2] == "t"});
  }
  table.order = primary_key(server, name);
  return table;
}

// The tables that each table refers to.
std::map<std::string, std::set<std::string>> references(Server& server) {
  std::map<std::string, std::set<std::string>> found;
  for (const auto& row : server.query(
           "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE "
           "contype = 'f' AND connamespace = current_schema()::regnamespace")) {
    if (row[0] != row[1]) found[row[0]].insert(row[1]);
  }
  return found;
}

std::vector<std::string> in_order_of_reference(Server& server, std::vector<std::string> left) {
  const auto refers = references(server);
  std::vector<std::string> ordered;
  const auto is_ready = [&](const std::string& table) {
    const auto needs = refers.find(table);
    return needs == refers.end() ||
           std::all_of(needs->second.begin(), needs->second.end(), [&](const std::string& other) {
             return std::find(ordered.begin(), ordered.end(), other) != ordered.end();
           });
  };
  while (!left.empty()) {
    const auto next = std::find_if(left.begin(), left.end(), is_ready);
    if (next == left.end()) {
      throw refusal(fmt::format("these tables refer to each other: {}", fmt::join(left, ", ")));
    }
    ordered.push_back(*next);
    left.erase(next);
  }
  return ordered;
}

void expect_same(const std::string& what, const std::vector<std::string>& here,
                 const std::vector<std::string>& there) {
  if (here == there) return;
  throw refusal(fmt::format("the {} of the two databases differ: {} against {}", what,
                            fmt::join(here, ", "), fmt::join(there, ", ")));
}

}  // namespace

std::vector<Table> common_tables(Server& server, Source& source) {
  std::vector<std::string> names;
  for (const auto& row :
       server.query("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND "
                    "tablename <> 'schema_migrations' ORDER BY tablename COLLATE \"C\"")) {
    names.push_back(row[0]);
  }
  expect_same("tables", source.tables(), names);
  std::vector<Table> tables;
  for (const std::string& name : in_order_of_reference(server, names)) {
    Table table = describe(server, name);
    std::vector<std::string> columns;
    for (const Column& column : table.columns) columns.push_back(column.name);
    std::sort(columns.begin(), columns.end());
    expect_same("columns of " + name, source.columns(name), columns);
    tables.push_back(std::move(table));
  }
  return tables;
}

std::string column_list(const Table& table, bool only_copied) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) {
    if (column.is_copied || !only_copied) names.push_back(column.name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace whoosh::store::transfer
