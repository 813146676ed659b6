// Pairing: which of the waiting people play together. fair_pairing is the simple fair queue;
// another one may take its place, the matchmaker only knows the Pairing signature. Pure; any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"

namespace whoosh::match {

struct Candidate {
  double mu = 25;
  std::int64_t waited_ms = 0;
};

// What pairing must know of a game, and its own numbers.
struct PairingRules {
  std::int32_t seats_min = 4;  // of the game
  std::int32_t seats = 8;      // of a full match: the game's default
  double window = 4;           // |difference of mu| that is fine at once …
  double window_per_s = 0.15;  // … and what a second of waiting adds
  std::int64_t bots_after_ms = 45'000;
};

struct Group {
  std::vector<std::size_t> members;  // indices of the candidates, the longest waiting first
  std::int32_t seats = 0;            // of the match; what is above members.size() are bots
  bool operator==(const Group&) const = default;
};

// REQUIRES of the caller: candidates in order of arrival, oldest first. Nobody stands in two
// groups.
using Pairing =
    std::function<std::vector<Group>(std::span<const Candidate> waiting, const PairingRules&)>;

// For one after another, oldest first: takes the longest waiting of those within the window around
// him until the match is full. Who has waited bots_after_ms plays with bots when somebody is within
// his window.
[[nodiscard]] std::vector<Group> fair_pairing(std::span<const Candidate> waiting,
                                              const PairingRules& rules);

// Seats of a match of so few humans: bots up to 5 seats, never more bots than humans (2 -> 4, 3 ->
// 5). nullopt: not enough for this game, or alone.
[[nodiscard]] std::optional<std::int32_t> seats_with_bots(std::int32_t humans,
                                                          const PairingRules& rules);

// How long one will probably wait, from how many were matched lately. One per queue and game.
// Invariant: `recent_` holds the matches of the last window_ms only, at most matches_max of them.
class WaitEstimate {
 public:
  static constexpr std::int64_t window_ms = 5 * 60 * 1000;
  static constexpr std::size_t matches_max = 512;  // beyond: the oldest go; the rate stays right

  void matched(std::int32_t humans, base::UnixMs now);
  // Whole seconds, at least 1; nullopt: nobody was matched lately.
  [[nodiscard]] std::optional<std::int32_t> seconds(std::int32_t position, base::UnixMs now) const;

 private:
  struct Recent {
    base::UnixMs at;
    std::int32_t humans;
  };
  std::deque<Recent> recent_;
};

}  // namespace whoosh::match
