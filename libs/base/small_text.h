// SmallText: a text that lasts, in 16 bytes: up to 15 bytes lie inside, a longer text is one block
// of the heap. For what exists a million times and is short nearly always (a player's name).
//
// Values; the owner's thread. Invariant: size() <= bytes_max; a text of up to 15 bytes has no
// block.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/assert.h"

namespace whoosh::base {

class SmallText {
 public:
  static constexpr std::size_t inline_bytes = 15;
  static constexpr std::size_t bytes_max = 65535;

  SmallText() = default;
  explicit SmallText(std::string_view text) { assign(text); }
  ~SmallText() { clear(); }
  SmallText(SmallText&& other) noexcept : bytes_(other.bytes_) { other.bytes_ = {}; }
  SmallText& operator=(SmallText&& other) noexcept {
    if (this != &other) {
      clear();
      bytes_ = std::exchange(other.bytes_, {});
    }
    return *this;
  }
  SmallText(const SmallText&) = delete;
  SmallText& operator=(const SmallText&) = delete;

  // REQUIRES: at most bytes_max; not a view of this text itself.
  void assign(std::string_view text) {
    RULE_CHECK(text.size() <= bytes_max, "a SmallText is short");
    clear();
    if (text.size() <= inline_bytes) {
      text.copy(bytes_.data(), text.size());
      bytes_[inline_bytes] = static_cast<char>(text.size());
      return;
    }
    const Block block{new char[text.size()], static_cast<std::uint16_t>(text.size())};
    text.copy(block.data, text.size());
    std::memcpy(bytes_.data(), &block.data, sizeof block.data);
    std::memcpy(bytes_.data() + sizeof block.data, &block.size, sizeof block.size);
    bytes_[inline_bytes] = in_a_block;
  }
  void clear() {
    if (bytes_[inline_bytes] == in_a_block) delete[] block().data;
    bytes_ = {};
  }

  [[nodiscard]] std::string_view view() const {
    if (bytes_[inline_bytes] != in_a_block)
      return {bytes_.data(), static_cast<std::size_t>(bytes_[inline_bytes])};
    return {block().data, block().size};
  }
  [[nodiscard]] bool empty() const { return view().empty(); }

 private:
  struct Block {
    char* data = nullptr;
    std::uint16_t size = 0;
  };
  static constexpr char in_a_block = 127;

  [[nodiscard]] Block block() const {
    Block out;
    std::memcpy(&out.data, bytes_.data(), sizeof out.data);
    std::memcpy(&out.size, bytes_.data() + sizeof out.data, sizeof out.size);
    return out;
  }

  static_assert(sizeof(char*) + sizeof(std::uint16_t) <= inline_bytes);

  std::array<char, inline_bytes + 1> bytes_{};  // a text or a Block, then its size or in_a_block
};
static_assert(sizeof(SmallText) == 16, "two for each seated player");

}  // namespace whoosh::base
