// Suspect: the catalogue entry and the Rules that libs/rules/game.h asks for. README.md has the
// rules.
#pragma once

#include "games/suspect/state.h"
#include "rules/game.h"

namespace whoosh::games::suspect {

struct Rules {
  using State = suspect::State;
  static const rules::GameInfo& info();
  static base::Result<> apply(State& state, const rules::Event& event, rules::Ctx& ctx);
  static void view(const State& state, const rules::Table& table, rules::Viewer viewer,
                   rules::ViewWriter& out);
  static rules::Clock clock(const State& state, const rules::Table& table);
  static void tick_members(const State& state, const rules::Table& table, base::JsonWriter& out);
  static rules::Idle idle(const State& state, Seat seat);
};

[[nodiscard]] const rules::Game& game();

}  // namespace whoosh::games::suspect
