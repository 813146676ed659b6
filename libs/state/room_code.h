// Room codes: what people read to each other across the room. Four capital letters, without I, L
// and O (which look like 1, 1 and 0), and none that contains a rude word. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/rng.h"

namespace whoosh::state {

inline constexpr std::string_view room_code_letters = "ABCDEFGHJKMNPQRSTUVWXYZ";
inline constexpr std::size_t short_code_rooms_max = 30'000;  // live rooms; above: five letters
inline constexpr std::size_t room_code_letters_max = 5;
static_assert(room_code_letters.size() == 23);
// 23^4 = 279,841: at the limit nine of ten guesses hit no room, and a free code is found at once.
static_assert(short_code_rooms_max * 9 < 23 * 23 * 23 * 23);

// 4, or 5 above short_code_rooms_max.
[[nodiscard]] std::size_t room_code_length(std::size_t live_rooms);

// A decent code of `length` letters.
[[nodiscard]] std::string random_room_code(base::Rng& rng, std::size_t length);

// True iff the code contains a word of the deny list. REQUIRES: capital letters.
[[nodiscard]] bool is_rude_code(std::string_view code);

// What somebody typed as a code: capitals; blanks and hyphens dropped. nullopt: can't be one. 0, O,
// 1, I and L are in no code and are not guessed at: the next letter is as likely as any other.
[[nodiscard]] std::optional<std::string> fold_room_code(std::string_view typed);

}  // namespace whoosh::state
