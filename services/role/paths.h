// Where things are inside a data folder, and where the built web client is. Pure but for looking at
// the disk.
#pragma once

#include <string>

namespace whoosh::role {

[[nodiscard]] inline std::string database_path(const std::string& data) {
  return data + "/whoosh.db";
}
[[nodiscard]] inline std::string match_log_folder(const std::string& data) {
  return data + "/broken-rooms";
}

// `given`, or the first services/web/dist that holds index.html: under the working folder, then
// under the folders above this executable. Empty: not built.
[[nodiscard]] std::string web_folder(const std::string& given);

}  // namespace whoosh::role
