// Goal: a playing room takes nothing from the heap, tick by tick and message by message: rules,
// views, what changed in them, encoding. Method: operator new of this binary counts per thread; a
// shard with one room of eight people who play Suspect, in virtual time; its frames go nowhere.
//
// What may still allocate, and is counted here: the packed State and the event log grow by a block
// now and then, when something has happened that they have to remember.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <string>

#include "tests/playing/table.h"

namespace {
thread_local std::uint64_t allocations = 0;
}  // namespace

// Not inlined, or the compiler takes free() for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* const memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace whoosh::playing {
namespace {

// How many allocations it took.
template <class F>
std::uint64_t allocations_of(F&& f) {
  const std::uint64_t before = allocations;
  f();
  return allocations - before;
}

TEST(Steady, APlayingRoomTakesNothingFromTheHeap) {
  Table table;
  std::uint64_t in_ticks = 0;
  std::uint64_t in_messages = 0;
  std::uint64_t messages = 0;
  std::uint64_t told = 0;
  for (std::int64_t second = 1; second < 280; ++second) {
    const bool warm = second >= 60;
    if (second == 60) told = table.bytes;
    const std::uint64_t tick = allocations_of([&] { table.pass_second(); });
    in_ticks += warm ? tick : 0;
    for (std::int64_t user = 1 + second % 2; user <= seats; user += 2) {
      table.prepare_suspicion(user, second);
      const std::uint64_t message = allocations_of([&] { table.say_prepared(user); });
      in_messages += warm ? message : 0;
      messages += warm ? 1 : 0;
    }
  }
  EXPECT_GT(allocations, 0u) << "the counting works";
  EXPECT_GT(table.bytes - told, 220u * seats * 300) << "they were told what happened";
  EXPECT_GT(messages, 800u);
  EXPECT_EQ(table.counters().messages_wrong, 0u);
  EXPECT_EQ(table.closed, 0);
  EXPECT_LE(in_ticks, 220u / 20) << "the packed State grows when a round begins or news come";
  EXPECT_LE(in_messages, messages / 10) << "the log grows by a block now and then";
  fmt::print("allocations: {} in 220 ticks, {} in {} messages\n", in_ticks, in_messages, messages);
}

}  // namespace
}  // namespace whoosh::playing
