// Goal: tasks run in order on one thread, turns come when they asked to, and stopping loses nothing
// that was posted before. Method: real threads, waiting for what must happen, never for an amount
// of time.
#include "runtime/loop_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace whoosh::runtime {
namespace {

TEST(LoopThread, RunsInOrderOnItsOwnThreadAndFinishesBeforeItStops) {
  std::vector<int> ran;
  std::thread::id where;
  LoopThread loop;
  for (int i = 0; i < 1000; ++i) {
    loop.post([&, i] {
      ran.push_back(i);
      where = std::this_thread::get_id();
    });
  }
  loop.stop();
  ASSERT_EQ(ran.size(), 1000U);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(ran[static_cast<std::size_t>(i)], i);
  EXPECT_NE(where, std::this_thread::get_id());
  loop.stop();
}

TEST(LoopThread, TurnsComeAgainWhenTheyAsk) {
  std::atomic<int> turns = 0;
  LoopThread loop([&]() -> std::int64_t { return ++turns < 5 ? 1 : 60'000; });
  while (turns < 5) std::this_thread::yield();
  loop.post([] {});  // a task brings a turn along
  while (turns < 6) std::this_thread::yield();
  loop.stop();
  EXPECT_GE(turns, 6);
}

TEST(LoopThread, ATaskMayPostAnother) {
  std::atomic<bool> done = false;
  LoopThread loop;
  loop.post([&] { loop.post([&] { done = true; }); });
  while (!done) std::this_thread::yield();
}

TEST(LoopThread, LatePostsAreDropped) {
  LoopThread loop;
  loop.stop();
  bool ran = false;
  loop.post([&] { ran = true; });
  EXPECT_FALSE(ran);
}

// The poster may still be inside post() when its task has run and the loop ends (found by tsan).
TEST(LoopThread, MayEndAsSoonAsItsLastTaskRan) {
  for (int i = 0; i < 200; ++i) {
    std::atomic<bool> ran = false;
    auto loop = std::make_unique<LoopThread>();
    std::thread poster([&, raw = loop.get()] { raw->post([&] { ran = true; }); });
    while (!ran) std::this_thread::yield();
    loop.reset();
    poster.join();
  }
}

}  // namespace
}  // namespace whoosh::runtime
