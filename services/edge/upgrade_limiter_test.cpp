// Goal: one address can't storm the edge, a party behind one router can enter, memory stays
// bounded. Method: a limiter driven with times of our own.
#include "services/edge/upgrade_limiter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace whoosh::edge {
namespace {

net::Address v4(unsigned char last) {
  net::Address address;
  address.family = net::Address::Family::V4;
  address.bytes = {192, 0, 2, last};
  return address;
}

net::Address v6(unsigned char network, unsigned char host) {
  net::Address address;
  address.family = net::Address::Family::V6;
  address.bytes = {0x20, 1, 0xd, 0xb8, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, host};
  return address;
}

TEST(UpgradeLimiter, ABurstThenEvenly) {
  UpgradeLimiter limiter({.burst = 3, .per_s = 2});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.take(v4(1), 0), 0);
  EXPECT_EQ(limiter.take(v4(1), 0), 1) << "wait a second";
  EXPECT_EQ(limiter.take(v4(2), 0), 0) << "another address has its own bucket";
  EXPECT_EQ(limiter.take(v4(1), 500), 0) << "two a second";
  EXPECT_EQ(limiter.take(v4(1), 500), 1);
}

TEST(UpgradeLimiter, Ipv6CountsByNetwork) {
  UpgradeLimiter limiter({.burst = 1, .per_s = 1});
  EXPECT_EQ(limiter.take(v6(1, 1), 0), 0);
  EXPECT_GT(limiter.take(v6(1, 2), 0), 0);
  EXPECT_EQ(limiter.take(v6(2, 1), 0), 0);
}

TEST(UpgradeLimiter, BeyondItsMemoryNewcomersShareOneBucket) {
  UpgradeLimiter limiter({.burst = 2, .per_s = 0.001});
  net::Address address = v4(0);
  const auto number = [&](std::size_t i) {
    address.bytes[1] = static_cast<unsigned char>(i >> 16);
    address.bytes[2] = static_cast<unsigned char>(i >> 8);
    address.bytes[3] = static_cast<unsigned char>(i);
  };
  constexpr std::size_t known = UpgradeLimiter::stripes * UpgradeLimiter::addresses_max;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < known * 3 / 2; ++i) {
    number(i);
    taken += limiter.take(address, 0) == 0;
  }
  EXPECT_GE(taken, known) << "every stripe is full";
  EXPECT_LE(taken, known + UpgradeLimiter::stripes * 2) << "one shared bucket each";
  number(1);
  EXPECT_EQ(limiter.take(address, 0), 0) << "who is known has his own";
  address.bytes[0] = 10;
  EXPECT_GT(limiter.take(address, 0), 0);
  EXPECT_EQ(limiter.take(address, 3'000'000), 0) << "full ones are forgotten";
}

TEST(UpgradeLimiter, HoldsForAllThreadsTogether) {
  UpgradeLimiter limiter({.burst = 1000, .per_s = 0.001});
  std::atomic<int> taken{0};
  std::vector<std::thread> loops;
  for (int i = 0; i < 4; ++i) {
    loops.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) taken += limiter.take(v4(1), k % 7) == 0;
    });
  }
  for (std::thread& loop : loops) loop.join();
  EXPECT_EQ(taken, 1000);
}

}  // namespace
}  // namespace whoosh::edge
