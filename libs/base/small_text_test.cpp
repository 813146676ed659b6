// Goal: a SmallText is its text, inside or on the heap, wherever it is moved. Method: a table of
// lengths around the limit; the sanitizer build looks after the heap.
#include "base/small_text.h"

#include <gtest/gtest.h>

#include <string>

namespace whoosh::base {
namespace {

TEST(SmallText, KeepsTextsOfAnyLength) {
  for (const std::size_t size : {0U, 1U, 14U, 15U, 16U, 64U, 126U, 127U, 128U, 65535U}) {
    const std::string wanted(size, 'x');
    SmallText text(wanted);
    EXPECT_EQ(text.view(), wanted) << size;
    EXPECT_EQ(text.empty(), size == 0);
    SmallText moved(std::move(text));
    EXPECT_EQ(moved.view(), wanted) << size;
    text.assign("again");
    EXPECT_EQ(text.view(), "again");
    text = std::move(moved);
    EXPECT_EQ(text.view(), wanted) << size;
    text.clear();
    EXPECT_TRUE(text.empty());
  }
}

TEST(SmallText, RefusesWhatIsNotShort) {
  SmallText text("kept");
  EXPECT_THROW(text.assign(std::string(65536, 'x')), RuleViolation);
  EXPECT_EQ(text.view(), "kept");
}

}  // namespace
}  // namespace whoosh::base
