// Gate: how fast one connection may talk, and how often it may be wrong (wire/limits.h). Values
// only. Owner: a Session. Times are the shard's monotonic milliseconds.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "wire/limits.h"

namespace whoosh::shard {

class Gate {
 public:
  // Takes a message of so many bytes out of this second's budget; false: it is too much.
  bool take(std::int64_t now_ms, std::size_t bytes) {
    constexpr std::int64_t second = 1'000'000;
    const std::int64_t now = now_ms * 1000;
    const auto size = static_cast<std::int64_t>(bytes);
    const std::int64_t messages =
        std::max(messages_full_us_, now) + second / wire::messages_per_s_max;
    const std::int64_t volume =
        std::max(bytes_full_us_, now) + size * second / wire::bytes_per_s_max;
    if (messages > now + second || volume > now + second) return false;
    messages_full_us_ = messages;
    bytes_full_us_ = volume;
    return true;
  }

  // Notes a wrong message; true: it was the last one that is borne.
  bool wrong(std::int64_t now_ms) {
    wrong_at_ms_[next_] = static_cast<std::uint32_t>(now_ms);
    next_ = static_cast<std::uint8_t>((next_ + 1) % wrong_at_ms_.size());
    if (count_ < wrong_at_ms_.size()) ++count_;
    const std::uint32_t oldest = wrong_at_ms_[next_];
    return count_ == wrong_at_ms_.size() &&
           static_cast<std::uint32_t>(now_ms) - oldest < wire::wrong_window_s * 1000;
  }

 private:
  std::int64_t messages_full_us_ = 0;  // when the whole budget is there again
  std::int64_t bytes_full_us_ = 0;
  std::array<std::uint32_t, wire::wrong_max> wrong_at_ms_{};  // ring, milliseconds modulo 2^32
  std::uint8_t next_ = 0;
  std::uint8_t count_ = 0;
};

}  // namespace whoosh::shard
