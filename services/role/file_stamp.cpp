#include "services/role/file_stamp.h"

#include <sys/stat.h>

namespace whoosh::role {

FileStamp FileStamp::of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {path};
  constexpr std::int64_t second_ns = 1'000'000'000;
  return {path, info.st_ino, info.st_size,
          std::int64_t{info.st_mtim.tv_sec} * second_ns + info.st_mtim.tv_nsec};
}

}  // namespace whoosh::role
