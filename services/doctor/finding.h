// Findings: what `whoosh doctor` saw, and what is to be done about it. Values; any thread.
//
// A check answers one finding for each thing that it looked at, also for what is well: who reads
// the report sees what was looked at, and what was not because nothing said where it is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace whoosh::doctor {

enum class Severity : std::uint8_t {
  ok,       // looked at, and well
  skipped,  // not looked at: `mend` says what it needs
  warning,  // it works, but not as it should, or not for long
  failure,  // players or processes can't do what they should
};

struct Finding {
  Severity severity = Severity::ok;
  std::string check;    // "state-clock": lasting, for machines
  std::string subject;  // "edge-1", "redis://10.0.0.5:6379"; never a password
  std::string seen;     // one sentence with the value
  std::string mend;     // what to do: flag or command; "" for what is well

  bool operator==(const Finding&) const = default;
};

using Findings = std::vector<Finding>;

// Exit status of the command: 0 all is well, 1 warnings, 2 failures.
[[nodiscard]] int exit_status(const Findings& findings);

// The worst first; then the name of the check, then the subject.
void sort(Findings& findings);

// For people, with a line that counts at the end. Not `verbose`: of what is well and what was
// skipped only the number.
[[nodiscard]] std::string text_of(const Findings& findings, bool verbose);

// For machines: {"version", "status", "failures", "warnings", "findings": [{"severity", "check",
// "subject", "seen", "mend"}]}.
[[nodiscard]] std::string json_of(const Findings& findings);

// "failure", "warning", "skipped", "ok".
[[nodiscard]] std::string_view name_of(Severity severity);

}  // namespace whoosh::doctor
