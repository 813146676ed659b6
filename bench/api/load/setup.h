// What a run needs before it can measure: the regulars' tokens, made offline with the servers' own
// key so that reading is measured without signing in; the shop's items; open rooms. One thread.
// Errors are thrown as std::runtime_error and end the tool.
#pragma once

#include <netinet/in.h>

#include <string>
#include <vector>

#include "bench/api/load/operation.h"
#include "bench/api/world.h"

namespace whoosh::bench {

// One line a token, in the order of the regulars; signed by the key in the PEM file.
void write_tokens(const World& world, const std::string& key, const std::string& path);
[[nodiscard]] Tokens read_tokens(const World& world, const std::string& path);

// "127.0.0.1:8000".
[[nodiscard]] sockaddr_in address_of(const std::string& server);
// What costs coins.
[[nodiscard]] Shop read_shop(const sockaddr_in& server, const std::string& host,
                             const std::string& token);
// One for each of the first tokens.
[[nodiscard]] std::vector<OpenRoom> make_rooms(const sockaddr_in& server, const std::string& host,
                                               const Tokens& tokens, std::size_t count);

}  // namespace whoosh::bench
