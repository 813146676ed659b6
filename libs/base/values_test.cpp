// Goal: ids, times, encodings, containers and the random stream do what their headers promise.
// Method: round trips, published vectors, tables of malformed text, limits.
#include <gtest/gtest.h>

#include <set>

#include "base/encoding.h"
#include "base/fixed.h"
#include "base/function.h"
#include "base/ids.h"
#include "base/rng.h"
#include "base/time.h"

namespace whoosh::base {
namespace {

TEST(Ids, ARoomIdCarriesItsNodeAndShard) {
  const RoomId room = RoomId::make(4095, ShardNo{255}, ~std::uint64_t{0});
  EXPECT_EQ(room.node(), 4095);
  EXPECT_EQ(room.shard(), ShardNo{255});
  EXPECT_EQ(room.value >> 63, 0U) << "63 bits";
  EXPECT_EQ(room.text().size(), 16U);
  EXPECT_EQ(RoomId::parse(room.text()), room);
  for (const char* text : {"", "BRTK", "0123456789abcde", "0123456789abcdefa", "0123456789ABCDEF",
                           "0123456789abcdeg", "ffffffffffffffff"}) {
    EXPECT_EQ(RoomId::parse(text), std::nullopt) << text;
  }
}

TEST(Ids, AMatchIdIsAUuidOfVersion4) {
  const MatchId match = MatchId::make(~std::uint64_t{0}, ~std::uint64_t{0});
  EXPECT_EQ(match.text(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  EXPECT_EQ(MatchId::parse(match.text()), match);
  for (const char* text :
       {"", "ffffffff-ffff-4fff-bfff-fffffffffff", "ffffffff_ffff-4fff-bfff-ffffffffffff",
        "gfffffff-ffff-4fff-bfff-ffffffffffff"}) {
    EXPECT_EQ(MatchId::parse(text), std::nullopt) << text;
  }
}

TEST(Ids, UserIdsAreDecimalBelow2To53) {
  EXPECT_EQ(parse_user_id("17"), UserId{17});
  EXPECT_EQ(parse_user_id("9007199254740991"), UserId{9007199254740991});
  EXPECT_EQ(user_id_text(UserId{17}), "17");
  for (const char* text : {"", "0", "-1", "+1", "01", "1 ", "x", "bot_1", "9007199254740992"}) {
    EXPECT_EQ(parse_user_id(text), std::nullopt) << text;
  }
}

TEST(Time, Rfc3339) {
  EXPECT_EQ(rfc3339({0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339({951'782'400'123}), "2000-02-29T00:00:00.123Z");
  EXPECT_EQ(parse_rfc3339("2000-02-29T00:00:00.123Z"), UnixMs{951'782'400'123});
  EXPECT_EQ(parse_rfc3339("2000-02-29T00:00:00Z"), UnixMs{951'782'400'000});
  for (const char* text : {"", "2000-02-30T00:00:00Z", "2000-13-01T00:00:00Z",
                           "2000-02-29T24:00:00Z", "2000-02-29T00:60:00Z", "2000-02-29 00:00:00Z",
                           "2000-02-29T00:00:00", "2000-02-29T00:00:00+01:00"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

TEST(Encoding, Base64UrlVectorsOfRfc4648) {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"", ""},           {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"},
      {"\xfb\xff", "-_8"}};
  for (const auto& [bytes, text] : table) {
    EXPECT_EQ(base64url(bytes), text);
    EXPECT_EQ(base64url_decode(text), bytes);
  }
  for (const char* text : {"Z", "Zg==", "Zm9+", "Zm9/", "Zm 9", "Zm9v\n"}) {
    EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
  }
}

TEST(Encoding, HashesAreStableAndComparisonsExact) {
  EXPECT_EQ(hex(std::string_view("\x00\xff", 2)), "00ff");
  EXPECT_EQ(hash64("suspect"), hash64("suspect"));
  EXPECT_NE(hash64("suspect"), hash64("suspecu"));
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "ab"));
}

TEST(Fixed, VectorsRefuseToGrowPastTheirCapacity) {
  FixedVector<int, 2> two{1, 2};
  EXPECT_FALSE(two.try_push_back(3));
  EXPECT_THROW(two.push_back(3), RuleViolation);
  EXPECT_THROW(static_cast<void>(two[2]), RuleViolation);
  two.erase_at(0);
  EXPECT_EQ(two, (FixedVector<int, 2>{2}));
  two.resize(2);
  EXPECT_EQ(two[1], 0) << "what comes back is fresh";
}

TEST(Fixed, StringsTakeATextWholeOrNotAtAll) {
  FixedString<4> code("BRTK");
  EXPECT_FALSE(code.assign("BRTKX"));
  EXPECT_EQ(code.view(), "BRTK");
  EXPECT_THROW(FixedString<4>("BRTKX"), RuleViolation);
}

TEST(Fixed, StringsGrowUntilTheyAreFull) {
  FixedString<6> text("ab");
  text.append("");
  text.append("cdef");
  EXPECT_EQ(text.view(), "abcdef");
  EXPECT_THROW(text.append("g"), RuleViolation);
}

TEST(QuickHash, EveryByteAndTheLengthCount) {
  std::set<std::uint64_t> seen;
  std::size_t hashed = 0;
  for (std::size_t size = 0; size < 70; ++size) {
    std::string text(size, '\0');
    seen.insert(quick_hash64(text));
    ++hashed;
    for (std::size_t at = 0; at < size; ++at) {
      for (const char c : {'\1', '\x7f', '\xff'}) {
        text[at] = c;
        seen.insert(quick_hash64(text));
        ++hashed;
      }
      text[at] = '\0';
    }
  }
  EXPECT_EQ(seen.size(), hashed);
  EXPECT_EQ(quick_hash64("the same"), quick_hash64("the same"));
}

TEST(Rng, ACopyGoesOnLikeItsOriginal) {
  Rng a(42);
  static_cast<void>(a.next());
  Rng b = Rng::from_words(a.words());
  for (int i = 0; i < 10; ++i) EXPECT_EQ(a.next(), b.next());
  EXPECT_NE(Rng(1).next(), Rng(2).next());
}

TEST(Rng, DrawsAreUniformEnoughAndWithinBounds) {
  Rng rng(7);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60'000; ++i) ++counts.at(rng.below(6));
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 400);
  EXPECT_FALSE(rng.chance(0));
  EXPECT_TRUE(rng.chance(100));
}

TEST(Rng, AShuffleKeepsEverything) {
  Rng rng(3);
  std::array<int, 10> items{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  rng.shuffle(std::span<int>(items));
  EXPECT_EQ(std::set<int>(items.begin(), items.end()).size(), 10U);
  EXPECT_NE(items[0] * 10 + items[1], 1) << "in the old order with one chance in 90";
}

TEST(FunctionType, HoldsWhatCanOnlyBeMoved) {
  Function<int(int)> twice = [held = std::make_unique<int>(2)](int x) { return *held * x; };
  Function<int(int)> moved = std::move(twice);
  EXPECT_EQ(moved(21), 42);
  EXPECT_FALSE(Function<void()>());
}

}  // namespace
}  // namespace whoosh::base
