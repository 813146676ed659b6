// Goal: only well-formed JSON within the limits is read, and what is written is JSON.
// Method: a table of malformed input; values there and back.
#include "base/json.h"

#include <gtest/gtest.h>

#include "base/json_writer.h"

namespace whoosh::base {
namespace {

constexpr std::size_t bytes_max = 256;

ErrorCode refusal(std::string_view text) {
  JsonParser parser(bytes_max);
  const auto value = parser.parse(text);
  return value ? ErrorCode::internal : value.error().code;
}

TEST(Json, RefusesWhatIsNotOneWholeDocument) {
  using namespace std::string_view_literals;
  const std::string_view table[] = {
      "",
      " ",
      "{",
      "{\"a\":1",
      "{\"a\":1}}",
      "{\"a\":1} x",
      "{a:1}",
      "{'a':1}",
      "{\"a\":01}",
      "{\"a\":.5}",
      "{\"a\":+1}",
      "{\"a\":NaN}",
      "[1,]",
      "[1 2]",
      "{\"a\":1,}",
      "{\"a\"}",
      "\"\\x\"",
      "\"\t\"",
      "tru",
      "nulll",
      "\"abc",
      "\"\xff\"",
      "\"\xc0\xaf\"",
      "\"\xed\xa0\x80\"",
      "\"\\ud800\"",
      "{\"a\":\"\\u0000\"}",
      "[\"\0\"]"sv,
  };
  for (const std::string_view text : table) {
    EXPECT_EQ(refusal(text), ErrorCode::malformed_json) << text;
  }
}

TEST(Json, RefusesDuplicateKeysAtAnyDepth) {
  EXPECT_EQ(refusal(R"({"a":1,"a":2})"), ErrorCode::malformed_json);
  EXPECT_EQ(refusal(R"({"x":[{"a":1,"b":0,"a":2}]})"), ErrorCode::malformed_json);
  EXPECT_EQ(refusal(R"({"a":1,"\u0061":2})"), ErrorCode::malformed_json);
}

TEST(Json, HoldsItsLimits) {
  EXPECT_EQ(refusal(std::string(8, '[') + '1' + std::string(8, ']')), ErrorCode::internal)
      << "8 deep";
  EXPECT_EQ(refusal(std::string(9, '[') + '1' + std::string(9, ']')), ErrorCode::malformed_json);
  EXPECT_EQ(refusal('"' + std::string(bytes_max - 2, 'a') + '"'), ErrorCode::internal);
  EXPECT_EQ(refusal('"' + std::string(bytes_max - 1, 'a') + '"'), ErrorCode::too_large);
}

TEST(Json, TellsKindsApart) {
  JsonParser parser(bytes_max);
  const auto document =
      parser.parse(R"({"n":null,"b":true,"i":-3,"f":3.0,"s":"ü","a":[1],"o":{}})");
  ASSERT_TRUE(document);
  const auto kind = [&](std::string_view key) { return document->get(key)->kind(); };
  EXPECT_EQ(kind("n"), JsonValue::Kind::Null);
  EXPECT_EQ(kind("b"), JsonValue::Kind::Bool);
  EXPECT_EQ(kind("i"), JsonValue::Kind::Integer);
  EXPECT_EQ(kind("f"), JsonValue::Kind::Number);
  EXPECT_EQ(kind("s"), JsonValue::Kind::String);
  EXPECT_EQ(kind("a"), JsonValue::Kind::Array);
  EXPECT_EQ(kind("o"), JsonValue::Kind::Object);
  EXPECT_EQ(document->get("f")->as_integer(), std::nullopt) << "3.0 is no integer";
  EXPECT_EQ(document->get("i")->as_integer(), -3);
  EXPECT_EQ(document->get("i")->as_number(), -3.0);
  EXPECT_EQ(document->get("s")->as_string(), "ü");
  EXPECT_EQ(document->get("missing"), std::nullopt);
  EXPECT_EQ(document->size(), 7U);
}

TEST(Json, IntegersOutOfRangeAreNone) {
  JsonParser parser(bytes_max);
  EXPECT_EQ(parser.parse("9223372036854775807")->as_integer(), INT64_MAX);
  EXPECT_EQ(parser.parse("9223372036854775808")->as_integer(), std::nullopt);
}

TEST(Json, VisitsElementsAndMembersInOrder) {
  JsonParser parser(bytes_max);
  const auto document = parser.parse(R"({"z":[1,2,3],"a":"x"})");
  ASSERT_TRUE(document);
  std::string seen;
  document->for_each_member([&](std::string_view key, const JsonValue& value) {
    seen += std::string(key) + "=" + value.text() + ";";
  });
  EXPECT_EQ(seen, R"(z=[1,2,3];a="x";)");
  std::int64_t sum = 0;
  document->get("z")->for_each_element([&](const JsonValue& item) { sum += *item.as_integer(); });
  EXPECT_EQ(sum, 6);
}

TEST(Json, WriterEscapesWhatItMust) {
  std::string out;
  append_json_string(out, std::string_view("a\"\\\n\x01ü\0", 8));
  EXPECT_EQ(out, "\"a\\\"\\\\\\n\\u0001ü\\u0000\"");
}

TEST(Json, WhatIsWrittenIsReadAgain) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object().member("i", -7).member("u", UINT32_MAX).member("d", 1.5).member("b", false);
  writer.key("n").null().key("list").begin_array().value("x").value("y").end_array();
  writer.key("raw").raw("[1]").end_object();
  EXPECT_EQ(out,
            R"({"i":-7,"u":4294967295,"d":1.5,"b":false,"n":null,"list":["x","y"],"raw":[1]})");
  JsonParser parser(bytes_max);
  const auto document = parser.parse(out);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->text(), out);
}

// Texts are looked through eight bytes at a time: each byte in each place, and in the rest.
TEST(JsonWriter, EscapesWhatNeedsItWhereverItStands) {
  JsonParser parser(256);
  for (std::size_t size = 0; size < 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (unsigned c = 1; c < 0x80; ++c) {  // NUL is refused when read
        std::string text(size, '~');
        text[at] = static_cast<char>(c);
        std::string json;
        append_json_string(json, text);
        const auto value = parser.parse(json);
        ASSERT_TRUE(value.has_value()) << json;
        ASSERT_EQ(value->as_string(), text);
      }
    }
  }
  std::string json;
  append_json_string(json, "\u00fc\u20ac \xf0\x9f\x98\x80 stay as they are");
  EXPECT_EQ(json, "\"\u00fc\u20ac \xf0\x9f\x98\x80 stay as they are\"");
}

// What was read, written again, reads the same: an event log depends on it.
TEST(JsonValue, TextIsTheSameValue) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({ "a" : [ 1 , -2 , true , null , "x\u0041\n\"" ] })",
       R"({"a":[1,-2,true,null,"xA\n\""]})"},
      {"18446744073709551615", "18446744073709551615"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"5.0", "5.0"},
      {"-0.0", "-0.0"},
      {"1.25e-3", "0.00125"},
      {"1e300", "1e+300"},
      {"{}", "{}"},
      {"[[],{}]", "[[],{}]"},
  };
  JsonParser parser(256);
  for (const auto& [in, out] : cases) {
    const auto value = parser.parse(in);
    ASSERT_TRUE(value.has_value()) << in;
    EXPECT_EQ(value->text(), out);
    std::string behind = "before ";
    value->append_to(behind);
    EXPECT_EQ(behind, "before " + out);
  }
  EXPECT_EQ(JsonValue().text(), "null");
}

}  // namespace
}  // namespace whoosh::base
