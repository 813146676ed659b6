// Knobs about who somebody is, which solo and `whoosh api` have alike: whether operators need a
// second factor, how long a session may last, how large new keys are. Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace whoosh::role {

inline constexpr std::uint32_t session_days_max = 3650;

// "auto": who is reached by https is on the internet, and a role there is worth stealing; a game at
// home is not.
[[nodiscard]] inline bool is_totp_rule(std::string_view rule) {
  return rule == "auto" || rule == "on" || rule == "off";
}
[[nodiscard]] inline bool operators_need_totp(std::string_view rule, bool is_https) {
  return rule == "on" || (rule == "auto" && is_https);
}

[[nodiscard]] inline bool is_session_days(std::uint32_t days) {
  return days >= 1 && days <= session_days_max;
}
[[nodiscard]] inline std::int64_t days_ms(std::uint32_t days) {
  return std::int64_t{days} * 24 * 3600 * 1000;
}

[[nodiscard]] inline bool is_key_bits(std::uint32_t bits) {
  return bits == 2048 || bits == 3072 || bits == 4096;
}

}  // namespace whoosh::role
