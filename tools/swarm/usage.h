// What processes and this machine use: /proc, and the /metrics pages of servers that are given by
// URL. Read by the leader of a run, once a second; its thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace whoosh::swarm {

struct ProcessUsage {
  double cpu_s = 0;  // user and system, since it began
  std::int64_t resident_bytes = 0;
};
// nullopt: there is no such process.
[[nodiscard]] std::optional<ProcessUsage> process_usage(std::int32_t pid);
// The sum over those that are there.
[[nodiscard]] ProcessUsage usage_of(const std::vector<std::int32_t>& pids);

struct MachineUsage {
  double busy_s = 0;  // of all cores
  double idle_s = 0;
};
[[nodiscard]] MachineUsage machine_usage();
// "2 cores, Intel Xeon …, 23.5 GiB, Linux 6.18"
[[nodiscard]] std::string machine_words();

// Prometheus' text format: name -> sum over all label sets. Buckets of histograms are left out.
using Metrics = std::map<std::string, double, std::less<>>;
[[nodiscard]] Metrics parse_metrics(std::string_view text);
// The sum over all pages; unavailable: one did not answer, and its URL.
[[nodiscard]] base::Result<Metrics> fetch_metrics(const std::vector<std::string>& urls);

}  // namespace whoosh::swarm
