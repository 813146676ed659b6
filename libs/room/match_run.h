// MatchRun: one match from Start to its outcome: table, state, rng, tick, event log. Every event of
// the game goes through here, so the log is whole: the same log folded again gives the same state
// (replay.h).
//
// Owner: one Room; lives until the next match or until the room waits. Its shard's thread.
// Invariants: events after the outcome are never applied; tick() counts from 0.
// Errors: apply() of an Input answers what the game says; a RULE_CHECK of the game passes through
// (Room catches it).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "base/rng.h"
#include "room/event_log.h"
#include "rules/game.h"

namespace whoosh::room {

class MatchRun {
 public:
  // `log_bytes_max` 0: no log at all.
  MatchRun(const rules::Game& game, base::MatchId id, std::uint64_t seed, rules::Table table,
           std::size_t log_bytes_max);

  // Each clears `effects` first. REQUIRES: start() first and once, nothing after the outcome.
  void start(const rules::Start& event, rules::Effects& effects);
  void join(base::Seat seat, rules::Effects& effects);
  void leave(const rules::Leave& event, rules::Effects& effects);
  [[nodiscard]] base::Result<> input(const rules::Input& event, rules::Effects& effects);
  void tick(rules::Effects& effects);

  [[nodiscard]] base::MatchId id() const { return id_; }
  [[nodiscard]] const rules::Game& game() const { return *game_; }
  [[nodiscard]] const rules::Table& table() const { return table_; }
  [[nodiscard]] std::uint32_t ticks() const { return ticks_; }
  [[nodiscard]] bool over() const { return outcome_.has_value(); }
  [[nodiscard]] const rules::Outcome& outcome() const { return *outcome_; }
  [[nodiscard]] const std::string& game_over() const { return game_over_; }
  [[nodiscard]] const EventLog& log() const { return log_; }
  [[nodiscard]] std::span<const std::byte> state() const {
    return {state_.get(), game_->state_bytes()};
  }

  void view(rules::Viewer viewer, rules::ViewWriter& out) const;
  [[nodiscard]] rules::Clock clock() const { return game_->clock(state_.get(), table_); }
  void tick_members(base::JsonWriter& out) const { game_->tick_members(state_.get(), table_, out); }

 private:
  base::Result<> apply(const rules::Event& event, rules::Effects& effects);

  const rules::Game* game_;
  base::MatchId id_;
  std::uint64_t seed_;
  base::Rng rng_;
  rules::Table table_;
  std::unique_ptr<std::byte[]> state_;
  std::uint32_t ticks_ = 0;
  std::optional<rules::Outcome> outcome_;
  std::string game_over_;
  bool logs_;
  EventLog log_;
};

}  // namespace whoosh::room
