#include "games/suspect/game.h"

#include "games/suspect/inputs.h"
#include "games/suspect/setup.h"
#include "games/suspect/steps.h"
#include "games/suspect/views.h"

namespace whoosh::games::suspect {
namespace {

static_assert(sizeof(State) <= 4096, "one match in one page: 512 bytes a seat at a table of eight");

void on_join(State& state, Seat seat) {
  SeatState& own = at(state, seat);
  own.here = true;
  own.abandoned = false;
  own.bot = false;
  own.missed = 0;
}

void on_leave(State& state, const rules::Leave& leave) {
  SeatState& own = at(state, leave.seat);
  own.here = false;
  own.bot |= leave.why != rules::Leave::Why::away;
  own.abandoned |= leave.why == rules::Leave::Why::abandoned;
}

}  // namespace

const rules::GameInfo& Rules::info() {
  static constexpr std::string_view modes[] = {"standard"};
  static const rules::GameInfo info = {
      .key = "suspect",
      .name = "Suspect",
      .tagline = "Something was stolen. Everybody but the culprits knows where.",
      .players_min = 4,
      .players_max = seats_max,
      .players_default = 8,
      .duration_s = match_s,
      .ticks_max = match_s,
      .results_s = reveal_s,
      .modes = modes,
      .messages = message_specs(),
  };
  return info;
}

rules::Idle Rules::idle(const State& state, Seat seat) {
  const SeatState& own = at(state, seat);
  if (!own.here || own.missed < missed_asked || state.phase == Phase::FINISHED)
    return rules::Idle::no;
  return own.bot ? rules::Idle::bot : rules::Idle::asked;
}

base::Result<> Rules::apply(State& state, const rules::Event& event, rules::Ctx& ctx) {
  if (const auto* start = std::get_if<rules::Start>(&event)) {
    set_up(state, *start, ctx);
  } else if (const auto* join = std::get_if<rules::Join>(&event)) {
    on_join(state, join->seat);
  } else if (const auto* leave = std::get_if<rules::Leave>(&event)) {
    on_leave(state, *leave);
  } else if (const auto* input = std::get_if<rules::Input>(&event)) {
    return on_input(state, *input, ctx);
  } else {
    on_tick(state, ctx);
  }
  return {};
}

void Rules::view(const State& state, const rules::Table& table, rules::Viewer viewer,
                 rules::ViewWriter& out) {
  write_view(state, table, viewer, out);
}

rules::Clock Rules::clock(const State& state, const rules::Table&) {
  return {base::enum_text(state.phase), base::enum_text(state.step), state.step_ends_s, state.now_s,
          static_cast<std::uint32_t>(match_s - state.now_s)};
}

void Rules::tick_members(const State& state, const rules::Table& table, base::JsonWriter& out) {
  write_tick_members(state, table, out);
}

const rules::Game& game() {
  static const rules::GameOf<Rules> instance;
  return instance;
}

}  // namespace whoosh::games::suspect
