// The version of this build: "0.1.0". Any thread.
#pragma once

#include <string_view>

namespace whoosh::role {

[[nodiscard]] std::string_view version();

}  // namespace whoosh::role
