#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>

#include "services/cli/commands.h"
#include "services/cli/knobs.h"
#include "services/database/database.h"
#include "services/role/key_files.h"
#include "services/role/paths.h"
#include "services/role/secret_file.h"
#include "store/transfer/transfer.h"

namespace whoosh::cli {
namespace {

struct Options {
  std::string data = "var";
  std::string database;  // "": the embedded one in the data folder
  std::string database_file;
  bool check = false;
  std::string from;  // both or none
  std::string to;
};

int show(const database::Location& database) {
  const auto status = database::status(database);
  if (!status) return fail(status.error().sentence());
  fmt::print("{}: schema {}, this whoosh knows {}\n", database::name_of(database), status->version,
             status->known);
  if (status->pending.empty())
    fmt::print("nothing to do\n");
  else
    fmt::print("to do: {}\n", fmt::join(status->pending, ", "));
  return 0;
}

int bring_up_to_date(const database::Location& database) {
  const auto done = database::migrate(database);
  if (!done) return fail(done.error().sentence());
  const std::string name = database::name_of(database);
  if (done->applied.empty())
    fmt::print("{}: schema {} is up to date\n", name, done->to);
  else
    fmt::print("{}: schema {} -> {} ({})\n", name, done->from, done->to,
               fmt::join(done->applied, ", "));
  return 0;
}

// "--from is …, but …"
int wrong(std::string_view knob, std::string_view why) {
  return fail(fmt::format("--{}: {}", knob, why));
}

int move_records(const Options& options) {
  const auto from = database::parse(options.from);
  if (!from) return wrong("from", from.error().sentence());
  const auto to = database::parse(options.to);
  if (!to) return wrong("to", to.error().sentence());
  if (from->kind != database::Kind::sqlite) return wrong("from", "records move out of sqlite:PATH");
  if (to->kind != database::Kind::postgres) {
    return wrong("to", "records move into postgres://user@host/database");
  }
  const auto moved = store::transfer::move_store(
      from->where, to->where,
      [](const std::string& step, const store::transfer::TableCount& table) {
        fmt::print("{:<8} {:>9} rows of {}\n", step, table.rows, table.name);
        std::fflush(stdout);
      });
  if (!moved) return fail(moved.error().sentence());
  fmt::print(
      "moved to {}: every value compared, {} ledger entries add up. {} was only read; keep it "
      "until "
      "you are content, and start whoosh with --database from now on.\n",
      database::name_of(*to), moved->ledger.journal_rows, from->where);
  return 0;
}

int run(Options& options) {
  const auto read = role::read_secret_file("database", options.database_file, options.database);
  if (!read) return fail(read.error().message);
  if (!options.from.empty()) return move_records(options);
  database::Location database{database::Kind::sqlite, role::database_path(options.data)};
  if (!options.database.empty()) {
    const auto given = database::parse(options.database);
    if (!given) return wrong("database", given.error().sentence());
    database = *given;
  } else if (!options.check) {
    if (const auto folder = role::make_data_folder(options.data); !folder)
      return fail(folder.error().sentence());
  }
  return options.check ? show(database) : bring_up_to_date(database);
}

}  // namespace

Command add_migrate(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* migrate = app.add_subcommand(
      "migrate", "Bring the database to this version's schema, or move it to another");
  knob(*migrate, "data", options->data, "Folder of the embedded database");
  knob(*migrate, "database", options->database,
       "Instead: sqlite:PATH or postgres://user@host/database");
  knob(*migrate, "database-file", options->database_file,
       "File that holds the value of --database");
  migrate->add_flag("--check", options->check, "Only show what there is and what would be done");
  CLI::Option* from = migrate->add_option("--from", options->from,
                                          "Move all records from here (sqlite:PATH; stop its "
                                          "whoosh first) and compare both sides");
  CLI::Option* to = migrate->add_option("--to", options->to,
                                        "… to this empty database (postgres://user@host/database)");
  from->needs(to)->excludes("--check");
  to->needs(from);
  return {migrate, [options] { return run(*options); }};
}

}  // namespace whoosh::cli
