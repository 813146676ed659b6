// Names that nobody may take, because others would think that the service speaks or that a bot or
// an erased account is meant: "admin", "Wh00sh", "m0derator_", "bot_1", and the same in letters of
// other alphabets that look alike. Constants; any thread.
#pragma once

#include <string>
#include <string_view>

namespace whoosh::auth {

// For usernames.
[[nodiscard]] bool is_reserved_name(std::string_view name);
// For names that are only shown: "Player" and "Guest" are fine there.
[[nodiscard]] bool passes_for_staff(std::string_view name);
// A name as the eye takes it: folded, look-alikes made one, everything but letters and digits left
// out. For comparing only.
[[nodiscard]] std::string name_skeleton(std::string_view name);

}  // namespace whoosh::auth
