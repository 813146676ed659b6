// Goal: what people type is safe to show and to compare. Method: tables of text and outcome.
#include "base/text.h"

#include <gtest/gtest.h>

namespace whoosh::base {
namespace {

TEST(Text, Utf8IsCheckedStrictly) {
  using namespace std::string_view_literals;
  for (const auto text : {""sv, "a"sv, "ü"sv, "€"sv, "😀"sv, "\0"sv}) EXPECT_TRUE(valid_utf8(text));
  for (const auto text : {"\x80"sv, "\xc3"sv, "\xc0\xaf"sv, "\xe0\x80\x80"sv, "\xed\xa0\x80"sv,
                          "\xf4\x90\x80\x80"sv, "\xff"sv, "a\xe2\x82"sv}) {
    EXPECT_FALSE(valid_utf8(text)) << testing::PrintToString(text);
  }
  EXPECT_EQ(code_points("aü€😀"), 4U);
}

TEST(Text, CleanLine) {
  struct Row {
    std::string_view text, clean;
  };
  const Row table[] = {
      {"  Ada   Lovelace\t\n", "Ada Lovelace"},
      {"u\u0308ber", "über"},        // composed
      {"a\u202Eb\u2066c", "abc"},    // bidirectional controls
      {"a\u0007b\u009Fc", "abc"},    // control characters
      {"a\uE000b", "ab"},            // private use
      {"a\u00A0b\u2003c", "a b c"},  // other blanks
      {"😀", "😀"},
      {" \n ", ""},
      {"\xff", ""},
  };
  for (const Row& row : table) EXPECT_EQ(clean_line(row.text), row.clean) << row.text;
}

TEST(Text, LimitsCountVisibleCharacters) {
  EXPECT_TRUE(clean_line_within("x\u0302", 1, 1)) << "two code points, one visible character";
  EXPECT_TRUE(clean_line_within("🇩🇰", 1, 1));
  EXPECT_TRUE(clean_line_within("ab", 1, 2));
  EXPECT_EQ(clean_line_within("abc", 1, 2).error().code, ErrorCode::too_long);
  EXPECT_EQ(clean_line_within("  ", 1, 2).error().code, ErrorCode::bad_payload);
}

TEST(Text, FoldedTextsCompare) {
  EXPECT_EQ(fold("ÀÉÎ"), fold("aei"));
  EXPECT_EQ(fold("Straße"), fold("STRASSE"));
  EXPECT_EQ(fold("ﬁn"), fold("FIN")) << "compatibility forms";
  EXPECT_NE(fold("ada"), fold("adam"));
}

TEST(Text, WordsAreWhole) {
  EXPECT_TRUE(contains_words("at the Fun Fair, yes", "fun fair"));
  EXPECT_TRUE(contains_words("ZOO!", "zoo"));
  EXPECT_FALSE(contains_words("zoology", "zoo"));
  EXPECT_FALSE(contains_words("anything", ""));
  EXPECT_TRUE(contains_folded_words(fold("the Café"), fold("cafe")));
}

}  // namespace
}  // namespace whoosh::base
