#include "services/solo/key_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace whoosh::solo {
namespace {

namespace fs = std::filesystem;

base::Error folder_error(const std::string& path, const std::error_code& error) {
  return {
      base::ErrorCode::unavailable,
      fmt::format("can't use the folder {}: {}. Give another with --data.", path, error.message())};
}

base::Result<> make_private_folder(const std::string& path) {
  std::error_code error;
  const bool made = fs::create_directories(path, error);
  if (error) return folder_error(path, error);
  if (made) fs::permissions(path, fs::perms::owner_all, error);
  if (error) return folder_error(path, error);
  return {};
}

std::string keys_folder(const std::string& data) {
  return data + "/keys";
}

}  // namespace

base::Result<> make_data_folder(const std::string& data) {
  return make_private_folder(data);
}

base::Result<std::vector<std::string>> key_files(const std::string& data) {
  std::vector<std::string> paths;
  std::error_code error;
  if (!fs::exists(keys_folder(data), error)) return paths;
  for (fs::directory_iterator at(keys_folder(data), error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == ".pem") paths.push_back(at->path().string());
  }
  if (error) return folder_error(keys_folder(data), error);
  std::sort(paths.rbegin(), paths.rend());  // names begin with the time: newest first
  return paths;
}

base::Result<std::string> add_key_file(const std::string& data, base::UnixMs now) {
  if (const auto made = make_private_folder(data); !made) return made.error();
  if (const auto made = make_private_folder(keys_folder(data)); !made) return made.error();
  std::string path = fmt::format("{}/{:013}.pem", keys_folder(data), now.value);
  if (const auto made = auth::make_key_file(path); !made) return made.error();
  return path;
}

base::Result<auth::KeySet> load_or_make_keys(const std::string& data, base::UnixMs now) {
  auto paths = key_files(data);
  if (!paths) return paths.error();
  if (paths->empty()) {
    auto path = add_key_file(data, now);
    if (!path) return path.error();
    paths->push_back(std::move(*path));
  }
  if (paths->size() > auth::keys_max)
    paths->resize(auth::keys_max);  // the oldest have long expired
  return auth::KeySet::load(*paths);
}

}  // namespace whoosh::solo
