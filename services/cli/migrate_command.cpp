#include <fmt/format.h>
#include <fmt/ranges.h>

#include "services/cli/commands.h"
#include "services/solo/key_files.h"
#include "services/solo/paths.h"
#include "store/sqlite/sqlite.h"

namespace whoosh::cli {

int run_migrate(const MigrateOptions& options) {
  const std::string path = solo::database_path(options.data);
  if (options.check) {
    const auto status = store::sqlite::status(path);
    if (!status) return fail(status.error().sentence());
    fmt::print("{}: schema {}, this whoosh knows {}\n", path, status->version, status->known);
    if (status->pending.empty())
      fmt::print("nothing to do\n");
    else
      fmt::print("to do: {}\n", fmt::join(status->pending, ", "));
    return 0;
  }
  if (const auto folder = solo::make_data_folder(options.data); !folder)
    return fail(folder.error().sentence());
  const auto done = store::sqlite::migrate(path);
  if (!done) return fail(done.error().sentence());
  if (done->applied.empty())
    fmt::print("{}: schema {} is up to date\n", path, done->to);
  else
    fmt::print("{}: schema {} -> {} ({})\n", path, done->from, done->to,
               fmt::join(done->applied, ", "));
  return 0;
}

}  // namespace whoosh::cli
