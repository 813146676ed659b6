// Goal: one address can't storm the edge, a party behind one router can enter, memory stays
// bounded. Method: a limiter driven with times of our own.
#include "services/edge/upgrade_limiter.h"

#include <gtest/gtest.h>

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
  for (std::size_t i = 0; i < UpgradeLimiter::addresses_max; ++i) {
    address.bytes[1] = static_cast<unsigned char>(i >> 16);
    address.bytes[2] = static_cast<unsigned char>(i >> 8);
    address.bytes[3] = static_cast<unsigned char>(i);
    ASSERT_EQ(limiter.take(address, 0), 0);
  }
  address.bytes[0] = 10;
  EXPECT_EQ(limiter.take(address, 0), 0);
  address.bytes[3] = 77;
  EXPECT_EQ(limiter.take(address, 0), 0);
  address.bytes[3] = 78;
  EXPECT_GT(limiter.take(address, 0), 0) << "the shared bucket is empty";
}

}  // namespace
}  // namespace whoosh::edge
