// Numbers of one room, and what happens beyond them. Seconds are seconds of the game: ticks.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rules/limits.h"
#include "wire/limits.h"

namespace whoosh::room {

// ---- people ----
inline constexpr std::size_t places_max = rules::seats_max;  // beyond: room_full, or audience
inline constexpr std::size_t screens_max = 2;                // big screens; beyond: room_full
inline constexpr std::size_t spectators_max = 32;            // live view; beyond: audience
inline constexpr std::size_t banned_max = 64;  // kicked people; beyond: the oldest may return
inline constexpr std::size_t expected_max = places_max;  // people paired; beyond: invalid_input
inline constexpr std::size_t avatar_bytes_max = 64;      // a longer one is left out
inline constexpr std::size_t resume_bytes = 16;          // of a resume token, before base64url

inline constexpr std::size_t room_code_bytes_max = 9;  // "BRTK"; more: invalid_input

// ---- away ----
inline constexpr std::uint32_t away_shown_s = 3;  // then ROOM says connected: false
inline constexpr std::uint32_t host_away_s = 10;  // then the next one is host
// Then a bot plays; while the room waits, the seat is free again.
inline constexpr std::uint32_t away_matchmade_s = 60;
inline constexpr std::uint32_t away_private_s = 120;
inline constexpr std::uint32_t empty_s = 120;         // nobody there while waiting: the room closes
inline constexpr std::uint32_t screen_only_s = 1800;  // the same when only a screen is there

// ---- phases ----
inline constexpr std::uint32_t rematch_s = 20;
inline constexpr std::uint32_t settle_wait_s = 3;       // GAME_OVER goes without ratings then
inline constexpr std::uint32_t matchmade_start_s = 15;  // then without the missing, two at least
inline constexpr std::uint32_t matchmade_empty_s = 30;  // nobody came: closes; one: plays bots
inline constexpr std::size_t filled_seats = 5;          // bots fill up to so many seats
inline constexpr std::uint32_t crowd_update_s = 2;      // the audience hears at most so often
inline constexpr std::uint8_t vote_kick_s = 30;         // then the vote has failed …
// … and who called it can't call another for 60 to 65 s: ERROR rate. Counted in steps of 5 s.
inline constexpr std::uint8_t vote_kick_wait_steps = 13;
inline constexpr std::uint8_t vote_kick_step_s = 5;

// ---- messages ----
inline constexpr std::uint32_t chat_burst = 5;   // then one a second; beyond: ERROR rate
inline constexpr std::uint32_t emote_burst = 1;  // then one a second; beyond: ERROR rate

// ---- memory: parts of the budget in services/edge/memory_budget.h ----
inline constexpr std::size_t person_bytes_max = 96;      // static_assert: places.h
inline constexpr std::size_t match_run_bytes_max = 160;  // match_run.h
inline constexpr std::size_t room_bytes_max = 416;       // room.h, a MatchRun in it
inline constexpr std::size_t private_members_max = 24;   // of a seat's view; beyond: a broken rule
// Of a match's events, as they lie in memory (about 20 bytes each); beyond: marked truncated.
inline constexpr std::uint32_t log_bytes_max = 256 * 1024;
inline constexpr std::size_t log_event_bytes_max = 16 * 1024;  // of one; longer: likewise
inline constexpr std::size_t log_line_bytes_max = 64 * 1024;   // of one line that replay() reads

static_assert(log_event_bytes_max > wire::frame_bytes_max + 256, "any input fits the log");
static_assert(log_line_bytes_max > log_event_bytes_max + 256, "what was logged can be read");
static_assert(private_members_max <= rules::view_members_max);
static_assert((vote_kick_wait_steps - 1) * vote_kick_step_s == 60, "a minute at least");
static_assert(away_shown_s < host_away_s && host_away_s < away_matchmade_s,
              "shown, then host, then bot");

}  // namespace whoosh::room
