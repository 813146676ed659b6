// FixedVector<T, N> and FixedString<N>: containers whose capacity is part of the type and whose
// bytes live inside the owner. No heap, value semantics, trivially destructible when T is. Owner's
// thread only.
//
// Invariant: 0 <= size() <= N. Growing past N is refused (try_push_back, assign) or a RULE_CHECK
// (push_back).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/assert.h"

namespace whoosh::base {

template <class T, std::size_t N>
class FixedVector {
 public:
  using value_type = T;
  using size_type = std::size_t;
  using iterator = T*;
  using const_iterator = const T*;

  constexpr FixedVector() = default;
  constexpr FixedVector(std::initializer_list<T> items) {
    for (const T& item : items) push_back(item);
  }

  [[nodiscard]] constexpr std::size_t size() const { return size_; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
  [[nodiscard]] constexpr bool full() const { return size_ == N; }
  static constexpr std::size_t capacity() { return N; }

  constexpr T& operator[](std::size_t i) {
    RULE_CHECK(i < size_, "index out of range");
    return items_[i];
  }
  constexpr const T& operator[](std::size_t i) const {
    RULE_CHECK(i < size_, "index out of range");
    return items_[i];
  }
  constexpr T& back() { return (*this)[size_ - 1]; }

  constexpr bool try_push_back(T item) {
    if (full()) return false;
    items_[size_++] = std::move(item);
    return true;
  }
  constexpr void push_back(T item) {
    RULE_CHECK(try_push_back(std::move(item)), "FixedVector is full");
  }
  constexpr void pop_back() {
    RULE_CHECK(size_ > 0, "FixedVector is empty");
    items_[--size_] = T{};
  }
  constexpr void erase_at(std::size_t i) {
    RULE_CHECK(i < size_, "index out of range");
    std::move(begin() + i + 1, end(), begin() + i);
    pop_back();
  }
  constexpr void clear() {
    while (size_ > 0) pop_back();
  }
  constexpr void resize(std::size_t size) {
    RULE_CHECK(size <= N, "FixedVector is too small");
    while (size_ > size) pop_back();
    size_ = static_cast<std::uint32_t>(size);
  }

  constexpr iterator begin() { return items_.data(); }
  constexpr iterator end() { return items_.data() + size_; }
  constexpr const_iterator begin() const { return items_.data(); }
  constexpr const_iterator end() const { return items_.data() + size_; }

  [[nodiscard]] constexpr bool contains(const T& item) const {
    return std::find(begin(), end(), item) != end();
  }
  constexpr std::span<T> span() { return {begin(), size_}; }
  constexpr std::span<const T> span() const { return {begin(), size_}; }

  constexpr bool operator==(const FixedVector& other) const {
    return std::equal(begin(), end(), other.begin(), other.end());
  }

 private:
  std::array<T, N> items_{};
  std::uint32_t size_ = 0;
};

template <std::size_t N>
class FixedString {
 public:
  constexpr FixedString() = default;
  constexpr FixedString(std::string_view text) {
    RULE_CHECK(assign(text), "FixedString is too small");
  }  // NOLINT

  // Takes the text whole, or leaves the old one and returns false.
  constexpr bool assign(std::string_view text) {
    if (text.size() > N) return false;
    std::copy(text.begin(), text.end(), bytes_.begin());
    size_ = static_cast<size_rep>(text.size());
    return true;
  }
  // REQUIRES: there is room.
  constexpr void append(std::string_view text) {
    RULE_CHECK(text.size() <= N - size_, "FixedString is too small");
    std::copy(text.begin(), text.end(), bytes_.begin() + size_);
    size_ = static_cast<size_rep>(size_ + text.size());
  }
  constexpr void clear() { size_ = 0; }
  [[nodiscard]] constexpr std::string_view view() const { return {bytes_.data(), size_}; }
  [[nodiscard]] constexpr std::size_t size() const { return size_; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
  static constexpr std::size_t capacity() { return N; }
  constexpr operator std::string_view() const { return view(); }  // NOLINT: reads like text
  constexpr bool operator==(const FixedString& other) const { return view() == other.view(); }

 private:
  static_assert(N < 65536);
  using size_rep = std::conditional_t<(N < 256), std::uint8_t, std::uint16_t>;
  std::array<char, N> bytes_{};
  size_rep size_ = 0;
};

}  // namespace whoosh::base
