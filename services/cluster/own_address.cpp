#include "services/cluster/own_address.h"

#include <fmt/format.h>
#include <netdb.h>

#include <array>
#include <memory>

namespace whoosh::cluster {

base::Result<std::string> numeric_address(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int status = ::getaddrinfo(host.c_str(), nullptr, &wanted, &list);
  if (status != 0) {
    return base::Error{
        base::ErrorCode::unavailable,
        fmt::format("--internal-host: {} is not known: {}.", host, ::gai_strerror(status))};
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, ::freeaddrinfo);
  const addrinfo* best = list;
  for (const addrinfo* at = list; at != nullptr && best->ai_family != AF_INET; at = at->ai_next) {
    if (at->ai_family == AF_INET) best = at;
  }
  std::array<char, NI_MAXHOST> text{};
  if (::getnameinfo(best->ai_addr, best->ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
    return base::Error{base::ErrorCode::unavailable,
                       fmt::format("--internal-host: {} has no address.", host)};
  }
  return std::string(text.data());
}

}  // namespace whoosh::cluster
