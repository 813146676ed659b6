// suspect_odds: who wins Suspect when bots play it? Prints the town's share for every table size.
//
//   suspect_odds [matches per size] [first seed]
#include <fmt/format.h>

#include <cstdlib>

#include "games/contract/driver.h"
#include "games/suspect/game.h"

namespace {

using namespace whoosh;

struct Tally {
  int town = 0;
  int accused = 0;       // anybody
  int caught = 0;        // a culprit
  int slipped_away = 0;  // a culprit, who guessed the scene
};

Tally play(std::size_t seats, int matches, std::uint64_t seed) {
  Tally tally;
  for (int i = 0; i < matches; ++i) {
    rules::Start start;
    start.room_seed = seed;
    start.match_no = static_cast<std::uint32_t>(i);
    games::contract::Driver driver(games::suspect::game(), games::contract::make_table(0, seats),
                                   start, seed * 1000003 + static_cast<std::uint64_t>(i));
    driver.tick_until(games::suspect::match_s);
    base::JsonParser parser(64 * 1024);
    const auto end = parser.parse(driver.game_over());
    const bool town = end && end->get("town_wins")->as_bool().value_or(false);
    const bool slipped = end && end->get("slipped_away")->as_bool().value_or(false);
    tally.accused += end && end->get("accused")->as_string().has_value();
    tally.town += town;
    tally.slipped_away += slipped;
    tally.caught += town || slipped;
  }
  return tally;
}

}  // namespace

int main(int argc, char** argv) {
  const int matches = argc > 1 ? std::atoi(argv[1]) : 2000;
  const auto seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1ULL;
  if (matches < 1) {
    fmt::print(stderr, "usage: suspect_odds [matches per size, at least 1] [first seed]\n");
    return 2;
  }
  fmt::print(
      "| seats | town wins | culprit accused | slipped away | somebody accused |\n"
      "| --- | --- | --- | --- | --- |\n");
  for (std::size_t seats = 4; seats <= games::suspect::seats_max; ++seats) {
    const Tally tally = play(seats, matches, seed);
    const auto percent = [&](int count) { return 100.0 * count / matches; };
    fmt::print("| {} | {:.1f} % | {:.1f} % | {:.1f} % | {:.1f} % |\n", seats, percent(tally.town),
               percent(tally.caught), percent(tally.slipped_away), percent(tally.accused));
  }
  return 0;
}
