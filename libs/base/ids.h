// Strong ids: a UserId can't be passed where a RoomId is wanted. Values only, any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace whoosh::base {

template <class Tag, class Rep>
struct Id {
  using rep_type = Rep;
  Rep value{};

  constexpr Id() = default;
  constexpr explicit Id(Rep value_in) : value(value_in) {}
  constexpr auto operator<=>(const Id&) const = default;
};

using UserId = Id<struct UserTag, std::int64_t>;  // 1 .. 2^53-1; 0 = nobody
using ConnId =
    Id<struct ConnTag, std::uint64_t>;  // one connection of one loop: generation << 32 | slot
using SessionId = Id<struct SessionTag, std::uint32_t>;  // one session of one shard
using ShardNo = Id<struct ShardTag, std::uint8_t>;
using TickNo = Id<struct TickTag, std::uint32_t>;  // ticks of a room since it was made

// A chair at the table, 0 .. seats_max-1. `no_seat` = none.
using Seat = Id<struct SeatTag, std::uint8_t>;
inline constexpr Seat no_seat{255};

// A room. 63 bits: node (12), shard (8), random (43); on the wire 16 lower-case hex digits.
struct RoomId : Id<struct RoomTag, std::uint64_t> {
  using Id::Id;
  static constexpr RoomId make(std::uint16_t node, ShardNo shard, std::uint64_t random) {
    return RoomId{(std::uint64_t{node} & 0xfff) << 51 | std::uint64_t{shard.value} << 43 |
                  (random & ((std::uint64_t{1} << 43) - 1))};
  }
  [[nodiscard]] constexpr std::uint16_t node() const {
    return static_cast<std::uint16_t>(value >> 51 & 0xfff);
  }
  [[nodiscard]] constexpr ShardNo shard() const {
    return ShardNo{static_cast<std::uint8_t>(value >> 43)};
  }
  [[nodiscard]] std::string text() const;
  static std::optional<RoomId> parse(std::string_view text);
};

// A match: 128 random bits, on the wire a UUID (RFC 9562 version 4).
struct MatchId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  constexpr auto operator<=>(const MatchId&) const = default;
  static MatchId make(std::uint64_t random_high, std::uint64_t random_low);
  [[nodiscard]] std::string text() const;
  static std::optional<MatchId> parse(std::string_view text);
};

// A user's id as clients see it outside of REST bodies: decimal. nullopt: not an id.
[[nodiscard]] std::optional<UserId> parse_user_id(std::string_view text);
[[nodiscard]] std::string user_id_text(UserId id);

}  // namespace whoosh::base

template <class Tag, class Rep>
struct std::hash<whoosh::base::Id<Tag, Rep>> {
  std::size_t operator()(const whoosh::base::Id<Tag, Rep>& id) const noexcept {
    return std::hash<Rep>{}(id.value);
  }
};
template <>
struct std::hash<whoosh::base::RoomId> {
  std::size_t operator()(const whoosh::base::RoomId& id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value);
  }
};
