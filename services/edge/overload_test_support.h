// For tests of an edge under pressure: an edge with rooms in play, and players on threads of their
// own who check that nothing was left out: every TICK and every STATE, by their numbers, never by
// time.
// Lock ledger: Witness::mutex_ protects why_; taken in trouble() and complain(); nothing is called
// under it.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>

#include "services/edge/edge_test_support.h"

namespace whoosh::edge {

// The number of a member of a message, found by its name; -1: it is not there.
inline std::int64_t number_of(const std::string& message, const std::string& name) {
  const std::size_t at = message.find('"' + name + "\":");
  return at == std::string::npos ? -1 : std::stoll(message.substr(at + name.size() + 3));
}

// A player who reads all that comes, answers pings, and keeps count.
class Witness {
 public:
  explicit Witness(TestPlayer player) : player_(std::move(player)) {
    EXPECT_EQ(player_.status(), 101);
    const std::string welcome = player_.message("WELCOME");
    seq_ = number_of(welcome, "seq");
    resume_ = member(welcome, "resume");
  }
  ~Witness() { leave(); }
  Witness(const Witness&) = delete;

  void say(const std::string& type) {
    player_.client().send(net::client_frame(0x81, R"({"type":")" + type + R"(","payload":{}})"));
  }
  void watch() {
    thread_ = std::thread([this] { read(); });
  }
  void leave() {
    if (!thread_.joinable()) return;
    leaving_ = true;
    player_.client().half_close();
    thread_.join();
  }
  [[nodiscard]] const std::string& resume() const { return resume_; }
  [[nodiscard]] std::int64_t ticks() const { return ticks_; }
  // What was missing or wrong first; "": nothing.
  std::string trouble() {
    const std::lock_guard lock(mutex_);
    return why_;
  }

 private:
  void read() {
    while (true) {
      const std::string frame = player_.client().frame();
      if (frame.starts_with("text:")) {
        message(frame);
      } else if (frame.starts_with("ping:")) {
        player_.client().send(net::client_frame(0x8a, frame.substr(5)));
      } else {
        if (!leaving_) complain("ended with " + frame);
        return;
      }
    }
  }
  void message(const std::string& frame) {
    const std::string type = member(frame, "type");
    if (type == "STATE") {
      const std::int64_t seq = number_of(frame, "seq");
      if (seq != seq_ + 1)
        complain("STATE " + std::to_string(seq) + " after " + std::to_string(seq_));
      seq_ = seq;
    } else if (type == "TICK") {
      // Time stands still before START and when a match has ended, as one does on a slow machine.
      const std::string phase = member(frame, "phase");
      const bool runs = phase != "WAITING" && phase != "FINISHED";
      const std::int64_t elapsed = runs ? number_of(frame, "elapsed") : -1;
      if (runs && elapsed_ >= 0 && elapsed != elapsed_ + 1)
        complain("TICK " + std::to_string(elapsed) + " after " + std::to_string(elapsed_));
      elapsed_ = elapsed;
      ++ticks_;
    } else if (type == "WELCOME") {
      complain("a whole view again: something was left out");
    }
  }
  void complain(std::string why) {
    const std::lock_guard lock(mutex_);
    if (why_.empty()) why_ = std::move(why);
  }

  TestPlayer player_;
  std::string resume_;
  std::int64_t seq_ = 0;       // of the last STATE; the reading thread's
  std::int64_t elapsed_ = -1;  // of the last TICK, if time ran; the reading thread's
  std::atomic<std::int64_t> ticks_{0};
  std::atomic<bool> leaving_{false};
  std::mutex mutex_;
  std::string why_;
  std::thread thread_;
};

class Pressed : public testing::Test {
 protected:
  static constexpr int seated = 4;  // in the room in play: users 1 to 4

  void start(EdgeConfig config) {
    config.listen = "127.0.0.1";
    config.port = 0;
    config.rate_limits = false;
    edge = std::make_unique<EdgeServer>(std::move(config),
                                        Ports{*shared.authority, shared.directory, shared.limits,
                                              shared.revocation_list, shared.clock},
                                        [](match::MatchRecord) {});
    shared.gateway.target = edge.get();
    ASSERT_TRUE(edge->start(shared.gateway));
  }
  void TearDown() override {
    witnesses.clear();
    if (edge) edge->stop();
  }
  base::Result<state::RoomEntry> try_to_make_room() {
    return ask<state::RoomEntry>(shared.mailbox, [&](auto reply) {
      api::NewRoom suspect;
      suspect.game = "suspect";
      edge->create_room(suspect, std::move(reply));
    });
  }
  base::RoomId make_room() {
    const auto made = try_to_make_room();
    EXPECT_TRUE(made) << (made ? "" : made.error().sentence());
    return made ? made->room : base::RoomId{};
  }
  [[nodiscard]] std::string target(base::RoomId where, std::int64_t user) const {
    return "/ws?game_id=" + where.text() + "&token=" + shared.access(user);
  }
  TestPlayer by_access(base::RoomId where, std::int64_t user) {
    return {edge->port(), target(where, user)};
  }
  TestPlayer by_resume(base::RoomId where, const std::string& token) {
    return {edge->port(), "/ws?game_id=" + where.text() + "&resume=" + token};
  }
  // A room with four witnesses and a match under way.
  void play() {
    room = make_room();
    for (std::int64_t user = 1; user <= seated; ++user)
      witnesses.push_back(std::make_unique<Witness>(by_access(room, user)));
    witnesses.front()->say("START");
    for (auto& witness : witnesses) witness->watch();
    expect_unharmed();
  }
  // Some more ticks for each, and nothing was left out.
  void expect_unharmed() {
    for (auto& witness : witnesses) {
      const std::int64_t before = witness->ticks();
      EXPECT_TRUE(net::eventually(
          [&] { return witness->ticks() >= before + 5 || !witness->trouble().empty(); }));
      EXPECT_EQ(witness->trouble(), "");
    }
  }
  state::NodeLoad load() {
    const auto now =
        ask<state::NodeLoad>(shared.mailbox, [&](auto reply) { edge->load(std::move(reply)); });
    EXPECT_TRUE(now);
    return now ? *now : state::NodeLoad{};
  }
  // The sum of a metric over all shards.
  double metric(const std::string& name) {
    metrics::Exposition page;
    edge->collect(page);
    const std::string text = page.text();
    double sum = 0;
    for (std::size_t at = text.find('\n' + name + '{'); at != std::string::npos;
         at = text.find('\n' + name + '{', at + 1))
      sum += std::stod(text.substr(text.find("} ", at) + 2));
    return sum;
  }
  static void expect_turned_away(TestPlayer player) {
    EXPECT_EQ(player.status(), 503) << player.head();
    EXPECT_NE(player.head().find("\r\nRetry-After: 5\r\n"), std::string::npos) << player.head();
    EXPECT_EQ(player.code(), "unavailable");
  }

  TestDeployment shared;
  std::unique_ptr<EdgeServer> edge;
  std::vector<std::unique_ptr<Witness>> witnesses;
  base::RoomId room;
};

}  // namespace whoosh::edge
