// A client's side of STATE: RFC 7396 merge patches over JSON texts. For tests.
#pragma once

#include <string>
#include <string_view>

namespace whoosh::games::contract {

// `target` with `patch` applied. Both are JSON texts.
[[nodiscard]] std::string merge_patch(std::string_view target, std::string_view patch);
// With sorted keys and without members that are null: to a merge patch a null is an absent key.
[[nodiscard]] std::string without_nulls(std::string_view json);

}  // namespace whoosh::games::contract
