// Goal: the load generator plays a real server, sees nothing wrong where nothing is, and sees what
// is wrong where something is. Method: a whole server in this process, time sped up; and servers
// that lie.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

#include "net/frame.h"
#include "net/request.h"
#include "tests/support/running_server.h"
#include "tools/swarm/run.h"

namespace whoosh::tests {
namespace {

using swarm::Plan;
using swarm::Report;
using swarm::Work;

Plan small(Work work, std::uint32_t connections) {
  Plan plan;
  plan.work = work;
  plan.connections = connections;
  plan.ramp_per_s = 400;
  plan.settle_ms = 100;
  plan.duration_ms = 1'500;
  plan.verify_share = 1;
  plan.processes = 1;
  plan.server_pids = {getpid()};
  return plan;
}

Report run_against(const RunningServer& server, Plan plan) {
  plan.server_metrics = {"http://127.0.0.1:" + std::to_string(server.ops_edge().port) + "/metrics"};
  swarm::RunHooks hooks;
  hooks.seats = [&](std::uint32_t) -> base::Result<std::unique_ptr<swarm::SeatSource>> {
    return swarm::api_seats(server.api(), "suspect");
  };
  EXPECT_TRUE(swarm::settle(plan, 1'000));
  auto report = swarm::run(plan, hooks);
  EXPECT_TRUE(report) << (report ? "" : report.error().message);
  return report ? std::move(*report) : Report();
}

TEST(Swarm, PlaysWholeMatchesAndEveryViewIsRight) {
  RunningServer server(10);
  Plan plan = small(Work::play, 16);
  plan.duration_ms = 4'000;  // four hundred game seconds
  const Report report = run_against(server, plan);
  EXPECT_EQ(report.tally.wrong, 0U) << report.text();
  EXPECT_EQ(report.tally.gaps, 0U) << report.text();
  EXPECT_EQ(report.open_at_end, 16) << report.text();
  EXPECT_TRUE(report.tally.refused.empty() && report.tally.connect_failed.empty());
  EXPECT_GE(report.tally.matches_started, 2U);
  EXPECT_GE(report.tally.matches_finished, 1U) << report.text();
  EXPECT_GT(report.tally.views_compared, 50U);
  EXPECT_GT(report.tally.texts_compared, 1'000U);
  EXPECT_GT(report.tally.states, 500U);
  EXPECT_GT(report.tally.sent, 100U);
  EXPECT_GT(report.tally.lateness_us.count(), 1'000U);
  EXPECT_GT(report.server_counters.at("whoosh_ticks_total"), 500);
  EXPECT_FALSE(report.tally.answers.contains("bad_message")) << report.text();
  EXPECT_FALSE(report.tally.answers.contains("bad_payload")) << report.text();
}

TEST(Swarm, WhoIsCutComesBackToTheSameView) {
  RunningServer server(20);
  Plan plan = small(Work::play, 16);
  plan.cut_share = 0.5;
  plan.flood_share = 0.2;
  plan.slow_share = 0.2;
  plan.duration_ms = 2'500;
  plan.storm_at_ms = 1'000;
  const Report report = run_against(server, plan);
  EXPECT_EQ(report.tally.wrong, 0U) << report.text();
  EXPECT_GT(report.tally.reconnects, 4U) << report.text();
  EXPECT_GT(report.tally.resumed, 4U) << report.text();
  EXPECT_GT(report.tally.faults.at("storm"), 0U);
}

TEST(Swarm, SittersHearTicksWithoutStarting) {
  RunningServer server(50);
  Plan plan = small(Work::sit, 9);
  plan.room_size = 3;
  plan.ticks_share = 0.5;
  const Report report = run_against(server, plan);
  EXPECT_EQ(report.tally.matches_started, 0U);
  EXPECT_EQ(report.tally.rooms, 3U);
  EXPECT_GT(report.tally.ticks, 0U);
  EXPECT_LT(report.tally.ticks, 9U * 40U);
  EXPECT_EQ(report.tally.wrong, 0U) << report.text();
}

TEST(Swarm, SaysSoWhenThereIsNobody) {
  Plan plan = small(Work::raw, 3);
  plan.urls = {"ws://127.0.0.1:1/"};
  plan.ramp_limit_ms = 1'000;
  ASSERT_TRUE(swarm::settle(plan, 1'000));
  const auto report = swarm::run(plan, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->open_at_end, 0);
  EXPECT_FALSE(report->clean());
  EXPECT_GE(report->tally.connect_failed.at("Connection refused"), 3U);
}

TEST(Swarm, IsInterruptedWithWhatThereIs) {
  std::atomic<bool> stop{true};
  Plan plan = small(Work::raw, 2);
  plan.urls = {"ws://127.0.0.1:1/"};
  ASSERT_TRUE(swarm::settle(plan, 1'000));
  swarm::RunHooks hooks;
  hooks.stop = &stop;
  const auto report = swarm::run(plan, hooks);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->cut_short, "interrupted");
}

// Takes one connection after the other, upgrades it, and says what the test gave it.
class LyingServer {
 public:
  explicit LyingServer(std::string frames, bool hangs_up)
      : frames_(std::move(frames)), hangs_up_(hangs_up) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no listener");
    url_ = "ws://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
    thread_ = std::jthread([this] { serve(); });
  }
  ~LyingServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (const int socket : sockets_) ::close(socket);
    ::close(listener_);
  }
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  void serve() {
    int socket = -1;
    while ((socket = ::accept(listener_, nullptr, nullptr)) >= 0) {
      sockets_.push_back(socket);
      char request[4096];
      const ssize_t got = ::recv(socket, request, sizeof request, 0);
      if (got <= 0) continue;
      const std::string text(request, static_cast<std::size_t>(got));
      const std::string name = "Sec-WebSocket-Key: ";
      const std::size_t at = text.find(name) + name.size();
      const std::string answer = net::upgrade_bytes(text.substr(at, 24), "") + frames_;
      ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL);
      if (hangs_up_) ::shutdown(socket, SHUT_WR);
    }
  }

  std::string frames_;
  bool hangs_up_;
  std::string url_;
  int listener_ = -1;
  std::vector<int> sockets_;
  std::jthread thread_;
};

Report listen_to(const std::string& frames, bool hangs_up = true) {
  const LyingServer server(frames, hangs_up);
  Plan plan = small(Work::raw, 1);
  plan.duration_ms = 200;
  plan.urls = {server.url()};
  EXPECT_TRUE(swarm::settle(plan, 1'000));
  auto report = swarm::run(plan, {});
  EXPECT_TRUE(report);
  return report ? std::move(*report) : Report();
}

TEST(Swarm, HearsALie) {
  const auto text = [](const std::string& payload) {
    std::string out;
    net::append_frame(out, net::Opcode::Text, payload);
    return out;
  };
  EXPECT_TRUE(listen_to(text(R"({"seq":1,"ts":5})") + text(R"({"seq":2,"ts":6})"), false).clean());
  EXPECT_GT(listen_to(text(R"({"seq":1})") + text(R"({"seq":3})")).tally.gaps, 0U);
  EXPECT_GT(listen_to(text(R"({"seq":1})") + text(R"({"seq":1})")).tally.gaps, 0U);
  EXPECT_GE(listen_to(text("\xff\xfe")).tally.wrong, 1U);
  EXPECT_GE(listen_to(std::string("\x82\x01x", 3)).tally.wrong_kinds.at("a binary frame"), 1U);
}

}  // namespace
}  // namespace whoosh::tests
