#include "store/transfer/rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <string_view>
#include <vector>

#include "store/sqlite/database.h"

namespace whoosh::store::transfer {
namespace {

void append_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\v':
        out += "\\v";
        break;
      default:
        out += c;
    }
  }
}

void append_bytes(std::string& out, std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\\\x";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 0xf];
  }
}

int wanted_type(Type type) {
  switch (type) {
    case Type::boolean:
    case Type::integer:
      return SQLITE_INTEGER;
    case Type::real:
      return SQLITE_FLOAT;
    case Type::text:
      return SQLITE_TEXT;
    case Type::bytes:
      return SQLITE_BLOB;
  }
  return SQLITE_NULL;
}

void append_value(std::string& out, sqlite3_stmt* row, int at, Type type, Reals reals) {
  const auto bytes = [&] {
    const char* data = static_cast<const char*>(sqlite3_column_blob(row, at));
    return std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(row, at)));
  };
  switch (type) {
    case Type::boolean:
      out += sqlite3_column_int64(row, at) != 0 ? 't' : 'f';
      break;
    case Type::integer:
      fmt::format_to(std::back_inserter(out), "{}", sqlite3_column_int64(row, at));
      break;
    case Type::real: {
      const double value = sqlite3_column_double(row, at);
      if (reals == Reals::as_numbers) {
        fmt::format_to(std::back_inserter(out), "{:.17g}", value);
      } else {
        fmt::format_to(std::back_inserter(out), "{:016x}", std::bit_cast<std::uint64_t>(value));
      }
      break;
    }
    case Type::text:
      append_text(out, bytes());
      break;
    case Type::bytes:
      append_bytes(out, bytes());
      break;
  }
}

bool is_of(sqlite3_stmt* row, int at, Type type) {
  if (sqlite3_column_type(row, at) != wanted_type(type)) return false;
  if (type != Type::boolean) return true;
  const sqlite3_int64 value = sqlite3_column_int64(row, at);
  return value == 0 || value == 1;
}

}  // namespace

void append_row(std::string& out, sqlite3_stmt* row, const Table& table, bool only_copied,
                Reals reals) {
  int at = 0;
  for (const Column& column : table.columns) {
    if (only_copied && !column.is_copied) continue;
    if (at > 0) out += '\t';
    if (sqlite3_column_type(row, at) == SQLITE_NULL) {
      out += "\\N";
    } else if (is_of(row, at, column.type)) {
      append_value(out, row, at, column.type, reals);
    } else {
      throw sqlite::Refused{{base::ErrorCode::unavailable,
                             fmt::format("the source has a value of the wrong type in {}.{}",
                                         table.name, column.name)}};
    }
    ++at;
  }
  out += '\n';
}

std::string compare_list(const Table& table) {
  std::vector<std::string> parts;
  for (const Column& column : table.columns) {
    parts.push_back(column.type == Type::real
                        ? fmt::format("encode(float8send({}), 'hex')", column.name)
                        : column.name);
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace whoosh::store::transfer
