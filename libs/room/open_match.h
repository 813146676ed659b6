// OpenMatch: the one match of a shard whose State lies open, with its table: what a game is called
// with. All other matches are packed (packed_state.h); opening one closes the last.
//
// Owner: the Scratch of a shard, or whoever plays a match by hand (replay.h, tests). One thread.
// Invariant: when holds(serial), state() is what that match's PackedState unpacks to, and `table`
// is that match's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "room/packed_state.h"
#include "rules/game.h"

namespace whoosh::room {

class OpenMatch {
 public:
  // Names a match for its life; two of one OpenMatch never share one.
  [[nodiscard]] std::uint64_t new_serial() { return ++last_serial_; }

  [[nodiscard]] bool holds(std::uint64_t serial) const { return serial_ == serial; }
  // The State that `packed` says; nothing packed yet: State{}. The caller fills `table` then.
  void open(std::uint64_t serial, const rules::Game& game, std::span<const std::byte> packed) {
    use(game);
    unpack_state(packed, blank_, state_);
    serial_ = serial;
  }
  // What is open is being changed: not to be believed until it is packed.
  void forget() { serial_ = 0; }
  void open_again(std::uint64_t serial) { serial_ = serial; }

  [[nodiscard]] std::byte* state() { return reinterpret_cast<std::byte*>(state_.data()); }
  [[nodiscard]] std::span<const std::byte> state_bytes() const {
    return {reinterpret_cast<const std::byte*>(state_.data()), game_->state_bytes()};
  }
  // The packed form of what is open; lives until the next call.
  [[nodiscard]] std::span<const std::byte> pack() {
    packed_.clear();
    pack_state(state_, blank_, packed_);
    return packed_;
  }
  // An older State of the same game, to be read only; lives until the next call.
  [[nodiscard]] const std::byte* older(std::span<const std::byte> packed) {
    unpack_state(packed, blank_, older_);
    return reinterpret_cast<const std::byte*>(older_.data());
  }

  rules::Table table;  // of the open match
  std::string text;    // scratch of one line of its log

 private:
  void use(const rules::Game& game) {
    if (game_ == &game) return;
    game_ = &game;
    blank_ = state_words(game.state_bytes());
    game.make(reinterpret_cast<std::byte*>(blank_.data()));
  }

  const rules::Game* game_ = nullptr;
  std::uint64_t serial_ = 0;  // 0: nothing is open
  std::uint64_t last_serial_ = 0;
  StateWords blank_;  // State{}
  StateWords state_;
  StateWords older_;
  std::vector<std::byte> packed_;
};

// SavedStates: packed States as viewers know them, of rooms that have something to tell at the end
// of the turn. Slots are used again, so a turn takes nothing from the heap.
class SavedStates {
 public:
  using Slot = std::uint32_t;
  static constexpr Slot none = 0xffffffff;
  static constexpr std::size_t kept_max = 32;  // slots that stay after a crowded turn

  [[nodiscard]] Slot save(std::span<const std::byte> packed) {
    if (free_.empty()) {
      free_.push_back(static_cast<Slot>(slots_.size()));
      slots_.emplace_back();
    }
    const Slot slot = free_.back();
    free_.pop_back();
    slots_[slot].assign(packed.begin(), packed.end());
    return slot;
  }
  [[nodiscard]] std::span<const std::byte> at(Slot slot) const { return slots_[slot]; }
  void release(Slot slot) { free_.push_back(slot); }
  // All of them: every room has told what it had to tell, or is gone.
  void clear() {
    if (free_.size() == slots_.size() && slots_.size() <= kept_max) return;
    slots_.resize(std::min(slots_.size(), kept_max));
    free_.clear();
    for (Slot slot = 0; slot < slots_.size(); ++slot) free_.push_back(slot);
  }

 private:
  std::vector<std::vector<std::byte>> slots_;
  std::vector<Slot> free_;
};

}  // namespace whoosh::room
