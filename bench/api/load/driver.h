// Driver: a fixed number of keep-alive connections, one thread, one epoll loop. Closed loop: each
// connection asks again as soon as it is answered. Open loop: requests are due at a fixed rate
// whatever the server does, and a late answer counts from the moment it was due, so a server that
// stalls can't hide it (no coordinated omission).
//
// Only what is answered between the end of the warm-up and the end of the measurement counts.
// Owner: main().
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/api/load/operation.h"
#include "bench/api/load/processes.h"

namespace whoosh::bench {

struct Plan {
  sockaddr_in server{};
  std::uint32_t connections = 1;
  double warmup_s = 1;
  double seconds = 4;
  double rate = 0;            // requests a second; 0: closed loop
  std::int64_t requests = 0;  // stop after as many answers; 0: time alone ends it
  std::vector<ProcessGroup> groups;
};

struct Outcome {
  double seconds = 0;
  std::vector<std::uint32_t> latencies_us;  // of right answers, sorted
  std::map<int, std::int64_t> statuses;
  std::int64_t wrong = 0;  // answers that were not the right one
  std::string first_wrong;
  std::int64_t failures = 0;  // no answer: refused, reset, cut short
  std::int64_t connects = 0;
  bool ran_dry = false;  // the operation had nothing left to ask
  CpuReading cpu;        // spent while measuring

  [[nodiscard]] double percentile_ms(double share) const;
};

// Throws std::system_error when there is no epoll.
[[nodiscard]] Outcome drive(const Plan& plan, Operation& operation);

}  // namespace whoosh::bench
