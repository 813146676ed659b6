// What the players do: START, the game's moves, SYNC, and the faults that were asked for.
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>

#include "tools/swarm/crowd.h"

namespace whoosh::swarm {
namespace {

constexpr double sync_per_s = 0.1;    // of a verified connection
constexpr double cut_per_s = 0.1;     // of a connection with this fault
constexpr double slow_per_s = 0.05;   // the same
constexpr double flood_per_s = 0.05;  // the same
constexpr std::int64_t slow_ms = 3'000;
constexpr int flood_messages = 30;  // 20 a second are allowed

}  // namespace

void Crowd::say(Bee& bee, std::string_view text) {
  if (second_ != nullptr) ++tally_.sent;
  send(bee, net::Opcode::Text, text);
}

void Crowd::play(Bee& bee) {
  if (!bee.welcomed || bee.paused) return;
  Room& room = room_of(bee);
  if (bee.verified && bee.mirror && !bee.syncing && dice(bee).happens(sync_per_s)) {
    bee.syncing = true;
    say(bee, R"({"type":"SYNC"})");
  }
  if (plan_.work != Work::play) return;
  if (bee.memory.match != room.match) {
    const SuspectRole role = bee.memory.role;
    bee.memory = {};
    bee.memory.match = room.match;
    bee.memory.role = role;
  }
  if (!room.match_on) return press_start(bee);
  SuspectMoment moment;
  moment.step = room.step;
  moment.round = room.round;
  moment.players = room.players;
  moment.place = bee.place;
  moment.view = bee.mirror ? &bee.mirror->view() : nullptr;
  moment.activity = plan_.activity;
  const std::string_view move = suspect_move(bee.memory, moment, dice(bee), scratch_);
  if (!move.empty()) say(bee, move);
}

// Whoever may, once all are there who can be: soon after the last, or after the last match.
void Crowd::press_start(Bee& bee) {
  Room& room = room_of(bee);
  if (bee.place != room.starter || room.bees.size() < plan_.room_size) return;
  const bool all_here = std::all_of(room.bees.begin(), room.bees.end(), [&](std::uint32_t index) {
    return bees_[index].welcomed || bees_[index].state == State::gone;
  });
  if (!all_here) return;
  if (room.start_at_ms == 0) {
    const auto seconds = 1 + dice(bee).below(5);
    room.start_at_ms = now_ms_ + static_cast<std::int64_t>(period_ms_ * seconds);
  }
  if (now_ms_ < room.start_at_ms) return;
  room.start_at_ms = 0;
  for (const std::uint32_t index : room.bees) bees_[index].memory.role = SuspectRole::unknown;
  say(bee, R"({"type":"START","payload":{}})");
}

void Crowd::misbehave(Bee& bee) {
  if (bee.slow) {
    if (bee.paused && now_ms_ >= bee.wake_ms) {
      bee.paused = false;
      watch(bee, EPOLL_CTL_MOD);
    } else if (!bee.paused && dice(bee).happens(slow_per_s)) {
      ++tally_.faults["reads nothing for 3 s"];
      bee.paused = true;
      bee.wake_ms = now_ms_ + slow_ms;
      watch(bee, EPOLL_CTL_MOD);
    }
  }
  if (bee.flood && dice(bee).happens(flood_per_s)) {
    ++tally_.faults["30 messages at once"];
    for (int i = 0; i < flood_messages && bee.socket >= 0; ++i) say(bee, R"({"type":"PING"})");
  }
  if (bee.cut && bee.socket >= 0 && dice(bee).happens(cut_per_s)) {
    ++tally_.faults["broken off"];
    // A reset, as when a phone's network changes under it.
    const linger at_once{1, 0};
    if (dice(bee).below(2) == 0)
      setsockopt(bee.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    come_back(bee, 100 + dice(bee).below(4'900));
  }
}

// One message at a time, numbered; `tries` counts them while the connection is open.
void Crowd::echo(Bee& bee) {
  if (bee.begun_us != 0 && bee.tries != 0 && now_us_ - bee.begun_us < 5'000'000) return;
  if (now_ms_ < bee.wake_ms) return;
  bee.wake_ms = now_ms_ + plan_.echo_ms;
  ++bee.tries;
  scratch_ = fmt::format(R"({{"type":"PING","payload":{{"t":{},"pad":")", bee.tries);
  const std::size_t tail = 3;
  if (scratch_.size() + tail < plan_.echo_bytes)
    scratch_.append(plan_.echo_bytes - scratch_.size() - tail, 'x');
  scratch_ += "\"}}";
  bee.begun_us = now_us_;
  say(bee, scratch_);
}

}  // namespace whoosh::swarm
