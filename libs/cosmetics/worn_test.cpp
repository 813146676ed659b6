// Goal: numbers stand for the items that they were made of, and only for those of the right kind.
// Method: the whole catalogue, there and back.
#include "cosmetics/worn.h"

#include <gtest/gtest.h>

#include <string>

namespace whoosh::cosmetics {
namespace {

struct Ids {
  std::string frame;
  std::string colour;
  std::string title;
  std::string reactions;
};

TEST(Worn, EveryItemHasItsOwnNumber) {
  for (const Item& one : all()) {
    const std::uint16_t number = number_of(one.id, one.kind);
    ASSERT_NE(number, 0) << one.id;
    EXPECT_EQ(item(number), &one);
  }
}

TEST(Worn, WhatIsNotThereOrOfAnotherKindIsNotWorn) {
  EXPECT_EQ(number_of("", Kind::frame), 0);
  EXPECT_EQ(number_of("frame_of_another_year", Kind::frame), 0);
  EXPECT_EQ(number_of("frame_ink", Kind::title), 0);
  EXPECT_EQ(item(0), nullptr);
}

TEST(Worn, ALookGoesMemberByMember) {
  const Worn all_four = worn(Ids{"frame_ink", "colour_mint", "title_late", "reactions_zoo"});
  EXPECT_EQ(item(all_four.frame)->id, "frame_ink");
  EXPECT_EQ(item(all_four.colour)->id, "colour_mint");
  EXPECT_EQ(item(all_four.title)->id, "title_late");
  EXPECT_EQ(item(all_four.reactions)->id, "reactions_zoo");
  EXPECT_FALSE(all_four.is_bare());
  EXPECT_TRUE(worn(Ids{}).is_bare());
  EXPECT_TRUE(worn(Ids{"title_late", "frame_ink", "colour_mint", "x"}).is_bare());
}

}  // namespace
}  // namespace whoosh::cosmetics
