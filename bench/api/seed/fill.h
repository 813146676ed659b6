// What the seeded databases hold, written into a Sink: Whoosh's own tables (the same columns in
// both stores), and those of the Django service it is compared with. Both get the same people,
// matches, sign-ins and coins. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "bench/api/seed/sink.h"
#include "bench/api/world.h"

namespace whoosh::bench {

// How each person stands after all matches; index = id - 1.
struct Standing {
  std::int32_t games = 0;
  std::int32_t wins = 0;
  std::int32_t xp = 0;
  std::int64_t coins = 0;
  base::UnixMs seen_at;
};

struct Seat {
  std::int64_t user = 0;  // 0: a bot
  bool wins = false;
  std::int32_t placement = 0;
  std::int32_t score = 0;
  std::int32_t team = 0;
  std::int32_t xp = 0;
  std::int32_t coins = 0;
  std::int32_t elo = 0;  // before
  std::int32_t elo_gained = 0;
};

// World with a calendar: everything happened in the year before `now`.
class History {
 public:
  History(const World& world, base::UnixMs now, std::string password_hash);

  [[nodiscard]] const World& world() const { return world_; }
  [[nodiscard]] base::UnixMs now() const { return now_; }
  [[nodiscard]] const std::string& password_hash() const { return password_hash_; }
  [[nodiscard]] const std::vector<Standing>& standings() const { return standings_; }
  [[nodiscard]] base::UnixMs joined_at(std::int64_t id) const;
  [[nodiscard]] base::UnixMs ended_at(std::int64_t match) const;
  [[nodiscard]] Seat seat(std::int64_t match, std::int64_t number) const;
  // What everybody was given on joining: regulars enough to buy the whole shop.
  [[nodiscard]] std::int64_t welcome_coins(std::int64_t id) const;

  // Calls f(user, amount, reason, reference, when) for each payment, oldest first.
  template <class F>
  void each_payment(F f) const {
    for (std::int64_t id = 1; id <= world_.people(); ++id) {
      f(id, welcome_coins(id), std::string_view("grant"), std::string("welcome"), joined_at(id));
    }
    for (std::int64_t match = 0; match < world_.matches(); ++match) {
      if (!world_.is_matchmade(match)) continue;
      for (std::int64_t number = 0; number < seats_a_match; ++number) {
        const Seat sat = seat(match, number);
        if (sat.user == 0) continue;
        f(sat.user, std::int64_t{sat.coins}, std::string_view("match"),
          world_.match_id(match).text(), ended_at(match));
      }
    }
  }

 private:
  const World& world_;
  base::UnixMs now_;
  std::string password_hash_;
  std::vector<Standing> standings_;
};

void fill_whoosh(Sink& sink, const History& history);
void fill_peer(Sink& sink, const History& history);

}  // namespace whoosh::bench
