// Goal: a packed State is the State, byte for byte, whatever it holds; and memory comes from the
// heap only when it grows. Method: the corners of the encoding, then many random States that change
// by random bytes, as a match's does.
#include "room/packed_state.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace whoosh::room {
namespace {

StateWords packed_and_back(const StateWords& state, const StateWords& blank) {
  std::vector<std::byte> packed;
  pack_state(state, blank, packed);
  PackedState kept;
  kept.assign(packed);
  StateWords out(3, 17);  // of another size, with other words
  unpack_state(kept.bytes(), blank, out);
  return out;
}

TEST(PackedState, IsPaddedToGroups) {
  EXPECT_EQ(state_words(1).size(), group_words);
  EXPECT_EQ(state_words(64).size(), group_words);
  EXPECT_EQ(state_words(65).size(), 2 * group_words);
}

TEST(PackedState, AStateThatIsStillBlankTakesNothing) {
  StateWords blank = state_words(4096);
  for (std::uint64_t& word : blank) word = 0xff00ff;
  std::vector<std::byte> packed;
  pack_state(blank, blank, packed);
  EXPECT_TRUE(packed.empty());
  EXPECT_EQ(packed_and_back(blank, blank), blank);
}

TEST(PackedState, KeepsEveryByteInEveryPlace) {
  const StateWords blank = state_words(64 * 600);  // more zero groups than one mark can tell
  for (const std::size_t word : {std::size_t{0}, std::size_t{7}, std::size_t{8}, std::size_t{2056},
                                 std::size_t{2064}, blank.size() - 1}) {
    for (unsigned byte = 0; byte < 8; ++byte) {
      for (const std::uint64_t value : {1ull, 0x80ull, 0xffull}) {
        StateWords state = blank;
        state[word] = value << (8 * byte);
        ASSERT_EQ(packed_and_back(state, blank), state) << word << " " << byte;
        state[blank.size() - 1] = ~0ull;
        ASSERT_EQ(packed_and_back(state, blank), state) << word << " " << byte;
      }
    }
  }
}

TEST(PackedState, GivesRandomStatesBack) {
  base::Rng rng(11);
  for (int round = 0; round < 300; ++round) {
    StateWords blank = state_words(1 + rng.below(5000));
    for (std::uint64_t& word : blank) word = rng.chance(20) ? rng.next() : 0;
    StateWords state = blank;
    auto* const bytes = reinterpret_cast<unsigned char*>(state.data());
    const auto size = static_cast<std::uint32_t>(state.size() * sizeof(std::uint64_t));
    const std::uint32_t changes = rng.below(2 * size);
    for (std::uint32_t i = 0; i < changes; ++i)
      bytes[rng.below(size)] = static_cast<unsigned char>(rng.chance(50) ? 0 : rng.below(256));
    ASSERT_EQ(packed_and_back(state, blank), state) << round;
  }
}

TEST(PackedState, StaysWhereItIsWhileItsSizeStaysNear) {
  PackedState kept;
  std::vector<std::byte> bytes(100, std::byte{1});
  kept.assign(bytes);
  const std::byte* const at = kept.bytes().data();
  bytes.resize(90, std::byte{2});
  kept.assign(bytes);
  EXPECT_EQ(kept.bytes().data(), at);
  EXPECT_EQ(kept.bytes().size(), 90U);
  bytes.resize(4000, std::byte{3});
  kept.assign(bytes);
  EXPECT_EQ(kept.bytes().size(), 4000U);
  EXPECT_EQ(kept.bytes().back(), std::byte{3});
}

}  // namespace
}  // namespace whoosh::room
