#include "services/role/data_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

namespace whoosh::role {
namespace {

base::Error refused(std::string sentence) {
  return {base::ErrorCode::unavailable, std::move(sentence)};
}

// What the holder wrote: its process number.
std::string holder_of(const std::string& path) {
  std::string number;
  std::ifstream(path) >> number;
  return number.empty() ? "another whoosh" : "another whoosh (process " + number + ")";
}

}  // namespace

base::Result<DataLock> DataLock::take(const std::string& data) {
  const std::string path = data + "/lock";
  DataLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.file_ < 0) {
    return refused(fmt::format("can't use the folder {}: {}: {}. Give another with --data.", data,
                               path, std::strerror(errno)));
  }
  if (::flock(lock.file_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return refused(fmt::format("can't lock {}: {}. Give another folder with --data.", path,
                                 std::strerror(errno)));
    }
    return refused(fmt::format("{} uses the folder {}. Stop it, or give another with --data.",
                               holder_of(path), data));
  }
  const std::string number = std::to_string(::getpid()) + "\n";
  // For people only: the lock holds without it.
  if (::ftruncate(lock.file_, 0) != 0 || ::write(lock.file_, number.data(), number.size()) < 0) {
    return refused(fmt::format("can't write {}: {}.", path, std::strerror(errno)));
  }
  return lock;
}

DataLock::DataLock(DataLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

DataLock& DataLock::operator=(DataLock&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

DataLock::~DataLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace whoosh::role
