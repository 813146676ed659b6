#include "services/doctor/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <tuple>

#include "services/role/version.h"

namespace whoosh::doctor {
namespace {

namespace json = boost::json;

std::size_t count(const Findings& findings, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const Finding& finding) { return finding.severity == severity; }));
}

std::string_view label(Severity severity) {
  switch (severity) {
    case Severity::ok:
      return "ok  ";
    case Severity::skipped:
      return "--  ";
    case Severity::warning:
      return "WARN";
    case Severity::failure:
      return "FAIL";
  }
  return "";
}

std::string counted(std::size_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

}  // namespace

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::ok:
      return "ok";
    case Severity::skipped:
      return "skipped";
    case Severity::warning:
      return "warning";
    case Severity::failure:
      return "failure";
  }
  return "";
}

int exit_status(const Findings& findings) {
  if (count(findings, Severity::failure) > 0) return 2;
  return count(findings, Severity::warning) > 0 ? 1 : 0;
}

void sort(Findings& findings) {
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(b.severity, a.check, a.subject) < std::tie(a.severity, b.check, b.subject);
  });
}

std::string text_of(const Findings& findings, bool verbose) {
  std::string text;
  for (const Finding& finding : findings) {
    const bool is_quiet = finding.severity == Severity::ok || finding.severity == Severity::skipped;
    if (is_quiet && !verbose) continue;
    text += fmt::format("{} {:<16} {}{}{}\n", label(finding.severity), finding.check,
                        finding.subject, finding.subject.empty() ? "" : ": ", finding.seen);
    if (!finding.mend.empty()) text += fmt::format("     {:<16} -> {}\n", "", finding.mend);
  }
  const std::size_t failures = count(findings, Severity::failure);
  const std::size_t warnings = count(findings, Severity::warning);
  text += fmt::format("{}{}, {}; {} well, {} not looked at{}\n", text.empty() ? "" : "\n",
                      counted(failures, "failure", "failures"),
                      counted(warnings, "warning", "warnings"), count(findings, Severity::ok),
                      count(findings, Severity::skipped), verbose ? "" : " (--verbose lists them)");
  return text;
}

std::string json_of(const Findings& findings) {
  json::array rows;
  for (const Finding& finding : findings) {
    rows.push_back(json::object{{"severity", name_of(finding.severity)},
                                {"check", finding.check},
                                {"subject", finding.subject},
                                {"seen", finding.seen},
                                {"mend", finding.mend}});
  }
  const json::object page{{"version", role::version()},
                          {"status", exit_status(findings)},
                          {"failures", count(findings, Severity::failure)},
                          {"warnings", count(findings, Severity::warning)},
                          {"findings", std::move(rows)}};
  return json::serialize(page) + "\n";
}

}  // namespace whoosh::doctor
