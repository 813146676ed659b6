// Report: what a run found out, or several together: as text for people, as JSON for programs and
// for `whoosh swarm merge`. A value; any thread.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "tools/swarm/tally.h"

namespace whoosh::swarm {

struct UsageSecond {
  std::int64_t at = 0;    // unix time
  std::int64_t open = 0;  // connections
  double server_cores = 0;
  double swarm_cores = 0;
  double idle_cores = 0;
};

struct Report {
  std::string what;     // the command's own words
  std::string version;  // of whoosh
  std::string machine;
  std::int64_t began_at = 0;  // unix time, of the window
  double window_s = 0;
  double ramp_s = 0;
  std::int64_t processes = 0;
  std::int64_t loops = 0;        // of all of them
  std::int64_t asked = 0;        // connections
  std::int64_t open_at_end = 0;  // of the window
  Tally tally;
  std::vector<UsageSecond> usage;  // of the window

  // Of the window, as nearly as /proc could be read: usage_s. server_*: 0 where nobody said whom
  // to watch.
  double usage_s = 0;
  double server_cpu_s = 0;
  std::int64_t server_resident_bytes = 0;
  double swarm_cpu_s = 0;
  std::int64_t swarm_resident_bytes = 0;
  double busiest_loop = 0;   // share of one core that the busiest thread of the swarm used
  double idle_cpu_s = 0;     // of the machine
  double machine_cpu_s = 0;  // of the machine, idle included
  std::map<std::string, double> server_counters;  // what the servers' own metrics grew by …
  double counted_s = 0;                           // … in this time: the window and a little more
  std::string cut_short;                          // why the run ended early; empty: it did not

  [[nodiscard]] bool has_server() const { return server_cpu_s > 0; }
  // Nothing was out of order: content, sequence, ticks, connections.
  [[nodiscard]] bool clean() const;
  // One sentence: who was at his limit.
  [[nodiscard]] std::string verdict() const;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] boost::json::object to_json() const;
  [[nodiscard]] static base::Result<Report> from_json(const boost::json::value& json);
};

// What several runs at the same time saw together. REQUIRES: at least one. Those that watched the
// same server or shared a machine say so twice: usage of the server and of the machine is taken
// from the first that has it.
[[nodiscard]] Report merge(const std::vector<Report>& reports);

}  // namespace whoosh::swarm
