// Numbers that every game keeps to.
#pragma once

#include <cstddef>
#include <cstdint>

namespace whoosh::rules {

inline constexpr std::size_t seats_max = 10;  // players at one table
inline constexpr std::size_t seats_min = 2;
inline constexpr std::size_t name_characters_max = 16;  // visible characters of a player's name
inline constexpr std::size_t name_bytes_max = 64;       // the same name in UTF-8
inline constexpr std::size_t public_id_bytes_max = 20;  // "9007199254740991" or "bot_10"
inline constexpr std::uint32_t ticks_max = 1200;        // no match lasts longer than 20 minutes
inline constexpr std::int32_t grace_ms = 400;           // late inputs forgiven after a phase's end
inline constexpr std::size_t view_members_max = 32;     // top-level members of one view

}  // namespace whoosh::rules
