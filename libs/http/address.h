// Who is at the other end: the peer's address, or the one that a trusted proxy names in
// X-Forwarded-For. Values only; any thread.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace whoosh::http {

struct ClientAddress {
  std::string text;  // "203.0.113.7", "2001:db8::1"
  std::string key;   // what limits are counted by: IPv4 whole, IPv6 by /64 ("2001:db8::/64")
};

// A list of addresses and networks: "10.0.0.0/8", "::1", "192.0.2.1".
class Networks {
 public:
  // Error: invalid_input with a sentence that names the wrong entry.
  [[nodiscard]] static base::Result<Networks> parse(std::span<const std::string> entries);
  [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;
  [[nodiscard]] bool empty() const { return rows_.empty(); }

 private:
  struct Row {
    boost::asio::ip::address base;
    unsigned bits = 0;
  };
  std::vector<Row> rows_;
};

// IPv4 mapped into IPv6 becomes IPv4.
[[nodiscard]] boost::asio::ip::address unmapped(const boost::asio::ip::address& address);
[[nodiscard]] ClientAddress client_address(const boost::asio::ip::address& address);

// The client of a request: from the right end of `forwarded_for`, the first that is not a trusted
// proxy; the peer itself when it is none. An entry that is no address ends the search at the last
// good one.
[[nodiscard]] ClientAddress client_behind(const boost::asio::ip::address& peer,
                                          std::string_view forwarded_for, const Networks& trusted);

}  // namespace whoosh::http
