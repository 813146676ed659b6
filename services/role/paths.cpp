#include "services/role/paths.h"

#include <filesystem>
#include <system_error>

namespace whoosh::role {
namespace {

namespace fs = std::filesystem;

bool has_index(const fs::path& folder) {
  std::error_code error;
  return fs::is_regular_file(folder / "index.html", error);
}

}  // namespace

std::string web_folder(const std::string& given) {
  if (!given.empty()) return given;
  const fs::path built = fs::path("services") / "web" / "dist";
  if (has_index(built)) return built.string();
  std::error_code error;
  fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  while (!error && folder.has_relative_path()) {
    if (has_index(folder / built)) return (folder / built).string();
    folder = folder.parent_path();
  }
  return {};
}

}  // namespace whoosh::role
