// Wheel: which rooms tick when. One revolution is one tick of every room, in wheel_slots steps; a
// room's slot comes from its id, so rooms never thunder together. Steps are counted, not timed:
// step n is due at start + n * tick_ms / wheel_slots.
//
// Owner: one Shard. Its thread. T is what ticks; the wheel only keeps pointers.
// Invariant: every entry is visited once per revolution; skip() leaves out whole revolutions.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/assert.h"
#include "shard/limits.h"

namespace whoosh::shard {

template <class T>
class Wheel {
 public:
  Wheel(std::int64_t start_ms, std::int32_t tick_ms) : start_ms_(start_ms), tick_ms_(tick_ms) {
    ASSERT(tick_ms > 0);
  }

  void add(std::uint32_t slot, T* entry) {
    slots_[slot].push_back(entry);
    ++size_;
  }
  void remove(std::uint32_t slot, T* entry) {
    auto& list = slots_[slot];
    const auto found = std::find(list.begin(), list.end(), entry);
    ASSERT(found != list.end());
    list.erase(found);
    --size_;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const std::vector<T*>& at_cursor() const { return slots_[cursor_ % wheel_slots]; }
  // When the step at the cursor is due, rounded up; when this slot comes next.
  [[nodiscard]] std::int64_t cursor_due_ms() const { return due_ms(cursor_); }
  [[nodiscard]] std::int64_t next_due_ms(std::uint32_t slot) const {
    return due_ms(cursor_ + (slot + wheel_slots - cursor_ % wheel_slots) % wheel_slots);
  }
  // Of the next slot that is not empty.
  [[nodiscard]] std::optional<std::int64_t> next_due_ms() const {
    if (size_ == 0) return std::nullopt;
    std::uint64_t step = cursor_;
    while (slots_[step % wheel_slots].empty()) ++step;
    return due_ms(step);
  }
  void advance() { ++cursor_; }

  // Lets time pass while nothing is on the wheel. REQUIRES: size() == 0.
  void idle_to(std::int64_t now_ms) {
    ASSERT(size_ == 0);
    cursor_ = std::max(cursor_, due_steps(now_ms) + 1);
  }

  // After a stall: leaves out whole revolutions until at most `keep` are due at `now_ms`. How many
  // it left out.
  std::uint64_t skip(std::int64_t now_ms, std::uint32_t keep) {
    const std::uint64_t steps = due_steps(now_ms);
    const std::uint64_t kept = std::uint64_t{keep} * wheel_slots;
    if (steps < cursor_ + kept) return 0;
    const std::uint64_t revolutions = (steps - cursor_ - kept) / wheel_slots + 1;
    cursor_ += revolutions * wheel_slots;
    return revolutions;
  }

 private:
  [[nodiscard]] std::int64_t due_ms(std::uint64_t step) const {
    const std::uint64_t scaled = step * static_cast<std::uint64_t>(tick_ms_);
    return start_ms_ + static_cast<std::int64_t>((scaled + wheel_slots - 1) / wheel_slots);
  }

  [[nodiscard]] std::uint64_t due_steps(std::int64_t now_ms) const {
    const auto passed = static_cast<std::uint64_t>(std::max<std::int64_t>(now_ms - start_ms_, 0));
    return passed * wheel_slots / static_cast<std::uint64_t>(tick_ms_);
  }

  std::int64_t start_ms_;
  std::int32_t tick_ms_;
  std::uint64_t cursor_ = 0;  // the next step to run
  std::size_t size_ = 0;
  std::array<std::vector<T*>, wheel_slots> slots_;
};

}  // namespace whoosh::shard
