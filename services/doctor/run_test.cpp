// Goal: the report is whole, in order, and comes in time whatever one check does; its status and
// both its forms say the same. Method: groups of the test's own, one of which hangs, one throws.
#include "services/doctor/run.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>

namespace whoosh::doctor {
namespace {

using std::chrono::milliseconds;

Finding finding(Severity severity, const std::string& check) {
  return {severity, check, "subject", "seen", severity == Severity::ok ? "" : "mend"};
}

TEST(Report, IsInOrderTheWorstFirst) {
  const Report report =
      run({{"one", [] { return Findings{finding(Severity::ok, "b")}; }},
           {"two",
            [] {
              return Findings{finding(Severity::warning, "z"), finding(Severity::failure, "y"),
                              finding(Severity::failure, "a")};
            }}},
          milliseconds(30'000));
  EXPECT_TRUE(report.is_whole);
  std::string order;
  for (const Finding& f : report.findings) order += f.check;
  EXPECT_EQ(order, "ayzb");
  EXPECT_EQ(exit_status(report.findings), 2);
}

TEST(Report, NamesAGroupThatThrows) {
  const Report report = run({{"bad", []() -> Findings { throw std::runtime_error("no memory"); }}},
                            milliseconds(30'000));
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].severity, Severity::failure);
  EXPECT_NE(report.findings[0].seen.find("no memory"), std::string::npos);
}

TEST(Report, GivesUpAGroupThatHangs) {
  const auto release = std::make_shared<std::atomic<bool>>(false);
  const auto ended = std::make_shared<std::atomic<bool>>(false);
  const Report report = run({{"stuck",
                              [release, ended] {
                                while (!*release) std::this_thread::sleep_for(milliseconds(1));
                                *ended = true;
                                return Findings{};
                              }},
                             {"other", [] { return Findings{finding(Severity::ok, "other")}; }}},
                            milliseconds(300));
  EXPECT_FALSE(report.is_whole);
  ASSERT_FALSE(report.findings.empty());
  EXPECT_EQ(report.findings[0].check, "stuck");
  *release = true;
  while (!*ended) std::this_thread::sleep_for(milliseconds(1));
}

TEST(Report, StatusIsOfTheWorst) {
  EXPECT_EQ(exit_status({}), 0);
  EXPECT_EQ(exit_status({finding(Severity::ok, "a"), finding(Severity::skipped, "b")}), 0);
  EXPECT_EQ(exit_status({finding(Severity::ok, "a"), finding(Severity::warning, "b")}), 1);
  EXPECT_EQ(exit_status({finding(Severity::warning, "a"), finding(Severity::failure, "b")}), 2);
}

TEST(Report, SaysTheSameToPeopleAndMachines) {
  const Findings findings{finding(Severity::failure, "keys"), finding(Severity::ok, "disk"),
                          finding(Severity::skipped, "state")};
  const std::string brief = text_of(findings, false);
  EXPECT_NE(brief.find("keys"), std::string::npos);
  EXPECT_EQ(brief.find("disk"), std::string::npos) << brief;
  EXPECT_NE(brief.find("1 failure, 0 warnings; 1 well, 1 not looked at"), std::string::npos)
      << brief;
  EXPECT_NE(text_of(findings, true).find("disk"), std::string::npos);
  const auto page = boost::json::parse(json_of(findings));
  EXPECT_EQ(page.at("failures").as_int64(), 1);
  EXPECT_EQ(page.at("findings").as_array().size(), 3u);
  EXPECT_EQ(page.at("findings").at(0).at("mend").as_string(), "mend");
}

}  // namespace
}  // namespace whoosh::doctor
