// BufferPool: growable byte buffers for what can't be finished within a turn: partial requests and
// messages, and bytes that wait for a reader. Blocks are powers of two and go back to a free list,
// so the steady path allocates nothing; an idle connection holds none.
//
// Owner: one loop; its thread only. A Buffer has no destructor: its owner releases it to the pool
// it came from, before the pool dies.
// Invariants:
// 1. size <= capacity.
// 2. capacity == 0 iff data == nullptr.
// 3. bytes_in_use() <= bytes_max.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace whoosh::net {

struct Buffer {
  char* data = nullptr;
  std::uint32_t size = 0;
  std::uint32_t capacity = 0;

  [[nodiscard]] std::span<char> bytes() const { return {data, size}; }
};
static_assert(sizeof(Buffer) == 16, "two of them per connection");

class BufferPool {
 public:
  static constexpr std::size_t block_bytes_min = 256;
  static constexpr std::size_t classes = 12;  // 256 B .. 512 KiB
  static constexpr std::size_t block_bytes_max = block_bytes_min << (classes - 1);
  // Kept free; above: back to the heap. A turn of 1,000 frames of 1 KiB.
  static constexpr std::size_t retained_bytes_max = 1ul << 20;

  explicit BufferPool(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  // Makes room for `capacity` bytes, keeping the contents. False: too large, or the pool is at its
  // limit; the buffer is as before.
  [[nodiscard]] bool reserve(Buffer& buffer, std::size_t capacity);
  [[nodiscard]] bool append(Buffer& buffer, std::string_view bytes);
  void release(Buffer& buffer);
  // Gives back to the heap a quarter of the free blocks that nobody has needed since the last call:
  // what a storm took goes within seconds, what every turn takes stays. Once a second.
  void trim();

  [[nodiscard]] std::size_t bytes_in_use() const { return bytes_in_use_; }
  [[nodiscard]] std::size_t bytes_retained() const { return bytes_retained_; }

 private:
  struct FreeBlock {
    FreeBlock* next;
  };
  struct FreeList {
    FreeBlock* first = nullptr;
    std::uint32_t size = 0;
    std::uint32_t spare = 0;  // the least size since the last trim()
  };
  void* take(std::size_t index);
  void put(std::size_t index, void* block);

  std::array<FreeList, classes> free_{};
  std::size_t bytes_max_;
  std::size_t bytes_in_use_ = 0;
  std::size_t bytes_retained_ = 0;
};

}  // namespace whoosh::net
