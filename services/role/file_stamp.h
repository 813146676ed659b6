// FileStamp: what tells that a file is another than before, symbolic links followed (Kubernetes
// swaps a link when a secret changes). A value; any thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace whoosh::role {

struct FileStamp {
  std::string path;
  ino_t inode = 0;
  off_t size = -1;  // of none: the file can't be looked at
  std::int64_t written_ns = 0;

  bool operator==(const FileStamp&) const = default;
  [[nodiscard]] static FileStamp of(const std::string& path);
};

}  // namespace whoosh::role
