// Goal: addresses are read and written as numbers only, and survive the way through the kernel's
// struct. Method: tables.
#include "net/address.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace whoosh::net {
namespace {

TEST(Address, NumbersAreReadAndWritten) {
  for (const char* text : {"0.0.0.0", "127.0.0.1", "192.0.2.255", "::", "::1", "2001:db8::1"}) {
    const auto address = Address::parse(text, 8080);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
    sockaddr_storage storage;
    EXPECT_GT(address->write_to(storage), 0u);
    EXPECT_EQ(Address::from(storage), *address);
    EXPECT_EQ(Address::from(storage).port, 8080);
  }
  EXPECT_EQ(Address::parse("::ffff:192.0.2.1", 1)->text(), "192.0.2.1");
}

TEST(Address, NamesAndNonsenseAreNot) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "localhost"sv, "edge-1.svc"sv, "127.1"sv, "127.0.0.1:8080"sv, "[::1]"sv,
        "fe80::1%eth0"sv, "127.0.0.1\0x"sv, " 127.0.0.1"sv, "1.2.3.4.5"sv, "256.0.0.1"sv,
        "0x7f.0.0.1"sv}) {
    EXPECT_FALSE(Address::parse(text, 1)) << text;
  }
}

}  // namespace
}  // namespace whoosh::net
