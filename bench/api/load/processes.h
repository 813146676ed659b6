// CPU time of processes with all their descendants, and how idle the machine was: read from /proc.
// Stateless; any thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace whoosh::bench {

// One server as it is counted: "database" and its first process.
struct ProcessGroup {
  std::string name;
  pid_t root = 0;
};

struct CpuReading {
  std::vector<double> group_s;  // in the order of the groups: CPU seconds up to now
  double own_s = 0;             // of this process
  double idle_s = 0;            // of all cores
  double total_s = 0;
};

// Time of children that have ended counts with their parent once it has waited for them.
[[nodiscard]] CpuReading read_cpu(const std::vector<ProcessGroup>& groups);
[[nodiscard]] double load_average();  // of the last minute

}  // namespace whoosh::bench
