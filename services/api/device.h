// What a person may recognise his own devices by: "Firefox on Android", from a User-Agent header.
// For eyes only; nothing is decided by it. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace whoosh::api {

inline constexpr std::size_t device_characters_max = 40;

// A program that is no browser is called by its own first word ("curl"); "": it told nothing.
[[nodiscard]] std::string device_of(std::string_view user_agent);

}  // namespace whoosh::api
