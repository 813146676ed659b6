// Worker: one process's part of a run: its loops, each a thread with a Crowd, and the threads that
// make seats for them. Blocks its caller until the board says end.
#pragma once

#include <string>

#include "base/result.h"
#include "tools/swarm/board.h"
#include "tools/swarm/plan.h"
#include "tools/swarm/seats.h"
#include "tools/swarm/tally.h"

namespace whoosh::swarm {

struct Worked {
  Tally tally;
  std::string failure;  // why no more seats were to be had; empty: they were
};
// `process`: 0 … plan.processes - 1. Error: it could not begin.
[[nodiscard]] base::Result<Worked> work(const Plan& plan, Board& board, std::uint32_t process,
                                        const MakeSeatSource& make_seats);

// The part of `whole` that number `index` of `count` has; parts differ by `unit` at most and add
// up.
[[nodiscard]] std::uint32_t part_of(std::uint32_t whole, std::uint32_t unit, std::uint32_t index,
                                    std::uint32_t count);

}  // namespace whoosh::swarm
