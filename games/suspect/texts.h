// TextArena: every text of a match (answers, press answers, talk, whispers) in one fixed block, so
// that a State stays small and trivially copyable. Talk and whispers are only a tail for people who
// come back: when room is short they make way, oldest first. Answers are kept to the end.
//
// Invariant: entries lie one after another in bytes_, in the order of entries_.
// Bound: texts_bytes_max holds ten seats' three answers and a press answer of 60 one-byte
// characters each; only a table of which most type long non-Latin answers can hit it, and then
// put() refuses.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/fixed.h"
#include "base/ids.h"
#include "games/suspect/messages.h"

namespace whoosh::games::suspect {

inline constexpr std::size_t answer_characters_max = 60;
inline constexpr std::size_t text_bytes_max = 255;    // of one text
inline constexpr std::size_t answer_bytes_max = 120;  // of an answer, so that few can't fill it all
inline constexpr std::size_t texts_bytes_max = seats_max * (rounds + 1) * answer_characters_max;

class TextArena {
 public:
  // answer_1 … answer_3 are round 1 … 3: one entry per seat. press: one per press, whose number
  // stands in `seat`.
  enum class Kind : std::uint8_t { answer_1, answer_2, answer_3, press, talk, whisper };
  struct Entry {
    std::uint16_t at_s = 0;
    base::Seat seat;
    Kind kind{};
    std::uint8_t size = 0;
    std::uint8_t unused = 0;  // no padding in a State
  };

  // False: the text is longer than text_bytes_max or does not fit beside the answers.
  // An answer replaces the older one of its kind and seat.
  bool put(Kind kind, base::Seat seat, std::uint16_t at_s, std::string_view text);

  // nullopt: this seat has none of this kind. The view lives until the next put().
  [[nodiscard]] std::optional<std::string_view> find(Kind kind, base::Seat seat) const;

  // Calls f(const Entry&, std::string_view) for each entry of a kind, oldest first.
  template <class F>
  void for_each(Kind kind, F&& f) const {
    std::size_t begin = 0;
    for (const Entry& entry : entries_) {
      if (entry.kind == kind) f(entry, std::string_view(bytes_.data() + begin, entry.size));
      begin += entry.size;
    }
  }

 private:
  [[nodiscard]] std::size_t count(Kind kind) const;
  void erase(std::size_t index);
  bool erase_oldest(Kind kind);

  base::FixedVector<Entry, seats_max*(rounds + 1) + talk_shown_max + whispers_shown_max> entries_;
  std::array<char, texts_bytes_max> bytes_{};
  std::uint32_t used_ = 0;
};

}  // namespace whoosh::games::suspect
