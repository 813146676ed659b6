// Goal: the arena keeps answers, forgets talk when room is short, and never mixes texts up. Method:
// table of cases, then many random puts against a plain model.
#include "games/suspect/texts.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>

#include "base/rng.h"

namespace whoosh::games::suspect {
namespace {

using Kind = TextArena::Kind;
using base::Seat;

std::vector<std::string> all(const TextArena& arena, Kind kind) {
  std::vector<std::string> list;
  arena.for_each(kind,
                 [&](const TextArena::Entry&, std::string_view text) { list.emplace_back(text); });
  return list;
}

TEST(TextArena, ReplacesAnAnswerAndKeepsTheOthers) {
  TextArena arena;
  ASSERT_TRUE(arena.put(Kind::answer_1, Seat{0}, 21, "first"));
  ASSERT_TRUE(arena.put(Kind::answer_1, Seat{1}, 22, "neighbour"));
  ASSERT_TRUE(arena.put(Kind::answer_2, Seat{0}, 81, "next round"));
  ASSERT_TRUE(arena.put(Kind::answer_1, Seat{0}, 23, "a longer second try"));
  EXPECT_EQ(arena.find(Kind::answer_1, Seat{0}), "a longer second try");
  EXPECT_EQ(arena.find(Kind::answer_1, Seat{1}), "neighbour");
  EXPECT_EQ(arena.find(Kind::answer_2, Seat{0}), "next round");
  EXPECT_EQ(arena.find(Kind::answer_3, Seat{0}), std::nullopt);
}

TEST(TextArena, TalkIsATail) {
  TextArena arena;
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(arena.put(Kind::talk, Seat{1}, 50, "line " + std::to_string(i)));
  const auto lines = all(arena, Kind::talk);
  ASSERT_EQ(lines.size(), talk_shown_max);
  EXPECT_EQ(lines.front(), "line 8");
  EXPECT_EQ(lines.back(), "line 19");
}

TEST(TextArena, TalkMakesWayForAnswers) {
  TextArena arena;
  for (int i = 0; i < 12; ++i)
    ASSERT_TRUE(arena.put(Kind::talk, Seat{0}, 50, std::string(200, 'x')));
  for (std::uint8_t seat = 0; seat < seats_max; ++seat) {
    for (const Kind kind : {Kind::answer_1, Kind::answer_2, Kind::answer_3, Kind::press}) {
      ASSERT_TRUE(arena.put(kind, Seat{seat}, 60, std::string(answer_characters_max, 'a')));
    }
  }
  EXPECT_TRUE(all(arena, Kind::talk).empty());
  EXPECT_FALSE(arena.put(Kind::talk, Seat{0}, 61, "no room")) << "answers stay";
  EXPECT_EQ(arena.find(Kind::press, Seat{9}), std::string(answer_characters_max, 'a'));
}

TEST(TextArena, RefusesWhatIsTooLong) {
  TextArena arena;
  EXPECT_TRUE(arena.put(Kind::answer_1, Seat{0}, 1, std::string(text_bytes_max, 'a')));
  EXPECT_FALSE(arena.put(Kind::answer_1, Seat{0}, 1, std::string(text_bytes_max + 1, 'b')));
  EXPECT_EQ(arena.find(Kind::answer_1, Seat{0}), std::string(text_bytes_max, 'a'))
      << "the old one stays";
}

TEST(TextArena, AgreesWithAModel) {
  base::Rng rng(7);
  TextArena arena;
  std::map<std::pair<Kind, std::uint8_t>, std::string> answers;
  for (int i = 0; i < 5000; ++i) {
    const auto kind = static_cast<Kind>(rng.below(6));
    const auto seat = static_cast<std::uint8_t>(rng.below(seats_max));
    const std::string text(rng.below(100), static_cast<char>('a' + rng.below(26)));
    const bool kept = arena.put(kind, Seat{seat}, 1, text);
    if (kept && kind != Kind::talk && kind != Kind::whisper) answers[{kind, seat}] = text;
    for (const auto& [key, wanted] : answers) {
      ASSERT_EQ(arena.find(key.first, Seat{key.second}), wanted) << "after " << i;
    }
  }
  EXPECT_GT(answers.size(), 30U);
}

}  // namespace
}  // namespace whoosh::games::suspect
