// Goal: the pool keeps what turns need and gives back what a storm left. Method: buffers by hand.
#include "net/buffers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace whoosh::net {
namespace {

std::vector<Buffer> take_many(BufferPool& pool, std::size_t count, std::size_t bytes) {
  std::vector<Buffer> buffers(count);
  for (Buffer& buffer : buffers) EXPECT_TRUE(pool.append(buffer, std::string(bytes, 'x')));
  return buffers;
}

void give_back(BufferPool& pool, std::vector<Buffer>& buffers) {
  for (Buffer& buffer : buffers) pool.release(buffer);
}

TEST(BufferPool, WhatAStormTookGoesWithinSeconds) {
  BufferPool pool(64ul << 20);
  std::vector<Buffer> storm = take_many(pool, 200, 4096);
  give_back(pool, storm);
  EXPECT_EQ(pool.bytes_retained(), 200U * 4096);
  pool.trim();  // all of them were needed since the beginning
  EXPECT_EQ(pool.bytes_retained(), 200U * 4096);
  std::size_t before = pool.bytes_retained();
  for (int second = 0; second < 60 && before > 0; ++second) {
    pool.trim();
    EXPECT_LT(pool.bytes_retained(), before);
    before = pool.bytes_retained();
  }
  EXPECT_EQ(before, 0U);
}

TEST(BufferPool, WhatEveryTurnTakesStays) {
  BufferPool pool(64ul << 20);
  for (int second = 0; second < 100; ++second) {
    std::vector<Buffer> turn = take_many(pool, 50, 512);
    give_back(pool, turn);
    pool.trim();
    EXPECT_EQ(pool.bytes_retained(), 50U * 512);
  }
}

TEST(BufferPool, KeepsNoMoreThanItMay) {
  BufferPool pool(64ul << 20);
  std::vector<Buffer> storm = take_many(pool, 20'000, 200);
  give_back(pool, storm);
  EXPECT_EQ(pool.bytes_retained(), BufferPool::retained_bytes_max) << "the rest went at once";
  pool.trim();
  pool.trim();
  EXPECT_EQ(pool.bytes_retained(), BufferPool::retained_bytes_max / 4 * 3);
}

}  // namespace
}  // namespace whoosh::net
