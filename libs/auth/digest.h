// SHA-256, for what is looked up by its hash and for fingerprints of requests. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace whoosh::auth {

[[nodiscard]] std::string sha256(std::string_view bytes);  // 32 bytes

}  // namespace whoosh::auth
