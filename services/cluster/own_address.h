// The numeric address behind a name: an edge tells the others where it is (Node::internal_host),
// and who is called in the middle of a match must not wait for a name server. Looked up once, at
// start, so that a container may say its service's name. Blocks for the resolver; main()'s thread.
#pragma once

#include <string>

#include "base/result.h"

namespace whoosh::cluster {

// An address stays as it is. IPv4 before IPv6. unavailable: the name is not known.
[[nodiscard]] base::Result<std::string> numeric_address(const std::string& host);

}  // namespace whoosh::cluster
