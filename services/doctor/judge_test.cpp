// Goal: what was seen is judged as it deserves, at each border, and whatever is wrong comes with
// what to do. Method: values on both sides of every border; no network but 127.0.0.1's name.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "runtime/clock.h"
#include "services/doctor/checks.h"
#include "services/role/version.h"

namespace whoosh::doctor {
namespace {

using boost::asio::ip::make_address;

Severity worst(const Findings& findings) {
  Severity worst = Severity::ok;
  for (const Finding& finding : findings) worst = std::max(worst, finding.severity);
  return worst;
}

// What is wrong says what to do, and what is well does not.
void expect_advice(const Findings& findings) {
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.mend.empty(), finding.severity == Severity::ok) << finding.check;
    EXPECT_FALSE(finding.seen.empty()) << finding.check;
  }
}

TEST(Reach, IsOfTheAddress) {
  for (const char* address : {"127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"})
    EXPECT_EQ(reach_of(make_address(address)), Reach::loopback) << address;
  for (const char* address : {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
                              "169.254.1.1", "100.64.0.1", "fd00::1", "fe80::1"})
    EXPECT_EQ(reach_of(make_address(address)), Reach::internal) << address;
  for (const char* address : {"8.8.8.8", "172.32.0.1", "172.15.255.255", "100.128.0.1", "11.0.0.0",
                              "2001:db8::1", "::ffff:8.8.8.8"})
    EXPECT_EQ(reach_of(make_address(address)), Reach::open) << address;
  EXPECT_EQ(reach_of(std::string("localhost")), Reach::loopback);
  EXPECT_EQ(reach_of(std::string("/run/postgresql")), Reach::loopback);
  EXPECT_EQ(reach_of(std::string("no-such-name.invalid")), Reach::internal);
}

TEST(Transport, WithoutTlsOrPasswordIsToldByHowFarItReaches) {
  const auto judged = [](Reach reach, bool tls, bool password) {
    const Findings findings =
        judge_transport({"state-transport", "redis", reach, tls, password, "use TLS", "use one"});
    expect_advice(findings);
    return worst(findings);
  };
  EXPECT_EQ(judged(Reach::loopback, false, false), Severity::ok);
  EXPECT_EQ(judged(Reach::internal, true, true), Severity::ok);
  EXPECT_EQ(judged(Reach::internal, false, true), Severity::warning);
  EXPECT_EQ(judged(Reach::internal, true, false), Severity::failure);
  EXPECT_EQ(judged(Reach::open, false, true), Severity::failure);
  EXPECT_EQ(judged(Reach::open, true, false), Severity::failure);
}

TEST(Clock, MayBeOffByTwoSecondsAndMustNotByTwenty) {
  for (const std::int64_t sign : {-1, 1}) {
    EXPECT_EQ(judge_clock("c", "s", sign * 1'999).severity, Severity::ok);
    EXPECT_EQ(judge_clock("c", "s", sign * 2'000).severity, Severity::warning);
    EXPECT_EQ(judge_clock("c", "s", sign * 19'999).severity, Severity::warning);
    EXPECT_EQ(judge_clock("c", "s", sign * 20'000).severity, Severity::failure);
  }
  EXPECT_EQ(judge_clock("c", "s", -3'040).seen, "its clock is 3.040 s behind this machine's.");
  expect_advice({judge_clock("c", "s", 0), judge_clock("c", "s", 60'000)});
}

TEST(Certificate, EndsInDaysOrHasEnded) {
  const base::UnixMs now = runtime::OsClock().now();
  constexpr std::int64_t day = 86'400'000;
  const auto ends = [&](std::int64_t ms) {
    return judge_certificate("cert.pem", base::UnixMs{now.value + ms}, 14);
  };
  EXPECT_EQ(ends(15 * day).severity, Severity::ok);
  EXPECT_EQ(ends(13 * day).severity, Severity::warning);
  EXPECT_EQ(ends(-day).severity, Severity::failure);
  expect_advice({ends(15 * day), ends(13 * day), ends(-day)});
}

TEST(Descriptors, AreEnoughForTheAskedPlayers) {
  EXPECT_EQ(judge_descriptors(1'024, 0).severity, Severity::warning);
  EXPECT_EQ(judge_descriptors(4'096, 0).severity, Severity::ok);
  EXPECT_EQ(judge_descriptors(8'000 + 1'000 + 512, 8'000).severity, Severity::ok);
  const Finding few = judge_descriptors(8'000 + 1'000 + 511, 8'000);
  EXPECT_EQ(few.severity, Severity::failure);
  EXPECT_NE(few.mend.find("ulimit -n 9512"), std::string::npos) << few.mend;
  EXPECT_EQ(judge_descriptors(1 << 30, UINT32_MAX).severity, Severity::failure);
}

TEST(Disk, IsFullByBytesOrByFiles) {
  constexpr std::uint64_t gib = std::uint64_t{1} << 30;
  const auto judged = [](Disk disk) {
    const Finding finding = judge_disk(disk, 10);
    expect_advice({finding});
    return finding.severity;
  };
  EXPECT_EQ(judged({"var", 100 * gib, 50 * gib, 1'000, 500}), Severity::ok);
  EXPECT_EQ(judged({"var", 100 * gib, 9 * gib, 1'000, 500}), Severity::warning);
  EXPECT_EQ(judged({"var", 100 * gib, 50 * gib, 1'000, 99}), Severity::warning);
  EXPECT_EQ(judged({"var", 100 * gib, gib / 32, 1'000, 500}), Severity::failure);
  EXPECT_EQ(judged({"var", 100 * gib, 50 * gib, 100'000, 99}), Severity::failure);
  EXPECT_EQ(judged({"var", 100 * gib, 50 * gib, 0, 0}), Severity::ok) << "btrfs counts no files";
}

state::Node node(const std::string& name, const std::string& version) {
  state::Node node;
  node.name = name;
  node.version = version;
  node.load.players_max = 100;
  return node;
}
Severity of(const Findings& findings, const std::string& check) {
  const auto found = std::find_if(findings.begin(), findings.end(),
                                  [&](const Finding& f) { return f.check == check; });
  return found == findings.end() ? Severity::skipped : found->severity;
}

TEST(Nodes, OfSeveralVersionsAreNamed) {
  const std::string ours(role::version());
  EXPECT_EQ(of(judge_nodes({node("a", ours), node("b", ours)}), "versions"), Severity::ok);
  const Findings mixed = judge_nodes({node("a", ours), node("b", "0.0.1"), node("c", "0.0.1")});
  EXPECT_EQ(of(mixed, "versions"), Severity::warning);
  EXPECT_NE(mixed.front().seen.find("0.0.1 on b, c"), std::string::npos) << mixed.front().seen;
  EXPECT_EQ(of(judge_nodes({node("a", "0.0.1")}), "versions"), Severity::warning)
      << "all alike, but not as this program";
  expect_advice(mixed);
}

TEST(Nodes, MustHaveRoomForNewcomers) {
  EXPECT_EQ(of(judge_nodes({}), "nodes"), Severity::failure);
  std::vector<state::Node> two{node("a", ""), node("b", "")};
  EXPECT_EQ(of(judge_nodes(two), "nodes"), Severity::ok);
  two[0].load.players = 91;
  two[1].load.players = 90;
  EXPECT_EQ(of(judge_nodes(two), "nodes"), Severity::warning);
  two[0].load.draining = true;
  two[1].load.full = true;
  EXPECT_EQ(of(judge_nodes(two), "nodes"), Severity::failure);
}

}  // namespace
}  // namespace whoosh::doctor
