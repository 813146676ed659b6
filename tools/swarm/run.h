// run: one run of the swarm, from the first connection to the report. The caller's thread leads:
// it waits for the ramp, opens and closes the window, samples what everybody uses once a second,
// and adds up what the loops have seen. Loops are threads of this process, or of children when
// the plan has several processes (then nothing else may run in this one yet: it forks).
//
// Ends: when the window is over; early, with what there is, when `stop` becomes true (SIGINT) or
// when no seats are to be had.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/result.h"
#include "tools/swarm/plan.h"
#include "tools/swarm/report.h"
#include "tools/swarm/seats.h"

namespace whoosh::swarm {

struct RunHooks {
  MakeSeatSource seats;                         // play and sit
  std::function<void(const std::string&)> say;  // a line of progress, about once a second
  const std::atomic<bool>* stop = nullptr;      // set by a signal
  std::int64_t progress_ms = 1'000;
};

// `plan` is settled (plan.h). Error: nothing could be started; the sentence says why.
[[nodiscard]] base::Result<Report> run(const Plan& plan, const RunHooks& hooks);

}  // namespace whoosh::swarm
