// Random matches for the contract: a list of events from a seed, played the same every time.
// Players do legal things, illegal things and nonsense; they lose their connection, leave and come
// back.
#pragma once

#include <functional>

#include "games/contract/contract.h"

namespace whoosh::games::contract {

struct Happening {
  enum class Kind : std::uint8_t { tick, input, join, leave };
  Kind kind = Kind::tick;
  Seat seat;
  rules::Leave::Why why = rules::Leave::Why::away;
  std::string type;
  std::string payload;
  std::int32_t ms = 0;
};

// One JSON value: plausible, odd or absurd.
[[nodiscard]] std::string random_value(base::Rng& rng, const Options& options, int depth = 0);
[[nodiscard]] std::string random_payload(base::Rng& rng, const Options& options);

// A whole match of events, `inputs_per_tick` on average; ends with ticks until ticks_max.
[[nodiscard]] std::vector<Happening> random_match(const rules::Game& game,
                                                  const rules::Table& table, const Options& options,
                                                  base::Rng& rng, std::uint32_t inputs_per_tick);

void happen(Driver& driver, const Happening& happening);
// Until the match ends; `after` is called after each event.
void play(Driver& driver, const std::vector<Happening>& log,
          const std::function<void()>& after = {});

}  // namespace whoosh::games::contract
