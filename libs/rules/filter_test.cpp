// Goal: the filter refuses what it says and leaves innocent words alone.
#include "rules/filter.h"

#include <gtest/gtest.h>

namespace whoosh::rules {
namespace {

TEST(WordFilter, RefusesWordsInAnyDress) {
  for (const char* text :
       {"oh shit", "OH SHIT!", "sh1t", "Shiiiit happens", "what the fück", "a$$hole"}) {
    EXPECT_TRUE(word_filter().refuses(text, Filter::moderate)) << text;
  }
}

TEST(WordFilter, LeavesInnocentWordsAlone) {
  for (const char* text :
       {"Scunthorpe", "a classic cocktail", "the cockpit", "grass", "Dickens", "peacock",
        "7 people and 5 cats", "", "salt on everything, even the doorknob"}) {
    EXPECT_FALSE(word_filter().refuses(text, Filter::moderate)) << text;
    EXPECT_FALSE(word_filter().refuses(text, Filter::strict)) << text;
  }
}

TEST(WordFilter, LevelsDiffer) {
  EXPECT_FALSE(word_filter().refuses("what the hell", Filter::moderate));
  EXPECT_TRUE(word_filter().refuses("what the hell", Filter::strict));
  EXPECT_TRUE(word_filter().refuses("oh just SHUT up", Filter::strict));
  EXPECT_FALSE(word_filter().refuses("oh shit", Filter::none));
}

TEST(WordFilter, UnknownLocaleFallsBackToEnglish) {
  EXPECT_TRUE(word_filter("xx").refuses("shit", Filter::moderate));
}

}  // namespace
}  // namespace whoosh::rules
