// What every serving sub-command does around its role: signals, limits, the log, and the end. One
// call per process, from main()'s thread.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace whoosh::cli {

struct Served {
  std::string up;                // one line for the operator: what is where
  std::function<void()> reload;  // reads again what may change while it serves
  // Ends it. `hurry` is true once a second signal has come.
  std::function<void(const std::function<bool()>& hurry)> stop;
};

// Starts, prints `up`, waits for SIGTERM or SIGINT, and stops. The exit status.
//
// SIGHUP has two meanings, told apart here. From an operator or a service manager (kill -HUP,
// ExecReload=) it is a daemon's: reload. When the terminal that we were started in is gone it says
// so, and we end, as anything does that runs in the foreground. Under nohup it never ends us.
int serve(const std::string& log_level, const std::string& log_format,
          const std::function<base::Result<Served>()>& start);

}  // namespace whoosh::cli
