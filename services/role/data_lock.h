// DataLock: a data folder belongs to one process at a time: two on one SQLite file, or on one spool
// of results, would each believe to be alone. A lock of the kernel on <data>/lock, so it goes with
// the process however that ends, and a file left behind means nothing. Commands that only look, or
// that work through the database alone (`whoosh admin`, `keys`), do not take it.
//
// Owner: the role's wiring, as long as it uses the folder. A value; one thread.
#pragma once

#include <string>

#include "base/result.h"

namespace whoosh::role {

class DataLock {
 public:
  // REQUIRES: the folder is there. unavailable, with the sentence to print: another process has it
  // (and which), or the file can't be made.
  [[nodiscard]] static base::Result<DataLock> take(const std::string& data);

  DataLock() = default;  // none
  DataLock(DataLock&& other) noexcept;
  DataLock& operator=(DataLock&& other) noexcept;
  ~DataLock();

 private:
  explicit DataLock(int file) : file_(file) {}

  int file_ = -1;
};

}  // namespace whoosh::role
