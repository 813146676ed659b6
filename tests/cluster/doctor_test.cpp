// Goal: `whoosh doctor` finds the commonest mistakes of a deployment and says how to mend each, and
// finds none where there is none. Method: a real cluster with one mistake made in it, the program
// run as an operator would run it, its report for machines.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "services/role/version.h"
#include "tests/cluster/processes.h"

namespace whoosh::tests {
namespace {

namespace json = boost::json;

// One run of the doctor.
struct Report {
  int status = -1;
  std::string text;
  json::array findings;

  // What it says of that check as "severity subject: seen -> mend", a line each.
  [[nodiscard]] std::string of(std::string_view severity, std::string_view check) const {
    std::string lines;
    for (const json::value& finding : findings) {
      const json::object& f = finding.as_object();
      if (f.at("severity").as_string() != severity || f.at("check").as_string() != check) continue;
      for (const char* key : {"subject", "seen", "mend"})
        lines += std::string(f.at(key).as_string()) + " | ";
      lines += "\n";
    }
    return lines;
  }
  [[nodiscard]] std::string failed(std::string_view check) const { return of("failure", check); }
};

class DoctorTest : public ::testing::Test {
 protected:
  // Everything that works together, as little of it as there can be.
  void start(const std::string& advertise = "") {
    edge_ = cluster_.start_edge("edge-1", advertise);
    api_ = cluster_.start_api("api-1", "ws://127.0.0.1:" + std::to_string(edge_.port) + "/ws");
    matchmaker_ = cluster_.start_matchmaker("matchmaker-1");
    ASSERT_TRUE(eventually([&] { return edge_.ready() == 200; })) << edge_.process->output();
    ASSERT_TRUE(eventually([&] { return api_.ready() == 200; })) << api_.process->output();
    ASSERT_TRUE(eventually([&] { return matchmaker_.ready() == 200; }))
        << matchmaker_.process->output();
  }
  [[nodiscard]] std::string pages() const {
    return "http://127.0.0.1:" + std::to_string(api_.port);
  }
  [[nodiscard]] std::vector<std::string> as_deployed() {
    return {"--state",
            cluster_.redis().url(),
            "--cluster-secret-file",
            cluster_.file("secret"),
            "--keys",
            cluster_.file("private.pem"),
            "--database",
            "postgres:" + cluster_.conninfo(),
            "--data",
            cluster_.file("edge-1"),
            "--public-url",
            pages(),
            "--edge-url",
            "ws://127.0.0.1:" + std::to_string(edge_.port) + "/ws"};
  }
  // As deployed, but for what `changes` names: flag and value in turn.
  Report look(const std::vector<std::string>& changes = {}) {
    std::vector<std::string> words = as_deployed();
    for (std::size_t at = 0; at + 1 < changes.size(); at += 2) {
      const auto flag = std::find(words.begin(), words.end(), changes[at]);
      if (flag != words.end())
        *(flag + 1) = changes[at + 1];
      else
        words.insert(words.end(), {changes[at], changes[at + 1]});
    }
    return run(words);
  }
  Report run(std::vector<std::string> words) {
    words.insert(words.begin(), {WHOOSH_PROGRAM, "doctor", "--json"});
    return run_program(std::move(words));
  }
  Report run_program(std::vector<std::string> words) {
    Process process(std::move(words), cluster_.file("doctor-" + std::to_string(++runs_) + ".log"));
    Report report;
    if (!eventually([&] { return !process.is_running(); }, 90)) {
      ADD_FAILURE() << "the doctor does not end";
      return report;
    }
    report.status = WEXITSTATUS(process.status());
    report.text = process.output();
    boost::system::error_code error;
    const json::value page = json::parse(report.text, error);
    if (error)
      ADD_FAILURE() << report.text;
    else
      report.findings = page.at("findings").as_array();
    return report;
  }

  Cluster cluster_;
  Node edge_;
  Node api_;
  Node matchmaker_;
  int runs_ = 0;
};

TEST_F(DoctorTest, FindsNoFailureWhereThereIsNone) {
  start();
  const Report report = look();
  EXPECT_LE(report.status, 1) << report.text;
  for (const char* check :
       {"state", "nodes", "versions", "matchmaker", "node-secret", "node-keys", "node-tickets",
        "node-clock", "state-clock", "database", "schema", "database-clock", "keys", "key-set",
        "cluster-secret", "pages", "websocket", "origin", "data"}) {
    EXPECT_NE(report.of("ok", check), "") << check << " was not looked at: " << report.text;
  }
  EXPECT_EQ(report.text.find(std::string(48, 'k')), std::string::npos) << "a secret is shown";
}

TEST_F(DoctorTest, FindsAWrongKey) {
  start();
  const auto other = auth::make_key_pem();
  ASSERT_TRUE(other);
  cluster_.write("other.pem", *other);
  const Report report = look({"--keys", cluster_.file("other.pem")});
  EXPECT_EQ(report.status, 2);
  EXPECT_NE(report.failed("node-keys").find("edge-1"), std::string::npos) << report.text;
  EXPECT_NE(report.failed("key-set").find("kid"), std::string::npos) << report.text;
}

TEST_F(DoctorTest, FindsAWrongSecret) {
  start();
  cluster_.write("other", std::string(48, 'o'));
  const Report report = look({"--cluster-secret-file", cluster_.file("other")});
  EXPECT_EQ(report.status, 2);
  EXPECT_NE(report.failed("node-secret").find("--cluster-secret-file"), std::string::npos)
      << report.text;
  EXPECT_NE(report.failed("node-tickets"), "") << report.text;
}

TEST_F(DoctorTest, FindsAClockThatIsOff) {
  const std::uint16_t port = free_port();
  const auto other = cluster_.start_haproxy(
      "defaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\n"
      "frontend f\n  bind 127.0.0.1:" +
      std::to_string(port) +
      "\n  http-request return status 200 content-type application/json string "
      "'{\"status\":\"ok\"}' hdr Date 'Tue, 01 Sep 2026 00:00:00 GMT'\n");
  const auto ask = [&] {
    return run({"--against", "http://127.0.0.1:" + std::to_string(port), "--timeout-ms", "3000"});
  };
  Report report;
  ASSERT_TRUE(eventually([&] {
    report = ask();
    return report.failed("pages").find("refused") == std::string::npos;
  })) << report.text;
  EXPECT_NE(report.failed("pages-clock").find("Synchronise"), std::string::npos) << report.text;
}

// Nobody answers at that address (TEST-NET-1, RFC 5737); what is wrong is seen before.
TEST_F(DoctorTest, FindsRedisOfTheOpenInternetWithoutTls) {
  const Report report = run({"--state", "redis://192.0.2.1:6379", "--timeout-ms", "200"});
  EXPECT_EQ(report.status, 2);
  const std::string said = report.failed("state-transport");
  EXPECT_NE(said.find("without TLS"), std::string::npos) << report.text;
  EXPECT_NE(said.find("rediss://"), std::string::npos) << report.text;
  EXPECT_NE(said.find("without a password"), std::string::npos) << report.text;
  EXPECT_NE(report.failed("state"), "") << report.text;
}

TEST_F(DoctorTest, FindsAnOldSchema) {
  const store::postgres::TestDatabase old(store::postgres::TestDatabase::Content::empty);
  const Report report = run({"--database", "postgres:" + old.conninfo()});
  EXPECT_EQ(report.status, 2);
  EXPECT_NE(report.failed("schema").find("whoosh migrate"), std::string::npos) << report.text;
}

TEST_F(DoctorTest, FindsAnAdvertisedAddressThatNobodyReaches) {
  start("ws://127.0.0.1:" + std::to_string(free_port()) + "/ws");
  const Report report = look();
  EXPECT_EQ(report.status, 2);
  const std::string said = report.failed("websocket");
  EXPECT_NE(said.find("edge-1"), std::string::npos) << report.text;
  EXPECT_NE(said.find("--advertise-ws-url"), std::string::npos) << report.text;
}

TEST_F(DoctorTest, FindsALimitOfDescriptorsThatIsTooLow) {
  const Report report =
      run_program({"/bin/sh", "-c", "ulimit -n 512; exec \"$@\"", "sh", WHOOSH_PROGRAM, "doctor",
                   "--json", "--data", cluster_.file("."), "--players-max", "1000"});
  EXPECT_EQ(report.status, 2);
  EXPECT_NE(report.failed("descriptors").find("ulimit -n 1637"), std::string::npos) << report.text;
}

TEST_F(DoctorTest, FindsAProxyThatTakesTheUpgradeOff) {
  start();
  const std::uint16_t port = free_port();
  const auto proxy = cluster_.start_haproxy(
      "defaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\n"
      "frontend f\n  bind 127.0.0.1:" +
      std::to_string(port) + "\n  http-request del-header Upgrade\n  default_backend b\n" +
      "backend b\n  server s 127.0.0.1:" + std::to_string(edge_.port) + "\n");
  const std::string url = "ws://127.0.0.1:" + std::to_string(port) + "/ws";
  Report report;
  ASSERT_TRUE(eventually([&] {
    report = look({"--edge-url", url});
    return report.failed("websocket").find("refused") == std::string::npos;
  })) << report.text;
  EXPECT_NE(report.failed("upgrade").find("proxy_set_header Upgrade"), std::string::npos)
      << report.text;
}

TEST_F(DoctorTest, FindsEdgesOfAnotherVersion) {
  start();
  const std::string key = "whoosh:{nodes}:about";
  std::string about = cluster_.redis().ask({"HGET", key, "edge-1"}).text;
  const std::string ours = "\"" + std::string(role::version()) + "\"";
  const auto at = about.find(ours);
  ASSERT_NE(at, std::string::npos) << about;
  about.replace(at, ours.size(), "\"0.0.1\"");
  cluster_.redis().ask({"HSET", key, "edge-1", about});
  const Report report = look();
  EXPECT_NE(report.of("warning", "versions").find("0.0.1 on edge-1"), std::string::npos)
      << report.text;
}

TEST_F(DoctorTest, FindsADiskThatIsNearlyFull) {
  const Report report = run({"--data", cluster_.file("."), "--disk-free-percent", "100"});
  EXPECT_NE(report.of("warning", "disk").find("du -xh"), std::string::npos) << report.text;
}

TEST_F(DoctorTest, FindsAnOriginThatIsBlocked) {
  start();
  const Report report = look({"--allowed-origins", "https://play.example"});
  EXPECT_EQ(report.status, 2);
  EXPECT_NE(report.failed("origin").find("--allowed-origins https://play.example"),
            std::string::npos)
      << report.text;
  // An edge that does not know under which name its pages are.
  const Report other = look({"--public-url", "http://localhost:" + std::to_string(api_.port)});
  EXPECT_NE(other.failed("origin").find("--public-url http://localhost"), std::string::npos)
      << other.text;
}

TEST_F(DoctorTest, SaysWhatItNeedsWhenNothingIsNamed) {
  Process process({WHOOSH_PROGRAM, "doctor"}, cluster_.file("nothing.log"));
  ASSERT_TRUE(eventually([&] { return !process.is_running(); }));
  EXPECT_EQ(WEXITSTATUS(process.status()), 2);
  EXPECT_NE(process.output().find("--against URL"), std::string::npos) << process.output();
}

}  // namespace
}  // namespace whoosh::tests
