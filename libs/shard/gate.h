// Gate: how fast one connection may talk; Wrongs: how often it may be wrong (wire/limits.h). Values
// only. Owner: a Session. Times are the shard's monotonic milliseconds.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "wire/limits.h"

namespace whoosh::shard {

// How much of this second's budget is used up. Milliseconds modulo 2^32: who said nothing for 49
// days may find a second's budget used.
class Gate {
 public:
  // Takes a message of so many bytes out of this second's budget; false: it is too much.
  bool take(std::int64_t now_ms, std::size_t bytes) {
    constexpr std::uint32_t second = 1'000'000;
    const auto passed_ms = static_cast<std::uint32_t>(now_ms) - at_ms_;
    const std::uint32_t back = std::min<std::uint32_t>(passed_ms, 1000) * 1000;
    const std::uint32_t messages = messages_us_ - std::min(messages_us_, back);
    const std::uint32_t volume = volume_us_ - std::min(volume_us_, back);
    const std::uint64_t more_messages = messages + second / wire::messages_per_s_max;
    const std::uint64_t more_volume =
        volume + std::uint64_t{bytes} * second / wire::bytes_per_s_max;
    if (more_messages > second || more_volume > second) return false;
    at_ms_ = static_cast<std::uint32_t>(now_ms);
    messages_us_ = static_cast<std::uint32_t>(more_messages);
    volume_us_ = static_cast<std::uint32_t>(more_volume);
    return true;
  }

 private:
  std::uint32_t at_ms_ = 0;        // of the last message that was taken
  std::uint32_t messages_us_ = 0;  // used then, as the time in which it comes back
  std::uint32_t volume_us_ = 0;
};

// When somebody was wrong: of few connections.
class Wrongs {
 public:
  // Notes a wrong message; true: it was the last one that is borne.
  bool add(std::int64_t now_ms) {
    at_ms_[next_] = static_cast<std::uint32_t>(now_ms);
    next_ = static_cast<std::uint8_t>((next_ + 1) % at_ms_.size());
    if (count_ < at_ms_.size()) ++count_;
    const std::uint32_t oldest = at_ms_[next_];
    return count_ == at_ms_.size() &&
           static_cast<std::uint32_t>(now_ms) - oldest < wire::wrong_window_s * 1000;
  }

 private:
  std::array<std::uint32_t, wire::wrong_max> at_ms_{};  // ring, milliseconds modulo 2^32
  std::uint8_t next_ = 0;
  std::uint8_t count_ = 0;
};

}  // namespace whoosh::shard
