// Matchmaker: makes rooms out of waiting people, twice a second. Reads the searching tickets, pairs
// those of each queue and game, asks the edges for a room, matches the tickets to it in one step,
// and tells everybody on his lobby connection.
//
//   searching -> pairing -> create_room -> Queue::match --true--> MATCH_FOUND to each
//                                                       '--false: somebody left
//
// When somebody left, the others are paired again in the next round, and the room, to which nobody
// comes, closes by itself.
//
// Where several processes have a matchmaker, `may_match` says which queue and game this one may
// work on (Standby below); while it may on none, it reads nothing.
//
// Owner: the wiring. Matchmaker lives on one mailbox: constructor, turn() and every answer on its
// thread. MatchmakerThread is the same with a thread of its own.
//
// Invariants: 1. a ticket is in at most one group under way (busy_); 2. nothing here ends a ticket,
// only Queue::match does, so two matchmakers at once waste rooms but harm nobody; 3. at most
// rooms_under_way_max rooms are being asked for: what is left waits for the next turn.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "match/pairing.h"
#include "metrics/exposition.h"
#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "services/api/edge_gateway.h"
#include "services/role/lease_keeper.h"
#include "state/state.h"
#include "wire/edge.h"

namespace whoosh::matchmaker {

struct Config {
  std::map<std::string, match::PairingRules> games;  // tickets of other games are left to expire
  match::Pairing pairing = match::fair_pairing;
  std::int64_t period_ms = 500;
  std::size_t rooms_under_way_max = 64;
  std::int64_t retry_ms_min = 1'000;  // after a game's room could not be made; doubled …
  std::int64_t retry_ms_max = 15'000;
};

// Join info with a seat ticket for this person in this room.
// Without one the person still learns of the room by polling the ticket.
using Invite =
    std::function<base::Result<wire::JoinInfo>(const state::Ticket&, const state::RoomEntry&)>;

struct Ports {
  state::Queue& queue;
  api::EdgeGateway& gateway;
  const runtime::Clock& clock;
};

// Asked on the matchmaker's thread before every step. Empty queue and game: is there any?
using MayMatch = std::function<bool(std::string_view queue, std::string_view game)>;

// Written by the matchmaker's thread, copied on it.
struct Counters {
  // Upper bounds of `waits` in seconds: from the join to the match.
  static constexpr std::array<std::int64_t, 9> wait_bounds_s = {1, 2, 5, 10, 20, 30, 45, 60, 120};
  struct Line {
    std::int64_t waiting = 0;         // of the last round
    std::int64_t oldest_wait_ms = 0;  // of those
    // How much longer than bots_after_ms the first has waited of a queue that has enough people for
    // a match with bots: nobody should, but people far apart by rating. Who is alone in his queue
    // waits by design.
    std::int64_t overdue_ms = 0;
    std::uint64_t matches = 0;
    std::uint64_t humans = 0;  // in these
  };
  std::map<std::string, Line> games;
  std::array<std::uint64_t, wait_bounds_s.size() + 1> waits{};
  std::int64_t waited_ms = 0;  // by all who were matched
  std::uint64_t matches = 0;
  std::uint64_t humans = 0;      // in these
  std::uint64_t lost_races = 0;  // rooms made in vain: a ticket ended meanwhile
  std::uint64_t failures = 0;    // rooms that could not be made, and calls of the queue that failed
};
void write_counters(metrics::Exposition& out, const Counters& counters);

class Matchmaker {
 public:
  // REQUIRES: ports and mailbox outlive it; every call that is under way is answered before it
  // ends.
  Matchmaker(Config config, Ports ports, Invite invite, runtime::Mailbox& mailbox,
             MayMatch may_match = nullptr);

  // Starts a round when the period is over and none is under way; returns in how many ms to come
  // again.
  std::int64_t turn();
  // Starts nothing more; calls `idle` when every call under way is answered, perhaps at once.
  void stop(base::Function<void()> idle);

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Backoff {
    std::int64_t until_ms = 0;
    std::int64_t next_ms = 0;
  };
  using Tickets = std::vector<state::Ticket>;

  void read(base::Result<Tickets> tickets);
  void forget_waiting();
  void count_waiting(const std::string& game, const Tickets& line, const match::PairingRules& rules,
                     base::UnixMs now);
  void pair(const std::string& queue, const std::string& game, Tickets line);
  void make_room(const std::string& queue, const std::string& game, Tickets group);
  void room_made(const std::string& queue, const std::string& game, Tickets group,
                 base::Result<state::RoomEntry> room);
  void matched(const Tickets& group, const state::RoomEntry& room, const base::Result<bool>& done);
  void invite(const state::Ticket& ticket, const state::RoomEntry& room);
  void back_off(const std::string& game);
  [[nodiscard]] bool is_held(const std::string& game) const;
  [[nodiscard]] bool may_match(std::string_view queue, std::string_view game) const {
    return !may_match_ || may_match_(queue, game);
  }
  void release(const Tickets& group);
  void tell_if_idle();
  void count_match(const Tickets& group);

  const Config config_;
  const Ports ports_;
  const Invite invite_;
  runtime::Mailbox& mailbox_;
  const MayMatch may_match_;
  bool stopping_ = false;
  base::Function<void()> when_idle_;
  bool reading_ = false;
  std::int64_t next_round_ms_ = 0;
  std::size_t under_way_ = 0;  // groups between pairing and the queue's answer
  std::unordered_set<std::string> busy_;
  std::map<std::string, Backoff> backoffs_;
  Counters counters_;
};

// How several processes agree on who matches: each queue and game is worked on by whoever has its
// lease, "matcher:standard:suspect". A standby follows within 3 s of the holder's death.
struct Standby {
  state::Leases& leases;
  std::string holder;  // unique among the living
  std::vector<std::string> queues = {"standard"};
};
[[nodiscard]] std::string lease_name(std::string_view queue, std::string_view game);

// A Matchmaker on a thread of its own, from construction to stop().
class MatchmakerThread {
 public:
  // Without a standby it is the only one.
  MatchmakerThread(Config config, Ports ports, Invite invite,
                   std::optional<Standby> standby = std::nullopt);
  ~MatchmakerThread() { stop(); }

  // Whether it works on anything at the moment, for metrics. Any thread.
  [[nodiscard]] bool is_active() const { return active_; }
  // Asks the thread, for a second at most. Any thread but its own; not after stop().
  void collect(metrics::Exposition& out);
  // Waits for the answers that are under way, gives its leases up, then joins. REQUIRES: the ports
  // still answer. Twice does no harm; always from the owner's thread.
  void stop();

 private:
  void begin(Config config, Ports ports, Invite invite, std::optional<Standby> standby);
  std::int64_t turn();

  bool stopped_ = false;
  std::atomic<bool> active_{false};
  std::unique_ptr<role::LeaseKeeper> leases_;  // made and used on the thread, as is …
  std::unique_ptr<Matchmaker> matchmaker_;     // … this
  runtime::LoopThread thread_;
};

}  // namespace whoosh::matchmaker
