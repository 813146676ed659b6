#include "services/role/key_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace whoosh::role {
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

constexpr std::string_view secret_ending = ".secret";

// Names begin with the time at which a key was made: newest first.
base::Result<std::vector<std::string>> files_of(const std::string& folder, std::string_view kind) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == kind) paths.push_back(at->path().string());
  }
  if (error) return folder_error(folder, error);
  std::sort(paths.rbegin(), paths.rend());
  return paths;
}

}  // namespace

base::Result<> make_data_folder(const std::string& data) {
  return make_private_folder(data);
}

base::Result<std::vector<std::string>> key_files(const std::string& data) {
  std::error_code error;
  if (!fs::exists(keys_folder(data), error)) return std::vector<std::string>();
  return files_of(keys_folder(data), ".pem");
}

base::Result<std::string> add_key_file(const std::string& data, base::UnixMs now, int bits) {
  if (const auto made = make_private_folder(data); !made) return made.error();
  if (const auto made = make_private_folder(keys_folder(data)); !made) return made.error();
  std::string path = fmt::format("{}/{:013}.pem", keys_folder(data), now.value);
  if (const auto made = auth::make_key_file(path, bits); !made) return made.error();
  return path;
}

base::Result<std::vector<std::string>> given_key_files(const std::vector<std::string>& given) {
  std::vector<std::string> paths;
  for (const std::string& path : given) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (!path.ends_with(secret_ending)) paths.push_back(path);
      continue;
    }
    auto found = files_of(path, ".pem");
    if (!found) return found.error();
    paths.insert(paths.end(), found->begin(), found->end());
  }
  if (paths.empty()) {
    return base::Error{base::ErrorCode::invalid_input,
                       "--keys names no key. `whoosh keys --data DIR` makes one in DIR/keys."};
  }
  return paths;
}

base::Result<std::string> add_secret_file(const std::string& data, base::UnixMs now) {
  if (const auto made = make_private_folder(data); !made) return made.error();
  if (const auto made = make_private_folder(keys_folder(data)); !made) return made.error();
  std::string path = fmt::format("{}/{:013}{}", keys_folder(data), now.value, secret_ending);
  if (const auto made = auth::make_secret_file(path); !made) return made.error();
  return path;
}

base::Result<auth::Sealer> load_or_make_sealer(const std::string& data, base::UnixMs now) {
  std::error_code error;
  std::vector<std::string> paths;
  if (fs::exists(keys_folder(data), error)) {
    auto found = files_of(keys_folder(data), secret_ending);
    if (!found) return found.error();
    paths = std::move(*found);
  }
  if (paths.empty()) {
    auto path = add_secret_file(data, now);
    if (!path) return path.error();
    paths.push_back(std::move(*path));
  }
  return auth::load_sealer(paths);
}

base::Result<auth::Sealer> load_sealer(const std::vector<std::string>& given) {
  std::vector<std::string> paths;
  for (const std::string& path : given) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (path.ends_with(secret_ending)) paths.push_back(path);
      continue;
    }
    auto found = files_of(path, secret_ending);
    if (!found) return found.error();
    paths.insert(paths.end(), found->begin(), found->end());
  }
  return auth::load_sealer(paths);
}

base::Result<auth::KeySet> load_or_make_keys(const std::string& data, base::UnixMs now, int bits) {
  auto paths = key_files(data);
  if (!paths) return paths.error();
  if (paths->empty()) {
    auto path = add_key_file(data, now, bits);
    if (!path) return path.error();
    paths->push_back(std::move(*path));
  }
  if (paths->size() > auth::keys_max)
    paths->resize(auth::keys_max);  // the oldest have long expired
  return auth::KeySet::load(*paths);
}

}  // namespace whoosh::role
