// Goal: what a search reads is exactly what begins with a text, and a cursor brings back where a
// page ended. Method: tables; all code points as ends of a text, compared with the bytes of their
// successors; cursors there and back, and damaged ones.
#include "store/search_rules.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace whoosh::store {
namespace {

std::string utf8(char32_t point) {
  std::string text;
  if (point < 0x80) {
    text += static_cast<char>(point);
  } else if (point < 0x800) {
    text += static_cast<char>(0xc0 | (point >> 6));
    text += static_cast<char>(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    text += static_cast<char>(0xe0 | (point >> 12));
    text += static_cast<char>(0x80 | (point >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (point & 0x3f));
  } else {
    text += static_cast<char>(0xf0 | (point >> 18));
    text += static_cast<char>(0x80 | (point >> 12 & 0x3f));
    text += static_cast<char>(0x80 | (point >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (point & 0x3f));
  }
  return text;
}

TEST(SearchRules, TheEndOfAPrefixIsTheNextTextOfItsLength) {
  struct Case {
    std::string prefix;
    std::string end;
  };
  const std::vector<Case> cases{{"a", "b"},
                                {"ab", "ac"},
                                {"az", "a{"},
                                {"a\u007f", "a\u0080"},
                                {"\u07ff", "\u0800"},
                                {"\ud7ff", "\ue000"},
                                {"\uffff", "\U00010000"},
                                {"a\U0010ffff", "b"},
                                {"a\U0010ffff\U0010ffff", "b"}};
  for (const Case& c : cases) EXPECT_EQ(end_of_prefix(c.prefix), c.end) << c.prefix;
  EXPECT_EQ(end_of_prefix("\U0010ffff"), std::nullopt);
}

TEST(SearchRules, NothingLiesBetweenAPrefixAndItsEndThatDoesNotBeginWithIt) {
  char32_t before = 0;
  for (char32_t point = 1; point <= 0x10ffff; ++point) {
    if (point == 0xd800) point = 0xe000;
    const std::optional<std::string> end = end_of_prefix("x" + utf8(before));
    ASSERT_EQ(end, "x" + utf8(point)) << std::hex << static_cast<unsigned>(point);
    before = point;
  }
}

TEST(SearchRules, APlanReadsTheStagesThatTheQueryMeans) {
  const auto first = [](const std::string& query) {
    return plan_search({query, std::nullopt, 20}).value().after.stage;
  };
  EXPECT_EQ(first(""), SearchStage::everybody);
  EXPECT_EQ(first("17"), SearchStage::id);
  EXPECT_EQ(first("\uff11\uff17"), SearchStage::id) << "full-width digits are folded";
  EXPECT_EQ(first("9007199254740992"), SearchStage::username) << "larger than any id";
  EXPECT_EQ(first("-1"), SearchStage::username);
  EXPECT_EQ(first("Ann"), SearchStage::username);
  EXPECT_EQ(first("\u0301"), SearchStage::done) << "nothing is left when it is folded";
  EXPECT_EQ(first("\xff"), SearchStage::done);
  EXPECT_EQ(plan_search({"ANN", std::nullopt, 20}).value().prefix, "ann");
  EXPECT_EQ(plan_search({"ANN", std::nullopt, 20}).value().prefix_end, "ano");
  EXPECT_EQ(plan_search({"", std::nullopt, 0}).value().rows, 1U);
  EXPECT_EQ(plan_search({"", std::nullopt, 101}).value().rows, 100U);
}

TEST(SearchRules, CursorsComeBack) {
  for (const SearchMark& mark : {SearchMark{SearchStage::everybody, "", UserId{5}},
                                 SearchMark{SearchStage::id, "", UserId{1}},
                                 SearchMark{SearchStage::username, "zoe:\u00e9:1", UserId{0}},
                                 SearchMark{SearchStage::email, "", UserId{INT64_MAX}}}) {
    const std::optional<SearchMark> back = parse_search_cursor(cursor_of(mark));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->stage, mark.stage);
    EXPECT_EQ(back->key, mark.key);
    EXPECT_EQ(back->id, mark.id);
  }
}

TEST(SearchRules, DamagedCursorsAreNone) {
  using base::base64url;
  for (const std::string& text :
       {std::string(), std::string("users:"), std::string("users:1"), std::string("users:1:"),
        std::string("users:1:2"), std::string("users:-1:2:x"), std::string("users:5:2:x"),
        std::string("users:1:-2:x"), std::string("users:x:2:x"), std::string("users: 1:2:x"),
        std::string("users:1:99999999999999999999:x"), std::string("users:1:2:\xff"),
        std::string("users:1:2:x\0", 12), std::string("audit:1:2:x")}) {
    EXPECT_EQ(parse_search_cursor(base64url(text)), std::nullopt) << text;
  }
  EXPECT_EQ(parse_search_cursor("=="), std::nullopt);
}

// A list in memory instead of a database.
TEST(SearchRules, PagesOfEveryLengthGiveTheSameRows) {
  const std::vector<std::pair<SearchStage, SearchHit>> all{
      {SearchStage::id, {"", UserId{7}}},
      {SearchStage::username, {"70", UserId{3}}},
      {SearchStage::username, {"77", UserId{2}}},
      {SearchStage::display_name, {"7", UserId{4}}},
      {SearchStage::display_name, {"7", UserId{5}}},
      {SearchStage::email, {"7@x", UserId{6}}}};
  for (std::int32_t limit = 1; limit <= 7; ++limit) {
    std::vector<std::int64_t> seen;
    UserSearch search{"7", std::nullopt, limit};
    do {
      const SearchPlan plan = plan_search(search).value();
      const SearchHits hits = run_search(plan, [&](const SearchMark& after, std::size_t count) {
        std::vector<SearchHit> found;
        for (const auto& [stage, hit] : all) {
          const bool is_behind = std::tie(hit.key, hit.id) > std::tie(after.key, after.id);
          if (stage == after.stage && is_behind && found.size() < count) found.push_back(hit);
        }
        return found;
      });
      EXPECT_LE(hits.ids.size(), static_cast<std::size_t>(limit));
      EXPECT_FALSE(hits.ids.empty()) << "no page is empty that a cursor promised";
      for (const UserId id : hits.ids) seen.push_back(id.value);
      search.cursor = hits.next;
    } while (search.cursor);
    EXPECT_EQ(seen, (std::vector<std::int64_t>{7, 3, 2, 4, 5, 6})) << limit;
  }
}

// All 5,000 were found by their usernames; display names are read again to find the one other.
TEST(SearchRules, APageReadsAFewOfThoseWhoWereFoundBefore) {
  constexpr std::int64_t known = 5'000;
  UserSearch search{"a", std::nullopt, 10};
  std::vector<std::int64_t> seen;
  std::size_t read_most = 0;
  int short_pages = 0;
  do {
    std::size_t read = 0;
    const SearchPlan plan = plan_search(search).value();
    const SearchHits hits = run_search(plan, [&](const SearchMark& after, std::size_t count) {
      std::vector<SearchHit> found;
      if (after.stage == SearchStage::email) return found;
      const bool is_display = after.stage == SearchStage::display_name;
      for (std::int64_t id = after.id.value + 1; id <= known + is_display; ++id) {
        if (found.size() == count) break;
        found.push_back({"a", UserId{id}, is_display && id <= known});
      }
      read += found.size();
      return found;
    });
    read_most = std::max(read_most, read);
    for (const UserId id : hits.ids) seen.push_back(id.value);
    short_pages += hits.next && hits.ids.size() < 10;
    search.cursor = hits.next;
  } while (search.cursor);
  ASSERT_EQ(seen.size(), std::size_t{known + 1});
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(seen.back(), known + 1);
  EXPECT_LE(read_most, search_reads_max + search_part_rows + 11);
  EXPECT_GT(short_pages, 0);
  EXPECT_LE(short_pages, 6);
}

}  // namespace
}  // namespace whoosh::store
