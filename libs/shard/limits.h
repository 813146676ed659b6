// Numbers of one shard, and what happens beyond them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "room/limits.h"
#include "wire/limits.h"

namespace whoosh::shard {

inline constexpr std::uint32_t rooms_max = 20'000;  // beyond: create_room() answers unavailable
// Beyond: check() answers unavailable to whoever has no seat.
inline constexpr std::uint32_t sessions_max = 200'000;
inline constexpr std::int32_t full_retry_s = 5;  // what a full process tells newcomers to wait
inline constexpr std::uint32_t audience_max = 10'000;  // of one room; beyond: room_full
inline constexpr std::uint32_t log_bytes_max = room::log_bytes_max;

// Ids of used tickets are kept until the ticket has expired. Beyond: admissions with a ticket are
// refused (unavailable) until the oldest has expired; 360 a second fit for ever.
inline constexpr std::size_t used_tickets_max = 32'768;
inline constexpr std::size_t ticket_id_bytes_max = 64;      // a longer one: bad_ticket
inline constexpr std::int64_t used_ticket_ms_min = 90'000;  // remembered at least so long

inline constexpr std::uint32_t wheel_slots = 100;  // of one tick; a room's slot comes from its id
inline constexpr std::uint32_t catch_up_ticks_max = 5;  // after a stall; beyond: skipped, counted
inline constexpr std::int64_t late_ms = 100;            // a tick later than this counts as late
inline constexpr std::int64_t clock_jump_ms = 500;      // wall time off by more: followed
// Of one room, who wait in the audience for a seat; beyond: they stay audience.
inline constexpr std::size_t latecomers_max = 20;

// Memory: parts of the budget in services/edge/memory_budget.h.
inline constexpr std::size_t session_bytes_max = 64;    // static_assert: session.h
inline constexpr std::size_t resident_bytes_max = 208;  // impl.h

static_assert(used_ticket_ms_min >= 60'000 + 30'000, "a ticket lives 60 s, the leeway is 30 s");

}  // namespace whoosh::shard
