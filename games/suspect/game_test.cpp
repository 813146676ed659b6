// Goal: Suspect keeps the contract of all games and its own rules. Method: the contract suite with what Suspect
// hides; play scripts (scripts/*.play) for the rules; whole matches of bots for what only many matches show.
#include "games/suspect/game.h"

#include <gtest/gtest.h>

#include "games/contract/contract.h"
#include "games/contract/play_runner.h"
#include "games/suspect/decision.h"

namespace whoosh::games::suspect {
namespace {

using contract::Driver;

const State& state_of(const Driver& driver) {
  return *reinterpret_cast<const State*>(driver.raw_state());
}

bool knows_as_culprit(const State& state, rules::Viewer viewer) {
  return !viewer.is_public() && is_culprit(state, viewer.seat);
}

std::vector<std::string> secrets(const Driver& driver, rules::Viewer viewer) {
  const State& state = state_of(driver);
  if (state.phase == Phase::FINISHED) return {};
  std::vector<std::string> list = {"\"culprits\":[", "\"points\":{", "\"mvp\":"};
  if (viewer.is_public()) list.insert(list.end(), {"\"role\"", "\"my_vote\"", "\"culprit\":"});
  if (!knows_as_culprit(state, viewer)) {
    list.insert(list.end(), {"\"role\":\"CULPRIT\"", "\"fellows\":[\"", "\"kind\":\"blank\""});
    state.texts.for_each(TextArena::Kind::whisper, [&](const TextArena::Entry&, std::string_view text) {
      if (text.size() > 12) list.emplace_back(text);
    });
  } else {
    list.emplace_back("\"scene\":{");
  }
  if (!viewer.is_public() && at(state, viewer.seat).role != Role::INSPECTOR) {
    list.emplace_back("\"culprit\":");
    list.emplace_back("\"role\":\"INSPECTOR\"");
  }
  return list;
}

// Deals the other seats' roles, cards, scene, votes and private texts anew, as far as `viewer` can't know them.
void scramble(std::byte* bytes, const rules::Table&, rules::Viewer viewer, base::Rng& rng) {
  State& state = *reinterpret_cast<State*>(bytes);
  if (state.phase == Phase::FINISHED) return;
  const bool culprit = knows_as_culprit(state, viewer);
  if (viewer.is_public() || culprit) {
    state.scene = static_cast<std::uint8_t>(rng.below(scenes_per_match));
  }
  if (!culprit) {
    state.escape = static_cast<std::uint8_t>(rng.below(scenes_per_match));
    state.escape_locked = rng.chance(50);
  }
  if (viewer.is_public() || at(state, viewer.seat).role != Role::INSPECTOR) {
    state.inspected = Seat{static_cast<std::uint8_t>(rng.below(state.seats))};
    state.inspect_told = rng.chance(50);
  }
  for_each_seat(state, [&](Seat seat) {
    if (!viewer.is_public() && seat == viewer.seat) return;
    SeatState& other = at(state, seat);
    other.points = static_cast<std::int32_t>(rng.below(500));
    if (state.phase == Phase::VOTING) other.vote = Seat{static_cast<std::uint8_t>(rng.below(state.seats))};
    other.card.kind = static_cast<CardKind>(rng.below(3));
    other.card.targets.seats[0] = Seat{static_cast<std::uint8_t>(rng.below(state.seats))};
    if (state.step == Step::ANSWER && has_answered(other, state.round)) {
      EXPECT_TRUE(state.texts.put(answer_kind(state.round), seat, 0, "something else"));
    }
    const bool inspector = !viewer.is_public() && at(state, viewer.seat).role == Role::INSPECTOR;
    if (inspector && state.inspect_told && state.inspected == seat) return;
    if (!culprit) other.role = static_cast<Role>(rng.below(3));
    else if (other.role != Role::CULPRIT) other.role = static_cast<Role>(rng.below(2));
  });
}

TEST(Suspect, KeepsTheContract) {
  contract::Options options;
  options.keys = {"target", "q", "text", "line", "kind", "targets", "scene"};
  options.values = {"\"1\"", "\"2\"", "\"3\"", "\"4\"", "\"5\"", "\"bot_1\"", "\"bot_2\"", "null", "1", "2", "3",
                    "\"press\"", "\"one_of\"", "\"clear\"", "[\"1\",\"2\",\"3\"]", "[\"2\",\"3\",\"4\"]",
                    "[\"4\"]", "\"we meet at the old oak\"", "\"cold and a bit wet\"", "\"l01\"", "\"l02\"",
                    "\"the lighthouse\"", "\"castle\"", "\"library\"", "\"museum\"", "\"zoo\""};
  options.secrets = secrets;
  options.scramble = scramble;
  contract::expect_contract(game(), options);
}

TEST(Suspect, PlaysItsScripts) {
  contract::expect_plays(game(), WHOOSH_SOURCE_DIR "/games/suspect/scripts");
}

}  // namespace
}  // namespace whoosh::games::suspect
