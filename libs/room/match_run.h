// MatchRun: one match from Start to its outcome: State, rng, tick, event log. Every event of the
// game goes through here, so the log is whole: the same log folded again gives the same state
// (replay.h).
//
// Between two calls the State lies packed. Who calls has opened the match: REQUIRES of all that
// take an OpenMatch: open.holds(run.serial()), after run.open_in(open) when it did not; and always
// the same OpenMatch.
//
// Owner: one Room; lives until the next match or until the room waits. Its shard's thread.
// Invariants: events after the outcome are never applied; tick() counts from 0; the packed State is
// that before an event which broke a rule.
// Errors: apply() of an Input answers what the game says; a RULE_CHECK of the game passes through
// (Room catches it).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "base/rng.h"
#include "room/event_log.h"
#include "room/limits.h"
#include "room/open_match.h"
#include "room/packed_state.h"
#include "rules/game.h"

namespace whoosh::room {

class MatchRun {
 public:
  // `log_bytes`: of the event log at most; 0: none at all.
  MatchRun(OpenMatch& open, const rules::Game& game, base::MatchId id, std::uint64_t seed,
           std::uint32_t log_bytes);

  [[nodiscard]] std::uint64_t serial() const { return serial_; }
  // Afterwards open.table is the caller's to fill.
  void open_in(OpenMatch& open) const { open.open(serial_, *game_, packed_.bytes()); }

  // Each clears `effects` first. REQUIRES: start() first and once, nothing after the outcome.
  void start(OpenMatch& open, const rules::Start& event, rules::Effects& effects);
  void join(OpenMatch& open, base::Seat seat, rules::Effects& effects);
  void leave(OpenMatch& open, const rules::Leave& event, rules::Effects& effects);
  [[nodiscard]] base::Result<> input(OpenMatch& open, const rules::Input& event,
                                     rules::Effects& effects);
  void tick(OpenMatch& open, rules::Effects& effects);

  [[nodiscard]] base::MatchId id() const { return id_; }
  [[nodiscard]] const rules::Game& game() const { return *game_; }
  [[nodiscard]] std::uint32_t ticks() const { return ticks_; }
  [[nodiscard]] bool over() const { return ending_ != nullptr; }
  [[nodiscard]] const rules::Outcome& outcome() const { return ending_->outcome; }
  [[nodiscard]] const std::string& game_over() const { return ending_->game_over; }
  [[nodiscard]] std::span<const std::byte> packed() const { return packed_.bytes(); }

  [[nodiscard]] bool log_truncated() const { return log_.truncated(); }
  // The log as lines; "": none was kept. `table`: of this match.
  [[nodiscard]] std::string log_text(const rules::Table& table) const;

 private:
  struct Ending {
    rules::Outcome outcome;
    std::string game_over;
  };

  base::Result<> apply(OpenMatch& open, const rules::Event& event, rules::Effects& effects);

  const rules::Game* game_;
  base::MatchId id_;
  std::uint64_t serial_;
  std::uint64_t seed_;
  base::Rng rng_;
  PackedState packed_;
  std::unique_ptr<Ending> ending_;
  EventLog log_;
  rules::Start start_;  // for the head of the log
  std::uint32_t ticks_ = 0;
};
static_assert(sizeof(MatchRun) <= match_run_bytes_max);

}  // namespace whoosh::room
