// Points in time as values. Nobody here asks a clock: now is an argument (runtime/clock.h has the
// clocks).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whoosh::base {

// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
struct UnixMs {
  std::int64_t value = 0;
  constexpr auto operator<=>(const UnixMs&) const = default;
  constexpr UnixMs plus_ms(std::int64_t ms) const { return {value + ms}; }
  constexpr UnixMs plus_s(std::int64_t s) const { return {value + s * 1000}; }
  constexpr std::int64_t seconds() const { return value / 1000; }
};

// RFC 3339 in UTC with milliseconds: "2026-01-31T23:59:59.123Z".
[[nodiscard]] std::string rfc3339(UnixMs time);
[[nodiscard]] std::optional<UnixMs> parse_rfc3339(std::string_view text);

}  // namespace whoosh::base
