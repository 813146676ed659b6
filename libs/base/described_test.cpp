// Goal: structs go to JSON and come back; every bad field is named by its path.
// Method: one struct with a field of each kind; a table of bad documents and what is said of them.
#include "base/described.h"

#include <gtest/gtest.h>

namespace whoosh::base {

enum class Colour : std::uint8_t { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)
struct Part {
  std::int32_t score = 0;
};
BOOST_DESCRIBE_STRUCT(Part, (), (score))
struct Whole {
  bool flag = false;
  std::uint8_t small = 0;
  double real = 0;
  std::string text;
  FixedString<4> code;
  Colour case_ = Colour::red;
  std::optional<std::int32_t> maybe;
  Nullable<std::int32_t> or_null;
  std::vector<Part> parts;
  FixedVector<std::int32_t, 2> two;
  std::map<std::string, std::int32_t> by_name;
  Raw raw;
};
BOOST_DESCRIBE_STRUCT(Whole, (),
                      (flag, small, real, text, code, case_, maybe, or_null, parts, two, by_name,
                       raw))

namespace {

constexpr std::string_view good =
    R"({"flag":true,"small":7,"real":1.5,"text":"ü","code":"BRTK","case":"green","maybe":1,)"
    R"("or_null":2,"parts":[{"score":3}],"two":[1,2],"by_name":{"a":1},"raw":[null]})";

Result<Whole> read(std::string_view text) {
  JsonParser parser(4096);
  const auto document = parser.parse(text);
  if (!document) return document.error();
  return decode_as<Whole>(*document);
}

std::string replaced(std::string_view from, std::string_view to) {
  std::string text(good);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Described, GoesThereAndBack) {
  const auto whole = read(good);
  ASSERT_TRUE(whole) << whole.error().sentence();
  EXPECT_EQ(whole->case_, Colour::green) << "an underscore at the end is no part of the key";
  EXPECT_EQ(whole->parts.at(0).score, 3);
  EXPECT_EQ(to_json(*whole), good);
}

TEST(Described, OptionalIsAbsentAndNullableIsNull) {
  auto whole = read(good);
  ASSERT_TRUE(whole);
  whole->maybe.reset();
  whole->or_null.reset();
  const std::string text = to_json(*whole);
  EXPECT_EQ(text.find("\"maybe\""), std::string::npos);
  EXPECT_NE(text.find("\"or_null\":null"), std::string::npos);
  const auto again = read(text);
  ASSERT_TRUE(again) << again.error().sentence();
  EXPECT_FALSE(again->maybe);
  EXPECT_FALSE(again->or_null);
}

TEST(Described, UnknownMembersAreIgnored) {
  EXPECT_TRUE(read(replaced("{\"flag\"", "{\"new\":[1],\"flag\"")));
}

TEST(Described, EveryBadFieldIsNamed) {
  struct Row {
    std::string_view from, to, path, why;
  };
  const Row table[] = {
      {"\"flag\":true", "\"flag\":1", "flag", "must be true or false"},
      {"\"flag\":true,", "", "flag", "is missing"},
      {"\"or_null\":2,", "", "or_null", "is missing"},
      {"\"small\":7", "\"small\":256", "small", "is out of range"},
      {"\"small\":7", "\"small\":-1", "small", "is out of range"},
      {"\"small\":7", "\"small\":7.0", "small", "must be a whole number"},
      {"\"real\":1.5", "\"real\":\"1.5\"", "real", "must be a number"},
      {"\"text\":\"ü\"", "\"text\":null", "text", "must be a text"},
      {"\"BRTK\"", "\"BRTKX\"", "code", "is too long"},
      {"\"green\"", "\"blue\"", "case", "must be one of red, green"},
      {"\"maybe\":1", "\"maybe\":\"1\"", "maybe", "must be a whole number"},
      {"[{\"score\":3}]", "{}", "parts", "must be a list"},
      {"[{\"score\":3}]", "[{\"score\":3},{\"score\":\"x\"}]", "parts[1].score",
       "must be a whole number"},
      {"[{\"score\":3}]", "[3]", "parts[0]", "must be an object"},
      {"[1,2]", "[1,2,3]", "two", "is not acceptable"},
      {"{\"a\":1}", "[]", "by_name", "must be an object"},
      {"{\"a\":1}", "{\"a\":true}", "by_name.a", "must be a whole number"},
  };
  for (const Row& row : table) {
    const auto whole = read(replaced(row.from, row.to));
    ASSERT_FALSE(whole) << row.to;
    const Error error = whole.error();
    EXPECT_EQ(error.code, ErrorCode::invalid_input);
    const auto field = error.fields.find(std::string(row.path));
    ASSERT_NE(field, error.fields.end()) << row.to << " has no row for " << row.path;
    EXPECT_EQ(field->second, row.why);
  }
}

TEST(Described, AllBadFieldsAreNamedAtOnce) {
  const auto whole = read("{}");
  ASSERT_FALSE(whole);
  EXPECT_EQ(whole.error().fields.size(), 11U) << "all but the optional one";
}

}  // namespace
}  // namespace whoosh::base
