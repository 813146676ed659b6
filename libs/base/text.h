// Text from people: validation and cleaning (Unicode by utf8proc). Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace whoosh::base {

[[nodiscard]] bool valid_utf8(std::string_view text);
// Code points. REQUIRES: valid UTF-8.
[[nodiscard]] std::size_t code_points(std::string_view text);

// In Unicode's normalisation form C; "" for invalid UTF-8.
[[nodiscard]] std::string nfc(std::string_view text);

// NFC; control, bidi, unassigned and private-use characters dropped; every run of white space one
// blank; trimmed. Never grows beyond what NFC makes of it. Invalid UTF-8 gives "".
[[nodiscard]] std::string clean_line(std::string_view text);

// clean_line with a limit in visible characters (grapheme clusters). Errors: too_long (more than
// max), bad_payload (fewer than min).
[[nodiscard]] Result<std::string> clean_line_within(std::string_view text, std::size_t min,
                                                    std::size_t max);

// Case-folded, compatibility-normalised, marks dropped: for comparing names and answers, never for
// display.
[[nodiscard]] std::string fold(std::string_view text);

// True iff `phrase` stands in `text` as whole words, both folded. Empty phrases never do.
[[nodiscard]] bool contains_words(std::string_view text, std::string_view phrase);
// The same for what is folded already: fold a text once, then look for many phrases.
[[nodiscard]] bool contains_folded_words(std::string_view folded_text,
                                         std::string_view folded_phrase);

}  // namespace whoosh::base
