// Tables of both stores, as the transfer sees them: names, types and order, read from PostgreSQL's
// catalogue. Values; the transfer's thread.
#pragma once

#include <string>
#include <vector>

#include "store/transfer/server.h"
#include "store/transfer/source.h"

namespace whoosh::store::transfer {

enum class Type : std::uint8_t { boolean, integer, real, text, bytes };

struct Column {
  std::string name;
  Type type = Type::text;
  bool is_copied = true;    // false: a trigger of the destination computes it
  bool is_counted = false;  // numbered by a sequence
};

struct Table {
  std::string name;
  std::vector<Column> columns;
  std::string order;  // "user_id, game": the primary key, or the order in which rows were made
};

// Those that are referred to first. Throws Refused when the two sides differ.
[[nodiscard]] std::vector<Table> common_tables(Server& server, Source& source);

// "id, name": all columns, or only those that are copied.
[[nodiscard]] std::string column_list(const Table& table, bool only_copied);

}  // namespace whoosh::store::transfer
