#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace whoosh::net {

Address Address::from(const sockaddr_storage& socket_address) {
  Address address;
  if (socket_address.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &socket_address, sizeof v4);
    address.family = Family::V4;
    address.port = ntohs(v4.sin_port);
    std::memcpy(address.bytes.data(), &v4.sin_addr, 4);
  } else if (socket_address.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &socket_address, sizeof v6);
    address.port = ntohs(v6.sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      address.family = Family::V4;
      std::memcpy(address.bytes.data(), v6.sin6_addr.s6_addr + 12, 4);
    } else {
      address.family = Family::V6;
      std::memcpy(address.bytes.data(), &v6.sin6_addr, 16);
    }
  }
  return address;
}

std::optional<Address> Address::parse(std::string_view text, std::uint16_t port) {
  const std::string terminated(text);
  if (terminated.size() != std::strlen(terminated.c_str())) return std::nullopt;
  sockaddr_storage storage{};
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, terminated.c_str(), &v4->sin_addr) == 1) {
    storage.ss_family = AF_INET;
    v4->sin_port = htons(port);
  } else if (inet_pton(AF_INET6, terminated.c_str(), &v6->sin6_addr) == 1) {
    storage.ss_family = AF_INET6;
    v6->sin6_port = htons(port);
  } else {
    return std::nullopt;
  }
  return from(storage);
}

std::uint32_t Address::write_to(sockaddr_storage& out) const {
  ASSERT(family != Family::None);
  out = {};
  if (family == Family::V4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, bytes.data(), 4);
    std::memcpy(&out, &v4, sizeof v4);
    return sizeof v4;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, bytes.data(), 16);
  std::memcpy(&out, &v6, sizeof v6);
  return sizeof v6;
}

std::string Address::text() const {
  if (family == Family::None) return {};
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(family == Family::V4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

std::string Address::network() const {
  if (family != Family::V6) return text();
  Address first = *this;
  std::fill(first.bytes.begin() + 8, first.bytes.end(), static_cast<unsigned char>(0));
  return first.text() + "/64";
}

}  // namespace whoosh::net
