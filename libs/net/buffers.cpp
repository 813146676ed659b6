#include "net/buffers.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "base/assert.h"

namespace whoosh::net {
namespace {

std::size_t class_of(std::size_t capacity) {
  if (capacity <= BufferPool::block_bytes_min) return 0;
  return static_cast<std::size_t>(std::bit_width(capacity - 1) -
                                  std::bit_width(BufferPool::block_bytes_min - 1));
}

}  // namespace

BufferPool::~BufferPool() {
  ASSERT(bytes_in_use_ == 0);
  for (std::size_t index = 0; index < classes; ++index) {
    while (void* const block = take(index)) ::operator delete(block);
  }
}

// nullptr: none is free.
void* BufferPool::take(std::size_t index) {
  FreeList& list = free_[index];
  FreeBlock* const block = list.first;
  if (block == nullptr) return nullptr;
  list.first = block->next;
  list.spare = std::min(list.spare, --list.size);
  bytes_retained_ -= block_bytes_min << index;
  return block;
}

void BufferPool::put(std::size_t index, void* block) {
  FreeList& list = free_[index];
  list.first = new (block) FreeBlock{list.first};
  ++list.size;
  bytes_retained_ += block_bytes_min << index;
}

void BufferPool::trim() {
  for (std::size_t index = 0; index < classes; ++index) {
    const std::uint32_t going = (free_[index].spare + 3) / 4;
    for (std::uint32_t i = 0; i < going; ++i) ::operator delete(take(index));
    free_[index].spare = free_[index].size;
  }
}

bool BufferPool::reserve(Buffer& buffer, std::size_t capacity) {
  if (capacity <= buffer.capacity) return true;
  if (capacity > block_bytes_max) return false;
  const std::size_t index = class_of(capacity);
  const std::size_t bytes = block_bytes_min << index;
  if (bytes_in_use_ + bytes > bytes_max_) return false;
  Buffer grown;
  void* const block = take(index);
  grown.data = static_cast<char*>(block != nullptr ? block : ::operator new(bytes));
  bytes_in_use_ += bytes;
  grown.capacity = static_cast<std::uint32_t>(bytes);
  grown.size = buffer.size;
  if (buffer.size > 0) std::memcpy(grown.data, buffer.data, buffer.size);
  release(buffer);
  buffer = grown;
  return true;
}

bool BufferPool::append(Buffer& buffer, std::string_view bytes) {
  if (!reserve(buffer, buffer.size + bytes.size())) return false;
  if (!bytes.empty()) std::memcpy(buffer.data + buffer.size, bytes.data(), bytes.size());
  buffer.size += static_cast<std::uint32_t>(bytes.size());
  return true;
}

void BufferPool::release(Buffer& buffer) {
  if (buffer.data == nullptr) return;
  bytes_in_use_ -= buffer.capacity;
  if (bytes_retained_ + buffer.capacity > retained_bytes_max) {
    ::operator delete(buffer.data);
  } else {
    put(class_of(buffer.capacity), buffer.data);
  }
  buffer = Buffer{};
}

}  // namespace whoosh::net
