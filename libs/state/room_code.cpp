#include "state/room_code.h"

#include <algorithm>
#include <array>

#include "base/assert.h"

namespace whoosh::state {

namespace {

constexpr std::size_t short_length = 4;

// Only what can be written with the letters of a code; English and a few neighbours.
constexpr std::array<std::string_view, 54> rude_words{
    "ANAR", "ANUS", "ARSE", "ASS",  "BARF", "BUTT", "CACA", "CRAP", "CUCK", "CUM",  "CUNT",
    "DAMN", "DUMB", "DYKE", "FAG",  "FANN", "FART", "FAT",  "FCK",  "FECK", "FUC",  "FUK",
    "FUQ",  "FUX",  "GAY",  "HATE", "HURE", "JAP",  "KKK",  "KURV", "KURW", "KYS",  "MERD",
    "MUFF", "NAZ",  "NEGR", "NGR",  "NUTT", "PAK",  "PHUK", "PUTA", "PUTE", "RAPE", "SCAT",
    "SEX",  "SPAZ", "SUCK", "TARD", "TURD", "TWAT", "WANK", "WTF",  "XXX",  "ZHYD"};

}  // namespace

std::size_t room_code_length(std::size_t live_rooms) {
  return live_rooms > short_code_rooms_max ? room_code_letters_max : short_length;
}

bool is_rude_code(std::string_view code) {
  return std::any_of(rude_words.begin(), rude_words.end(), [&](std::string_view word) {
    return code.find(word) != std::string_view::npos;
  });
}

std::string random_room_code(base::Rng& rng, std::size_t length) {
  ASSERT(length >= short_length && length <= room_code_letters_max);
  std::string code(length, ' ');
  do {
    for (char& letter : code) {
      letter = room_code_letters[rng.below(static_cast<std::uint32_t>(room_code_letters.size()))];
    }
  } while (is_rude_code(code));
  return code;
}

std::optional<std::string> fold_room_code(std::string_view typed) {
  std::string code;
  for (char letter : typed) {
    if (letter == ' ' || letter == '-') continue;
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    if (room_code_letters.find(letter) == std::string_view::npos) return std::nullopt;
    if (code.size() == room_code_letters_max) return std::nullopt;
    code.push_back(letter);
  }
  if (code.size() < short_length) return std::nullopt;
  return code;
}

}  // namespace whoosh::state
