// World: the made-up people and matches that fill the databases of bench-api. Everything follows
// from the number of people, so that the seeding tool writes and the load generator expects the
// same without a word between them. Pure values; any thread.
//
// Some people are regulars: half of all seats are theirs, so that they have pages of history and
// coins to spend. They are spread evenly over the ids. The other seats go round among everybody
// else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace whoosh::bench {

inline constexpr std::int64_t people_min = 64;
inline constexpr std::int64_t regulars_max = 8192;
inline constexpr std::int64_t seats_a_match = 8;
inline constexpr std::int64_t regular_seats = 4;  // of each match
inline constexpr std::int64_t regular_coins = 1'000'000;
inline constexpr std::string_view password_of_all = "correct horse battery staple";

class World {
 public:
  // REQUIRES: people >= people_min.
  explicit World(std::int64_t people);

  [[nodiscard]] std::int64_t people() const { return people_; }
  [[nodiscard]] std::int64_t matches() const { return people_ / 4; }
  [[nodiscard]] std::int64_t regulars() const { return regulars_; }

  // People have the ids 1 … people().
  [[nodiscard]] std::string username(std::int64_t id) const;
  [[nodiscard]] std::string email(std::int64_t id) const;
  [[nodiscard]] std::string session(std::int64_t id) const;         // the family of his one sign-in
  [[nodiscard]] std::string refresh_secret(std::int64_t id) const;  // its 32 bytes

  [[nodiscard]] std::int64_t regular(std::int64_t index) const { return 1 + index * stride_; }
  [[nodiscard]] bool is_regular(std::int64_t id) const;

  // Matches 0 … matches() - 1, in the order in which they ended.
  [[nodiscard]] base::MatchId match_id(std::int64_t match) const;
  // Who sat there; 0: a bot.
  [[nodiscard]] std::int64_t user_at(std::int64_t match, std::int64_t seat) const;
  [[nodiscard]] bool is_winner(std::int64_t match, std::int64_t seat) const;
  [[nodiscard]] bool is_matchmade(std::int64_t match) const { return match % 2 == 0; }
  [[nodiscard]] std::int64_t newest_match_of(std::int64_t regular_index) const;
  [[nodiscard]] std::int64_t matches_of(std::int64_t regular_index) const;

 private:
  std::int64_t people_;
  std::int64_t regulars_;
  std::int64_t stride_;
};

// A number that looks random and is always the same: splitmix64 of both.
[[nodiscard]] std::uint64_t mixed(std::uint64_t a, std::uint64_t b);

}  // namespace whoosh::bench
