#include "room/match_run.h"

#include <cstring>

namespace whoosh::room {

MatchRun::MatchRun(const rules::Game& game, base::MatchId id, std::uint64_t seed,
                   rules::Table table, std::size_t log_bytes_max)
    : game_(&game),
      id_(id),
      seed_(seed),
      rng_(seed),
      table_(std::move(table)),
      state_(std::make_unique<std::byte[]>(game.state_bytes())),
      logs_(log_bytes_max > 0),
      log_(log_bytes_max) {
  game.make(state_.get());
}

void MatchRun::start(const rules::Start& event, rules::Effects& effects) {
  if (logs_) log_.begin(game_->info(), seed_, event, table_);
  RULE_CHECK(apply(event, effects).has_value(), "a game refused its Start");
}

void MatchRun::join(base::Seat seat, rules::Effects& effects) {
  if (logs_) log_.add(ticks_, rules::Join{seat});
  RULE_CHECK(apply(rules::Join{seat}, effects).has_value(), "a game refused a Join");
}

void MatchRun::leave(const rules::Leave& event, rules::Effects& effects) {
  if (logs_) log_.add(ticks_, event);
  RULE_CHECK(apply(event, effects).has_value(), "a game refused a Leave");
}

base::Result<> MatchRun::input(const rules::Input& event, rules::Effects& effects) {
  if (logs_) log_.add(ticks_, event);
  return apply(event, effects);
}

void MatchRun::tick(rules::Effects& effects) {
  ++ticks_;
  RULE_CHECK(apply(rules::Tick{}, effects).has_value(), "a game refused a Tick");
  RULE_CHECK(over() || ticks_ < game_->info().ticks_max, "a match did not end in time");
}

void MatchRun::view(rules::Viewer viewer, rules::ViewWriter& out) const {
  game_->view(state_.get(), table_, viewer, out);
}

base::Result<> MatchRun::apply(const rules::Event& event, rules::Effects& effects) {
  RULE_CHECK(!over(), "nothing happens after the end of a match");
  effects.clear();
  rules::Ctx ctx(table_, rng_, ticks_, effects);
  base::Result<> result = game_->apply(state_.get(), event, ctx);
  if (effects.outcome.has_value()) {
    outcome_ = *effects.outcome;
    game_over_ = effects.game_over;
    if (logs_) log_.end(ticks_);
  }
  return result;
}

}  // namespace whoosh::room
