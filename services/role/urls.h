// Parts of hosts and URLs as operators and clients write them. Pure; any thread.
#pragma once

#include <string_view>

namespace whoosh::role {

// "play.example:8000" -> "play.example", "[::1]:8000" -> "[::1]".
[[nodiscard]] std::string_view host_without_port(std::string_view host);
// "https://play.example:8443/x" -> "play.example"; "" for no URL.
[[nodiscard]] std::string_view host_of_url(std::string_view url);

}  // namespace whoosh::role
