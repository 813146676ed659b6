#include "http/address.h"

#include <fmt/core.h>

#include <charconv>

namespace whoosh::http {
namespace {

namespace ip = boost::asio::ip;

template <class Bytes>
bool same_prefix(const Bytes& a, const Bytes& b, unsigned bits) {
  for (std::size_t i = 0; i < a.size() && bits > 0; ++i) {
    const unsigned here = bits < 8 ? bits : 8;
    const unsigned mask = 0xffu << (8 - here) & 0xffu;
    if (((a[i] ^ b[i]) & mask) != 0) return false;
    bits -= here;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

ip::address parse_address(std::string_view text, boost::system::error_code& error) {
  return unmapped(ip::make_address(std::string(text), error));
}

}  // namespace

ip::address unmapped(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

base::Result<Networks> Networks::parse(std::span<const std::string> entries) {
  Networks networks;
  for (const std::string& given : entries) {
    const std::string_view entry = trimmed(given);
    const auto slash = entry.find('/');
    boost::system::error_code error;
    Row row;
    row.base = parse_address(entry.substr(0, slash), error);
    const unsigned bits_max = row.base.is_v4() ? 32 : 128;
    row.bits = bits_max;
    bool good = !error;
    if (good && slash != entry.npos) {
      const char* const end = entry.data() + entry.size();
      const auto parsed = std::from_chars(entry.data() + slash + 1, end, row.bits);
      good = parsed.ec == std::errc() && parsed.ptr == end && row.bits <= bits_max;
    }
    if (!good) {
      return base::Error{base::ErrorCode::invalid_input,
                         fmt::format("\"{}\" is neither an address nor a network.", entry)};
    }
    networks.rows_.push_back(row);
  }
  return networks;
}

bool Networks::contains(const ip::address& address) const {
  for (const Row& row : rows_) {
    if (row.base.is_v4() != address.is_v4()) continue;
    const bool inside =
        address.is_v4()
            ? same_prefix(address.to_v4().to_bytes(), row.base.to_v4().to_bytes(), row.bits)
            : same_prefix(address.to_v6().to_bytes(), row.base.to_v6().to_bytes(), row.bits);
    if (inside) return true;
  }
  return false;
}

ClientAddress client_address(const ip::address& address_in) {
  const ip::address address = unmapped(address_in);
  if (address.is_v4()) return {address.to_string(), address.to_string()};
  auto bytes = address.to_v6().to_bytes();
  for (std::size_t i = 8; i < bytes.size(); ++i) bytes[i] = 0;
  return {address.to_v6().to_string(), ip::address_v6(bytes).to_string() + "/64"};
}

ClientAddress client_behind(const ip::address& peer, std::string_view forwarded_for,
                            const Networks& trusted) {
  ip::address client = unmapped(peer);
  while (!forwarded_for.empty() && trusted.contains(client)) {
    const auto comma = forwarded_for.rfind(',');
    const std::string_view last =
        trimmed(comma == forwarded_for.npos ? forwarded_for : forwarded_for.substr(comma + 1));
    forwarded_for =
        comma == forwarded_for.npos ? std::string_view() : forwarded_for.substr(0, comma);
    boost::system::error_code error;
    const ip::address next = parse_address(last, error);
    if (error) break;
    client = next;
  }
  return client_address(client);
}

}  // namespace whoosh::http
