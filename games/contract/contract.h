// What every game must keep, checked on any game:
//
//   determinism     same seed, same events → same state bytes, messages, views and result
//   robustness      whatever a client sends is answered with ok or an error code; the State stays
//   sound ending          the match ends within ticks_max whoever leaves when, with one sane result
//   per seat hidden          no view, message or TICK shows a viewer what the game says is hidden
//   from him; and what is
//                   hidden from him has no influence on what he sees
//   rejoin          leaving and coming back shows the same view
//   patches         the members that changed, merged as RFC 7396 says, give the whole view
//   limits          members, sizes, clock and catalogue entry
//
// Used from the game's own test binary: TEST(Suspect, KeepsTheContract) { expect_contract(game(),
// options); }
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "games/contract/driver.h"

namespace whoosh::games::contract {

struct Options {
  // Keys and JSON values that random payloads are made of, beside general nonsense and the ids of
  // the table.
  std::vector<std::string> keys;
  std::vector<std::string> values;

  // Texts that `viewer` (or everybody: no seat) must not find now in a view or a message.
  std::function<std::vector<std::string>(const Driver&, rules::Viewer)> secrets;
  // Changes in `state` whatever `viewer` can't know, and leaves the rest: he must see the same as
  // before.
  std::function<void(std::byte* state, const rules::Table&, rules::Viewer, base::Rng&)> scramble;

  std::uint32_t matches = 12;  // random matches per check
};

void expect_contract(const rules::Game& game, const Options& options);

}  // namespace whoosh::games::contract
