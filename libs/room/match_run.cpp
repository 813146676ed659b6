#include "room/match_run.h"

namespace whoosh::room {

MatchRun::MatchRun(OpenMatch& open, const rules::Game& game, base::MatchId id, std::uint64_t seed,
                   std::uint32_t log_bytes)
    : game_(&game), id_(id), serial_(open.new_serial()), seed_(seed), rng_(seed), log_(log_bytes) {}

void MatchRun::start(OpenMatch& open, const rules::Start& event, rules::Effects& effects) {
  start_ = event;
  RULE_CHECK(apply(open, event, effects).has_value(), "a game refused its Start");
}

void MatchRun::join(OpenMatch& open, base::Seat seat, rules::Effects& effects) {
  log_.add(ticks_, rules::Join{seat});
  RULE_CHECK(apply(open, rules::Join{seat}, effects).has_value(), "a game refused a Join");
}

void MatchRun::leave(OpenMatch& open, const rules::Leave& event, rules::Effects& effects) {
  log_.add(ticks_, event);
  RULE_CHECK(apply(open, event, effects).has_value(), "a game refused a Leave");
}

base::Result<> MatchRun::input(OpenMatch& open, const rules::Input& event,
                               rules::Effects& effects) {
  log_.add(ticks_, event, game_->info(), open.text);
  return apply(open, event, effects);
}

void MatchRun::tick(OpenMatch& open, rules::Effects& effects) {
  ++ticks_;
  RULE_CHECK(apply(open, rules::Tick{}, effects).has_value(), "a game refused a Tick");
  RULE_CHECK(over() || ticks_ < game_->info().ticks_max, "a match did not end in time");
}

std::string MatchRun::log_text(const rules::Table& table) const {
  return log_.text({game_->info(), seed_, start_, table});
}

base::Result<> MatchRun::apply(OpenMatch& open, const rules::Event& event,
                               rules::Effects& effects) {
  RULE_CHECK(!over(), "nothing happens after the end of a match");
  RULE_CHECK(open.holds(serial_), "a game is called with its own State");
  effects.clear();
  open.forget();  // until it is packed: a broken rule leaves a State that is half changed
  rules::Ctx ctx(open.table, rng_, ticks_, effects);
  base::Result<> result = game_->apply(open.state(), event, ctx);
  packed_.assign(open.pack());
  open.open_again(serial_);
  if (effects.outcome.has_value()) {
    ending_ = std::make_unique<Ending>(Ending{*effects.outcome, effects.game_over});
    log_.end(ticks_);
  }
  return result;
}

}  // namespace whoosh::room
