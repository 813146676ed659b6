// Address: where a peer is, as a value: for rate limits and logs. An IPv4 address that came mapped
// into IPv6 (::ffff:1.2.3.4) is the IPv4 address. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr_storage;

namespace whoosh::net {

struct Address {
  enum class Family : std::uint8_t { None, V4, V6 };
  Family family = Family::None;
  std::uint16_t port = 0;
  std::array<unsigned char, 16> bytes{};  // network order; V4: the first four

  bool operator==(const Address&) const = default;
  [[nodiscard]] std::string text()
      const;  // "192.0.2.1", "2001:db8::1", "" for None; without the port
  // What limits are counted by: IPv4 whole, IPv6 by its /64 ("2001:db8::/64").
  [[nodiscard]] std::string network() const;
  static Address from(const sockaddr_storage& socket_address);
  // "192.0.2.1", "2001:db8::1": numbers only, so that nothing is ever asked of a name server.
  static std::optional<Address> parse(std::string_view text, std::uint16_t port);
  // Fills `out` for connect(2); returns how much of it counts. REQUIRES: not None.
  std::uint32_t write_to(sockaddr_storage& out) const;
};

}  // namespace whoosh::net
