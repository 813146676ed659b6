// Goal: limits count the right address, and nobody chooses his own. Method: tables.
#include "http/address.h"

#include <gtest/gtest.h>

namespace whoosh::http {
namespace {

namespace ip = boost::asio::ip;

Networks networks(std::vector<std::string> entries) {
  return *Networks::parse(entries);
}

TEST(ClientAddressTest, ipv4_counts_whole_ipv6_by_64_and_mapped_as_ipv4) {
  EXPECT_EQ(client_address(ip::make_address("203.0.113.7")).key, "203.0.113.7");
  EXPECT_EQ(client_address(ip::make_address("::ffff:203.0.113.7")).key, "203.0.113.7");
  EXPECT_EQ(client_address(ip::make_address("::ffff:203.0.113.7")).text, "203.0.113.7");
  const auto six = client_address(ip::make_address("2001:db8:1:2:3:4:5:6"));
  EXPECT_EQ(six.key, "2001:db8:1:2::/64");
  EXPECT_EQ(six.text, "2001:db8:1:2:3:4:5:6");
  EXPECT_EQ(client_address(ip::make_address("::1")).key, "::/64");
}

TEST(NetworksTest, contain_what_they_name) {
  const Networks some =
      networks({"10.0.0.0/8", "192.0.2.1", "2001:db8::/33", "::1", " 172.16.0.0/12 "});
  for (const char* inside : {"10.255.0.1", "192.0.2.1", "2001:db8:7fff::1", "::1", "172.31.0.1"}) {
    EXPECT_TRUE(some.contains(ip::make_address(inside))) << inside;
  }
  for (const char* outside : {"11.0.0.1", "192.0.2.2", "2001:db8:8000::1", "::2", "172.32.0.1"}) {
    EXPECT_FALSE(some.contains(ip::make_address(outside))) << outside;
  }
  EXPECT_TRUE(networks({"0.0.0.0/0"}).contains(ip::make_address("8.8.8.8")));
  EXPECT_FALSE(networks({"0.0.0.0/0"}).contains(ip::make_address("2001:db8::1")));
}

TEST(NetworksTest, a_wrong_entry_is_named) {
  for (const char* bad :
       {"", "x", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "10.0.0"}) {
    const auto parsed = Networks::parse(std::vector<std::string>{bad});
    ASSERT_FALSE(parsed.has_value()) << bad;
    EXPECT_NE(parsed.error().message.find(bad), std::string::npos);
  }
}

TEST(ClientBehindTest, only_trusted_proxies_are_believed) {
  const Networks trusted = networks({"10.0.0.0/8"});
  struct Case {
    const char* peer;
    const char* forwarded;
    const char* client;
  };
  for (const Case& c :
       {Case{"203.0.113.1", "198.51.100.1", "203.0.113.1"},  // not a proxy of ours
        Case{"10.0.0.1", "", "10.0.0.1"}, Case{"10.0.0.1", "198.51.100.1", "198.51.100.1"},
        Case{"::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"},
        Case{"10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"},  // the left end is made up
        Case{"10.0.0.1", "6.6.6.6, 198.51.100.1 , 10.0.0.2", "198.51.100.1"},
        Case{"10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"},
        Case{"10.0.0.1", "198.51.100.1, rubbish", "10.0.0.1"},
        Case{"10.0.0.1", "rubbish, 10.0.0.2", "10.0.0.2"}, Case{"10.0.0.1", ",,", "10.0.0.1"},
        Case{"10.0.0.1", "2001:db8::5", "2001:db8::5"}}) {
    EXPECT_EQ(client_behind(ip::make_address(c.peer), c.forwarded, trusted).text, c.client)
        << c.peer << " | " << c.forwarded;
  }
}

}  // namespace
}  // namespace whoosh::http
