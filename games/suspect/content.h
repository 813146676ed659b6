// What Suspect talks about: scenes, questions, cases, canned lines. Compiled in from
// content/*.jsonl, read once at first use (content/README.md has the fields). A file that breaks
// its rules aborts with a sentence then; content_test.cpp finds it before.
//
// Immutable afterwards; any thread. Indices into the lists are what a State keeps.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded.h"
#include "base/result.h"
#include "games/suspect/texts.h"

namespace whoosh::games::suspect {

std::span<const base::EmbeddedFile> embedded();  // content/*, written by the build

inline constexpr std::size_t question_types = 4;
inline constexpr std::size_t snippets_per_type = 3;
inline constexpr std::array<std::string_view, question_types> question_type_names = {
    "sense", "do", "people", "object"};

using SceneNo = std::uint8_t;
inline constexpr SceneNo no_scene = 255;

struct Snippet {
  std::string text;
  std::vector<SceneNo> also;  // other scenes that it fits
};

struct Scene {
  std::string id;
  std::string name;
  std::vector<std::string> folded_names;  // name and aliases, for the answer filter
  std::array<std::array<Snippet, snippets_per_type>, question_types> snippets;
  std::string folded_snippets;  // all of them, for shared_words()
};

// How many words of four letters and more of a folded text stand in the scene's snippets.
[[nodiscard]] std::uint32_t shared_words(std::string_view folded_text, const Scene& scene);

struct Question {
  std::string id;
  std::uint8_t type = 0;  // into question_type_names
  std::string text;
};

struct Case {
  std::string id;
  std::string title;
  std::string stolen;
  std::string briefing;                // `{stolen}` filled in
  std::vector<std::string> headlines;  // with `{names}`
};

struct Line {
  std::string id;
  std::string text;
};

struct Content {
  std::string locale;
  std::vector<Scene> scenes;
  std::array<std::vector<Question>, question_types> questions;  // by type
  std::vector<Question> press;
  std::vector<Case> cases;
  std::vector<Line> lines;

  // Reads one locale out of `files`. Error: the file, the line and what is wrong.
  static base::Result<Content> read(std::span<const base::EmbeddedFile> files,
                                    std::string_view locale);
};

// The locales that are compiled in; number 0 is English.
[[nodiscard]] std::span<const Content> contents();
[[nodiscard]] std::uint8_t locale_number(std::string_view locale);  // 0 where there is none

}  // namespace whoosh::games::suspect
