#include "room/packed_state.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/assert.h"

namespace whoosh::room {
namespace {

constexpr std::size_t zero_groups_max = 256;  // of one 0x00 n
constexpr std::size_t word_bytes = sizeof(std::uint64_t);
constexpr std::size_t group_bytes_max = 1 + group_words * (1 + word_bytes);
constexpr std::size_t slack_max = 64;  // more room than this is given back
static_assert(std::endian::native == std::endian::little, "byte i of a word is bits 8i to 8i+7");

// Bit i: byte i of the word is not zero.
std::uint8_t bytes_mask(std::uint64_t word) {
  constexpr std::uint64_t low = 0x7f7f7f7f7f7f7f7full;
  const std::uint64_t marks = ((word | ((word & low) + low)) & ~low) >> 7;
  return static_cast<std::uint8_t>(marks * 0x0102040810204080ull >> 56);
}

std::byte* put_word(std::uint64_t word, std::byte* out) {
  unsigned mask = bytes_mask(word);
  *out++ = static_cast<std::byte>(mask);
  if (mask == 0xff) {
    std::memcpy(out, &word, word_bytes);
    return out + word_bytes;
  }
  for (; mask != 0; mask &= mask - 1)
    *out++ = static_cast<std::byte>(word >> (8 * static_cast<unsigned>(std::countr_zero(mask))));
  return out;
}

const std::byte* take_word(const std::byte* in, std::uint64_t& word) {
  auto mask = static_cast<unsigned>(*in++);
  if (mask == 0xff) {
    std::memcpy(&word, in, word_bytes);
    return in + word_bytes;
  }
  word = 0;
  for (; mask != 0; mask &= mask - 1)
    word |= static_cast<std::uint64_t>(*in++)
            << (8 * static_cast<unsigned>(std::countr_zero(mask)));
  return in;
}

}  // namespace

StateWords state_words(std::size_t state_bytes) {
  constexpr std::size_t group_bytes = group_words * word_bytes;
  return StateWords((state_bytes + group_bytes - 1) / group_bytes * group_words);
}

void pack_state(const StateWords& state, const StateWords& blank, std::vector<std::byte>& out) {
  std::size_t zero_groups = 0;
  for (std::size_t first = 0; first < state.size(); first += group_words) {
    std::uint64_t words[group_words];
    unsigned mask = 0;
    for (std::size_t i = 0; i < group_words; ++i) {
      words[i] = state[first + i] ^ blank[first + i];
      mask |= static_cast<unsigned>(words[i] != 0) << i;
    }
    if (mask == 0) {
      ++zero_groups;
      continue;
    }
    for (; zero_groups > 0; zero_groups -= std::min(zero_groups, zero_groups_max)) {
      out.push_back(std::byte{0});
      out.push_back(static_cast<std::byte>(std::min(zero_groups, zero_groups_max) - 1));
    }
    const std::size_t size = out.size();
    out.resize(size + group_bytes_max);
    std::byte* at = out.data() + size;
    *at++ = static_cast<std::byte>(mask);
    for (; mask != 0; mask &= mask - 1)
      at = put_word(words[static_cast<unsigned>(std::countr_zero(mask))], at);
    out.resize(static_cast<std::size_t>(at - out.data()));
  }
}

void unpack_state(std::span<const std::byte> packed, const StateWords& blank, StateWords& out) {
  out = blank;
  std::size_t first = 0;
  const std::byte* in = packed.data();
  const std::byte* const end = in + packed.size();
  while (in != end) {
    auto mask = static_cast<unsigned>(*in++);
    if (mask == 0) {
      first += group_words * (static_cast<std::size_t>(*in++) + 1);
      continue;
    }
    RULE_CHECK(first + group_words <= out.size(), "a packed State belongs to its game");
    for (; mask != 0; mask &= mask - 1) {
      std::uint64_t word = 0;
      in = take_word(in, word);
      out[first + static_cast<unsigned>(std::countr_zero(mask))] ^= word;
    }
    first += group_words;
  }
}

void PackedState::assign(std::span<const std::byte> packed) {
  // The heap gives blocks of 16 n + 8 bytes whole.
  const auto wanted = static_cast<std::uint32_t>((packed.size() + 8 + 15) / 16 * 16 - 8);
  if (wanted > capacity_ || capacity_ - wanted > slack_max) {
    bytes_.reset(new std::byte[wanted]);
    capacity_ = wanted;
  }
  std::copy(packed.begin(), packed.end(), bytes_.get());
  size_ = static_cast<std::uint32_t>(packed.size());
}

}  // namespace whoosh::room
