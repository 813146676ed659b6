#include "net/buffers.h"

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
  for (FreeBlock*& list : free_) {
    while (list != nullptr) {
      FreeBlock* const block = list;
      list = block->next;
      ::operator delete(block);
    }
  }
}

bool BufferPool::reserve(Buffer& buffer, std::size_t capacity) {
  if (capacity <= buffer.capacity) return true;
  if (capacity > block_bytes_max) return false;
  const std::size_t index = class_of(capacity);
  const std::size_t bytes = block_bytes_min << index;
  if (bytes_in_use_ + bytes > bytes_max_) return false;
  Buffer grown;
  if (FreeBlock* const block = free_[index]; block != nullptr) {
    free_[index] = block->next;
    bytes_retained_ -= bytes;
    grown.data = reinterpret_cast<char*>(block);
  } else {
    grown.data = static_cast<char*>(::operator new(bytes));
  }
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
    const std::size_t index = class_of(buffer.capacity);
    free_[index] = new (buffer.data) FreeBlock{free_[index]};
    bytes_retained_ += buffer.capacity;
  }
  buffer = Buffer{};
}

}  // namespace whoosh::net
