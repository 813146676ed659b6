// Play scripts: table tests of a game as text, games/<slug>/scripts/*.play. One statement a line,
// '#' comments.
//
//   seats 7                                  seven humans p1 … p7          (first)
//   bots 2                                   and bot_1, bot_2
//   newcomers p2 p3                          among their first three matches
//   setting filter none                      family, filter, pace, one_room
//   given seat p1 role = CULPRIT             deal again until this holds at second 0
//   at 45 seat p2 SUSPECT target=p1          an input that must be accepted
//   at 45.3 seat p2 SUSPECT target=p3 -> rate       300 ms later, refused with this code
//   at 45 each READY_TO_GO -> phase          the same input by every human
//   at 50 leave p3 away | bot | abandoned
//   at 55 join p3
//   at 60 everybody sees confmeter.p2 = p1   a path into the public view
//   at 60 seat p1 sees fellows has p4        … into a private view
//   at 60 tick confmeter.p2 = p1             … into TICK's members
//   at 60 clock step = CROSSFIRE             … phase, step, step_ends, elapsed, remaining
//   at 60 told all EVENT_NEWS names.size = 4        the last such message; `told p3 …` to one seat
//   at 60 not told p2 EVENT_INSPECT
//   at 60 let $scene = seat p2 scene.id      a name for later lines
//   at end outcome void = false              void, winner, ended_at, seats.<id>.(score placement
//   team winner …) at end game_over town_wins = true
//
// Paths: names and numbers between dots, `.size` at the end. Operators: = != < > <= >= has. Values:
// words, JSON or $names. What is absent is null. `at end` plays until the match ends.
#pragma once

#include <string>
#include <string_view>

#include "rules/game.h"

namespace whoosh::games::contract {

// "" when the script holds, otherwise what went wrong with its line.
[[nodiscard]] std::string run_play(const rules::Game& game, std::string_view script);

// Runs every *.play of a folder as expectations of the running test; fails when there is none.
void expect_plays(const rules::Game& game, const std::string& folder);

}  // namespace whoosh::games::contract
