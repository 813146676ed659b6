// run(): all checks at once, each group on its own thread, and none for longer than `patience`: a
// group that hangs (in a name's look-up, say) becomes a finding, and its thread is left behind. So
// whoever calls this ends the process afterwards by std::_Exit (Report::is_whole tells).
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "services/doctor/config.h"
#include "services/doctor/finding.h"

namespace whoosh::doctor {

struct Group {
  std::string name;
  std::function<Findings()> check;
};

struct Report {
  Findings findings;     // sorted
  bool is_whole = true;  // no thread was left behind
};

[[nodiscard]] Report run(std::vector<Group> groups, std::chrono::milliseconds patience);

// Of a deployment: reads the ...-file knobs, then everything; with --against from outside only.
[[nodiscard]] Report run(Config config);

}  // namespace whoosh::doctor
