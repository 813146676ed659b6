// Goal: the compiled-in content keeps its own rules (content/README.md), and a broken file is
// refused with a sentence. Method: look at every text; break one line at a time.
#include "games/suspect/content.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "rules/filter.h"

namespace whoosh::games::suspect {
namespace {

const Content& english() {
  return contents()[0];
}

// Every text that players read or bots type, but not the scenes' names.
std::vector<std::string> spoken(const Content& content) {
  std::vector<std::string> texts;
  for (const Scene& scene : content.scenes) {
    for (const auto& of_type : scene.snippets) {
      for (const Snippet& snippet : of_type) texts.push_back(snippet.text);
    }
  }
  for (const auto& of_type : content.questions) {
    for (const Question& question : of_type) texts.push_back(question.text);
  }
  for (const Question& question : content.press) texts.push_back(question.text);
  for (const Line& line : content.lines) texts.push_back(line.text);
  return texts;
}

TEST(SuspectContent, HasEnoughForManyMatches) {
  EXPECT_GE(english().scenes.size(), 36U);
  EXPECT_GE(english().cases.size(), 12U);
  EXPECT_GE(english().press.size(), 16U);
  EXPECT_GE(english().lines.size(), 40U);
  std::size_t questions = 0;
  for (const auto& of_type : english().questions) questions += of_type.size();
  EXPECT_GE(questions, 24U);
}

TEST(SuspectContent, NoTextNamesAScene) {
  for (const std::string& text : spoken(english())) {
    const std::string folded = base::fold(text);
    for (const Scene& scene : english().scenes) {
      for (const std::string& name : scene.folded_names) {
        EXPECT_FALSE(base::contains_folded_words(folded, name)) << text << " names " << name;
      }
    }
  }
}

TEST(SuspectContent, TextsFitTheirPlaces) {
  for (const auto& of_type : english().questions) {
    for (const Question& question : of_type) EXPECT_LE(question.text.size(), 90U) << question.text;
  }
  for (const Question& question : english().press)
    EXPECT_LE(question.text.size(), 90U) << question.text;
  for (const Line& line : english().lines) EXPECT_LE(line.text.size(), 60U) << line.text;
  for (const Case& theft : english().cases) {
    EXPECT_LE(theft.briefing.size(), 200U) << theft.id;
    EXPECT_EQ(theft.briefing.find('{'), std::string::npos) << theft.id;
    EXPECT_EQ(theft.headlines.size(), 6U) << theft.id;
  }
}

TEST(SuspectContent, NothingIsStoppedByTheStrictestFilter) {
  for (const std::string& text : spoken(english())) {
    EXPECT_FALSE(rules::word_filter().refuses(text, rules::Filter::strict)) << text;
  }
}

TEST(SuspectContent, NoSnippetIsWrittenTwice) {
  std::set<std::string> seen;
  for (const Scene& scene : english().scenes) {
    for (const auto& of_type : scene.snippets) {
      for (const Snippet& snippet : of_type)
        EXPECT_TRUE(seen.insert(base::fold(snippet.text)).second) << snippet.text;
    }
  }
}

TEST(SuspectContent, SharedWordsCountsLongWordsOnly) {
  Scene scene;
  scene.folded_snippets = "salt on everything, even the doorknob ";
  EXPECT_EQ(shared_words("salt on the doorknob!", scene), 2U);
  EXPECT_EQ(shared_words("on the sea", scene), 0U);
  EXPECT_EQ(shared_words("", scene), 0U);
}

// ---- broken files -------------------------------------------------------------------------------

struct Broken {
  const char* file;
  const char* text;
  const char* sentence;  // part of it
};

class BrokenContent : public testing::TestWithParam<Broken> {};

TEST_P(BrokenContent, IsRefusedWithASentence) {
  std::vector<base::EmbeddedFile> files;
  for (const base::EmbeddedFile& file : embedded()) {
    const bool broken = file.name == GetParam().file;
    files.push_back({file.name, broken ? std::string_view(GetParam().text) : file.text});
  }
  const auto content = Content::read(files, "en");
  ASSERT_FALSE(content.has_value());
  EXPECT_NE(content.error().message.find(GetParam().sentence), std::string::npos)
      << content.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Files, BrokenContent,
    testing::Values(
        Broken{"scenes.en.jsonl", "", "is missing or empty"},
        Broken{"scenes.en.jsonl", "{", "scenes.en.jsonl:1"},
        Broken{"scenes.en.jsonl", R"({"id":"a"})", "is missing"},
        Broken{"questions.en.jsonl", R"({"id":"a","type":"smell","text":"?"})", "unknown type"},
        Broken{"questions.en.jsonl", R"({"id":"a","type":"do","text":"?"})", "every type needs"},
        Broken{"press.en.jsonl", R"({"id":"a","type":"do","text":"?"})", "one for each player"},
        Broken{"cases.en.jsonl",
               R"({"id":"a","title":"t","stolen":"s","briefing":"b","headlines":["nobody"]})",
               "{names} once"},
        Broken{"lines.en.jsonl", "{\"id\":\"a\",\"text\":\"x\"}\n{\"id\":\"a\",\"text\":\"y\"}",
               "used twice"}));

TEST(SuspectContent, UnknownLocaleIsEnglish) {
  EXPECT_EQ(locale_number("en"), 0);
  EXPECT_EQ(locale_number("tlh"), 0);
}

}  // namespace
}  // namespace whoosh::games::suspect
