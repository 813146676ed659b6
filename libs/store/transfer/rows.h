// Rows of the source as lines of COPY's text format (PostgreSQL manual, COPY, "Text Format"). Pure.
#pragma once

#include <sqlite3.h>

#include <string>

#include "store/transfer/tables.h"

namespace whoosh::store::transfer {

// How doubles are written: as numbers for COPY FROM, or as the sixteen hexadecimal digits of their
// bits, which is what compare_list() selects, so that equal means equal to the last bit.
enum class Reals : std::uint8_t { as_numbers, as_bits };

// Appends the present row with its line end. Throws Refused, naming the place, when a value is not
// of the column's type.
void append_row(std::string& out, sqlite3_stmt* row, const Table& table, bool only_copied,
                Reals reals);

// The columns of a table as COPY … TO has to select them for comparing with append_row(as_bits).
[[nodiscard]] std::string compare_list(const Table& table);

}  // namespace whoosh::store::transfer
