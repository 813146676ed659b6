#include "services/edge/client_address.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>

namespace whoosh::edge {
namespace {

net::Address parsed(const std::string& text) {
  sockaddr_storage storage{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    storage.ss_family = AF_INET;
  } else if (inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    storage.ss_family = AF_INET6;
  }
  return net::Address::from(storage);
}

// All fields of the name as one list, as RFC 9110 section 5.3 reads them.
std::string forwarded_for(const net::Request& request) {
  std::string list;
  for (const net::HeaderField& field : request.head.fields()) {
    if (!net::equal_without_case(field.name, "X-Forwarded-For")) continue;
    if (!list.empty()) list += ", ";
    list += field.value;
  }
  return list;
}

}  // namespace

net::Address client_of(const net::Request& request, const http::Networks& trusted) {
  if (trusted.empty()) return request.remote;
  boost::system::error_code error;
  const auto peer = boost::asio::ip::make_address(request.remote.text(), error);
  if (error) return request.remote;
  return parsed(http::client_behind(peer, forwarded_for(request), trusted).text);
}

}  // namespace whoosh::edge
