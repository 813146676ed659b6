// XP, levels and coins of one player for one match (games.md 6.5). Pure arithmetic; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace whoosh::match {

inline constexpr std::int32_t full_xp_a_day = 1500;  // up to here every XP counts whole …
inline constexpr std::int32_t half_xp_a_day = 3000;  // … up to here half, then a tenth
inline constexpr std::int32_t match_coins_a_day = 200;
inline constexpr std::int32_t coins_per_level = 50;
inline constexpr std::int32_t xp_per_coin = 8;

struct XpInput {
  std::int32_t played_s = 0;
  double activity = 1;  // inputs given / inputs required, 0 … 1
  double place = 0;     // 0 … 1: place_of_rank or place_of_team
  bool feat = false;
  std::span<const std::int32_t>
      meetings;  // of the last 24 h, one per other human; this match not counted
  std::int32_t human_seats = 0;
  std::int32_t seats = 1;
  bool matchmade = false;
  bool first_match_today = false;
  std::int32_t xp_today = 0;
};

// (n - rank) / (n - 1); 1 in a match of one.
[[nodiscard]] double place_of_rank(std::int32_t rank, std::int32_t seats);
// 1 for the winning team, 0.25 for the other.
[[nodiscard]] double place_of_team(bool won);

// Never negative. The daily cap is marginal: a match that crosses a threshold is paid in parts.
[[nodiscard]] std::int32_t xp_of(const XpInput& input);

// For the match, at most what the day has left. 0 in private rooms.
[[nodiscard]] std::int32_t coins_of(std::int32_t xp_gained, bool matchmade,
                                    std::int32_t coins_today);

// Coins of the daily reward on the first, second, … day of a row; the last from then on.
inline constexpr std::array<std::int32_t, 7> daily_week{10, 15, 20, 25, 30, 40, 50};
// On day `streak` (1 = the first). REQUIRES: streak >= 1.
[[nodiscard]] std::int32_t daily_coins(std::int32_t streak);

}  // namespace whoosh::match
