// Settling a match: from ranks and what is known of the players to new ratings, XP, levels and
// coins (games.md 6). Pure arithmetic on values: nothing is fetched, stored or waited for; `now` is
// in the record. The store calls settle() inside the transaction that writes its answer. Any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "match/rating.h"

namespace whoosh::match {

// One seat of a finished match, as the edge reports it.
struct SeatRecord {
  base::UserId user;           // 0: a bot sat here from the start
  std::string public_id;       // "17", "bot_1"
  std::string name;            // as shown in the match
  std::int32_t placement = 1;  // 1 = best; equal = tie
  std::int32_t score = 0;
  std::int32_t team = 0;  // 0: free for all; Suspect: 1 town, 2 culprits
  bool is_winner = false;
  bool feat = false;                    // MVP or the like
  std::int32_t activity_percent = 100;  // 0 … 100
  bool abandoned = false;               // left before the end
  std::int32_t played_s = -1;           // until he left or was kicked; -1: to the end
  bool newcomer_seat = false;           // took the seat over after the start: never rated
};

struct MatchRecord {
  base::MatchId id;
  base::RoomId room;
  std::uint32_t epoch = 0;  // of the room's life that played it
  std::string game;
  base::UnixMs started_at;
  base::UnixMs ended_at;
  std::int32_t played_s = 0;  // ticks of the match; what counts for XP and rating
  bool matchmade = false;
  bool is_void = false;
  std::vector<SeatRecord> seats;  // in seat order, bots too
};

// What is known of one human before the match.
struct PlayerBefore {
  base::UserId user;
  Rating game;                   // of this game
  Rating overall;                // across games, for matchmaking
  std::int32_t xp = 0;           // all time
  std::int32_t xp_today = 0;     // UTC day of ended_at
  std::int32_t coins_today = 0;  // earned in matches on that day
  std::int32_t matches_today = 0;
  bool is_guest = false;
  std::vector<std::int32_t> meetings_24h;  // with seats[i] of the record; 0 for bots and oneself
};

struct PlayerAfter {
  base::UserId user;
  bool rated = false;
  Rating game;
  Rating overall;
  std::int32_t elo_before = 1000;  // display_elo(game)
  std::int32_t elo_after = 1000;
  std::int32_t xp_gained = 0;
  std::int32_t level_before = 1;
  std::int32_t level_after = 1;
  std::int32_t coins_gained = 0;    // for the match
  std::int32_t level_up_coins = 0;  // 50 per level reached; 0 for guests
};

struct Settlement {
  bool rated = false;
  std::vector<PlayerAfter> players;  // the humans, in the order of `before`
  double side_bias = 0;              // h(n) after the match
};

// REQUIRES: one PlayerBefore per human seat, in seat order; at least one seat.
[[nodiscard]] Settlement settle(const MatchRecord& record, const std::vector<PlayerBefore>& before,
                                double side_bias);

// True iff the match changes ratings at all (games.md 6.4).
[[nodiscard]] bool is_rated(const MatchRecord& record);

// Level reached with so much XP: 1 + the number of costs min(200 + 50 (L-1), 2000) that fit.
[[nodiscard]] std::int32_t level_of(std::int64_t xp);
// XP at which level L begins. level_xp(1) = 0.
[[nodiscard]] std::int64_t level_xp(std::int32_t level);

}  // namespace whoosh::match
