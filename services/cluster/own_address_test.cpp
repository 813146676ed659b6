// Goal: an address stays, a name becomes an address, an unknown name is said. Method: names that no
// name server is asked for.
#include "services/cluster/own_address.h"

#include <gtest/gtest.h>

namespace whoosh::cluster {
namespace {

TEST(OwnAddress, AnAddressStays) {
  EXPECT_EQ(*numeric_address("10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(*numeric_address("fd00::1"), "fd00::1");
}

TEST(OwnAddress, ANameBecomesAnAddress) {
  EXPECT_EQ(*numeric_address("localhost"), "127.0.0.1");
}

TEST(OwnAddress, AnUnknownNameIsSaid) {
  const auto unknown = numeric_address("no-such-host.invalid");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("no-such-host.invalid"), std::string::npos);
}

}  // namespace
}  // namespace whoosh::cluster
