// A match id as 16 bytes, most significant first: bytes compare like ids. And the opaque cursor of
// a page of history, which is base64url of ended_at and the id of the last row. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"

namespace whoosh::store {

[[nodiscard]] std::string match_bytes(const base::MatchId& id);
// nullopt: not 16 bytes.
[[nodiscard]] std::optional<base::MatchId> match_of_bytes(std::string_view bytes);

// Where a page ended: the next one begins with what is older.
struct HistoryMark {
  base::UnixMs ended_at;
  base::MatchId match;
  constexpr auto operator<=>(const HistoryMark&) const = default;
};

[[nodiscard]] std::string cursor_of(const HistoryMark& mark);
// nullopt: no cursor of ours.
[[nodiscard]] std::optional<HistoryMark> parse_cursor(std::string_view cursor);

}  // namespace whoosh::store
