// NodeNumbers: which node numbers of room ids are this process's: the present one, which new rooms
// get, and those that it had before it lost its place among the living and took another: rooms from
// then are played to their end. Owner: EdgeServer's Shared. One thread writes, any reads.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

namespace whoosh::edge {

class NodeNumbers {
 public:
  // Of a process that is no member of a cluster (yet): nullopt, and no room can be made.
  explicit NodeNumbers(std::optional<std::uint16_t> number) { become(number); }

  void become(std::optional<std::uint16_t> number) {
    if (number && !has(*number)) {
      kept_[next_].store(*number, std::memory_order_relaxed);
      next_ = (next_ + 1) % kept_.size();
    }
    current_.store(number ? *number : none, std::memory_order_release);
  }
  [[nodiscard]] std::optional<std::uint16_t> current() const {
    const std::int32_t number = current_.load(std::memory_order_acquire);
    if (number == none) return std::nullopt;
    return static_cast<std::uint16_t>(number);
  }
  [[nodiscard]] bool has(std::uint16_t number) const {
    for (const auto& kept : kept_) {
      if (kept.load(std::memory_order_relaxed) == number) return true;
    }
    return false;
  }

 private:
  static constexpr std::int32_t none = -1;

  std::atomic<std::int32_t> current_{none};
  // Rooms of a number that was eight numbers ago have ended long since.
  std::array<std::atomic<std::int32_t>, 8> kept_{none, none, none, none, none, none, none, none};
  std::size_t next_ = 0;
};

}  // namespace whoosh::edge
