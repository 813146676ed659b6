// Any bytes as an event log: refused with a sentence or folded, never a crash. A broken rule of the
// game is an answer, too (the log tells of a match that broke).
#include <cstdint>
#include <string_view>

#include "room/replay.h"
#include "room/test_game.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whoosh;
  try {
    static_cast<void>(
        room::replay(room::test::counter(), {reinterpret_cast<const char*>(data), size}));
  } catch (const base::RuleViolation&) {
    return 0;
  }
  return 0;
}
