#include "services/edge/client_address.h"

#include <boost/asio/ip/address.hpp>

namespace whoosh::edge {
namespace {

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
  const auto client = http::client_behind(peer, forwarded_for(request), trusted);
  return net::Address::parse(client.text, 0).value_or(net::Address{});
}

}  // namespace whoosh::edge
