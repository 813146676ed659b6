// A table of cursors that are ours and that are not.
#include "store/match_bytes.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace whoosh::store {
namespace {

TEST(MatchBytes, CompareLikeIds) {
  const base::MatchId small{1, UINT64_MAX};
  const base::MatchId large{2, 0};
  EXPECT_LT(match_bytes(small), match_bytes(large));
  EXPECT_EQ(match_of_bytes(match_bytes(large)), large);
  EXPECT_EQ(match_of_bytes("too short"), std::nullopt);
}

TEST(Cursor, ComesBackAsItWas) {
  for (const std::int64_t when : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
    const HistoryMark mark{{when}, {0x0123'4567'89ab'cdef, UINT64_MAX}};
    EXPECT_EQ(parse_cursor(cursor_of(mark)), mark);
  }
}

TEST(Cursor, ForeignOnesAreNone) {
  const std::string good = cursor_of({{1}, {2, 3}});
  for (const std::string& text :
       {std::string(), std::string("x"), good + "A", good.substr(1), good + "=",
        "/" + good.substr(1), base::base64url(std::string(23, 'x')),
        base::base64url(std::string(25, 'x')), std::string(1 << 20, 'A')}) {
    EXPECT_EQ(parse_cursor(text), std::nullopt) << text.substr(0, 64);
  }
}

}  // namespace
}  // namespace whoosh::store
