// Goal: behind a trusted proxy each player has his own limits; nobody else can name an address for
// himself. Method: one row per peer, header and list of proxies.
#include "services/edge/client_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

namespace whoosh::edge {
namespace {

net::Address v4(const char* text) {
  sockaddr_storage storage{};
  storage.ss_family = AF_INET;
  EXPECT_EQ(inet_pton(AF_INET, text, &reinterpret_cast<sockaddr_in*>(&storage)->sin_addr), 1);
  return net::Address::from(storage);
}

TEST(ClientAddress, OnlyATrustedProxyNamesIt) {
  struct Row {
    const char* peer;
    const char* headers;
    const char* client;
  };
  const Row rows[] = {
      {"10.0.0.1", "", "10.0.0.1"},
      {"10.0.0.1", "X-Forwarded-For: 203.0.113.7\r\n", "203.0.113.7"},
      {"10.0.0.1", "x-forwarded-for: 198.51.100.9, 203.0.113.7\r\n", "203.0.113.7"},
      {"10.0.0.1", "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-For: 10.0.0.2\r\n", "203.0.113.7"},
      {"10.0.0.1", "X-Forwarded-For: 2001:db8::5\r\n", "2001:db8::5"},
      {"10.0.0.1", "X-Forwarded-For: nonsense\r\n", "10.0.0.1"},
      {"192.0.2.1", "X-Forwarded-For: 203.0.113.7\r\n", "192.0.2.1"},
  };
  const std::string trusted[] = {"10.0.0.0/8"};
  const auto networks = http::Networks::parse(trusted);
  ASSERT_TRUE(networks);
  for (const Row& row : rows) {
    const std::string text =
        "GET /ws HTTP/1.1\r\nHost: play.example\r\n" + std::string(row.headers) + "\r\n";
    net::Request request;
    ASSERT_EQ(request.head.parse(text), 0) << row.headers;
    request.remote = v4(row.peer);
    EXPECT_EQ(client_of(request, *networks).text(), row.client) << row.peer << " " << row.headers;
    EXPECT_EQ(client_of(request, http::Networks{}).text(), row.peer) << "no proxy is trusted";
  }
}

}  // namespace
}  // namespace whoosh::edge
