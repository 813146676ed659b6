// What every serving sub-command does around its role: signals, limits, the log, and the end. One
// call per process, from main()'s thread.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace whoosh::cli {

struct Served {
  std::string up;  // one line for the operator: what is where
  // Ends it. `hurry` is true once a second signal has come.
  std::function<void(const std::function<bool()>& hurry)> stop;
};

// Starts, prints `up`, waits for SIGTERM, SIGINT or SIGHUP, and stops. The exit status.
int serve(const std::string& log_level, const std::string& log_format,
          const std::function<base::Result<Served>()>& start);

}  // namespace whoosh::cli
