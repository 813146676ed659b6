// Rng: the only randomness of the pure modules. xoshiro256** (Blackman & Vigna, "Scrambled linear
// pseudorandom number generators", 2018), seeded with splitmix64. A value type: copying it copies
// the stream, so a state with its Rng replays byte for byte on every platform. Not for secrets:
// those are Entropy's.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>

namespace whoosh::base {

class Rng {
 public:
  explicit Rng(std::uint64_t seed = 0);

  std::uint64_t next();
  // Uniform in [0, bound). REQUIRES: bound > 0. Lemire's method without bias.
  std::uint32_t below(std::uint32_t bound);
  // True with probability percent/100. REQUIRES: 0 <= percent <= 100.
  bool chance(std::uint32_t percent) { return below(100) < percent; }

  // Fisher-Yates; the same on every platform, which std::shuffle is not.
  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[below(static_cast<std::uint32_t>(i))]);
    }
  }

  bool operator==(const Rng&) const = default;
  [[nodiscard]] const std::array<std::uint64_t, 4>& words() const { return words_; }
  static Rng from_words(const std::array<std::uint64_t, 4>& words);

 private:
  std::array<std::uint64_t, 4> words_{};
};

}  // namespace whoosh::base
