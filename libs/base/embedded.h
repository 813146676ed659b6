// A text file that the build put into the executable (cmake/embed.cmake). A module whose folder has
// migrations/*.sql or content/*.jsonl gets them: it declares
//
//   std::span<const base::EmbeddedFile> embedded();   // in its own namespace; sorted by name
//
// Constants; any thread.
#pragma once

#include <string_view>

namespace whoosh::base {

struct EmbeddedFile {
  std::string_view name;  // "0001_accounts.sql"
  std::string_view text;
};

}  // namespace whoosh::base
