// PackedState: a game's State between two events, without what is still as in State{}: most of a
// State is room for what has not happened yet. The State is taken XOR State{}, in groups of 64
// bytes:
//
//   group     mask of its words that are not zero, then those words; what is zero to the end of
//             the State is left out
//   0x00 n    n + 1 groups of zeros
//   word      mask of its bytes that are not zero, then those bytes
//
// Owner: a MatchRun; its shard's thread. Lossless: unpack() gives the bytes that pack() was given.
// Memory is exact but for a rounding to 16 bytes, and kept while the size stays near: a State that
// changes without growing takes nothing from the heap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace whoosh::room {

// Words of a State, padded with zeros to whole groups.
using StateWords = std::vector<std::uint64_t>;
inline constexpr std::size_t group_words = 8;
[[nodiscard]] StateWords state_words(std::size_t state_bytes);

// Appends the packed form. REQUIRES: both of one game, from state_words().
void pack_state(const StateWords& state, const StateWords& blank, std::vector<std::byte>& out);
// REQUIRES: `packed` from pack_state() with the same `blank`.
void unpack_state(std::span<const std::byte> packed, const StateWords& blank, StateWords& out);

class PackedState {
 public:
  [[nodiscard]] std::span<const std::byte> bytes() const { return {bytes_.get(), size_}; }
  void assign(std::span<const std::byte> packed);

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

}  // namespace whoosh::room
