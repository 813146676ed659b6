// A new folder for one test, removed with everything in it. In memory where the system has such a
// place: these tests are about what is written, not about how fast a disk syncs.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace whoosh::store::sqlite {

class TestFolder {
 public:
  // Below `root`, if one is given.
  explicit TestFolder(std::filesystem::path root = {}) {
    const bool has_shm = ::access("/dev/shm", W_OK) == 0;
    if (root.empty()) root = has_shm ? "/dev/shm" : std::filesystem::temp_directory_path();
    std::string name = (root / "whoosh_store_XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace whoosh::store::sqlite
