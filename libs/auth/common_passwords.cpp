#include "auth/common_passwords.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/text.h"

namespace whoosh::auth {
namespace {

constexpr std::size_t added_max = 4;    // at each end: a year, "123!"
constexpr std::size_t core_min = 4;     // a shorter rest is no word that somebody has decorated
constexpr std::size_t pattern_max = 4;  // "abcabcabc"
constexpr std::string_view service = "whoosh";

// What signs and digits stand for when they are written for letters.
char letter_of(char c) {
  switch (c) {
    case '0':
      return 'o';
    case '1':
    case '!':
    case '|':
      return 'i';
    case '3':
      return 'e';
    case '4':
    case '@':
      return 'a';
    case '5':
    case '$':
      return 's';
    case '7':
    case '+':
      return 't';
    default:
      return c;
  }
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

// Without what is added at the end and, if wished, in front; letters for the signs that stand for
// them.
std::string core_of(std::string_view core, bool trim_front) {
  std::size_t back = 0;
  while (back < core.size() && !is_letter(core[core.size() - 1 - back])) ++back;
  if (back <= added_max && back + core_min <= core.size()) core.remove_suffix(back);
  std::size_t front = 0;
  while (front < core.size() && !is_letter(core[front])) ++front;
  if (trim_front && front <= added_max && front + core_min <= core.size()) {
    core.remove_prefix(front);
  }
  std::string out(core);
  std::ranges::transform(out, out.begin(), letter_of);
  return out;
}

// FNV-1a, 64 bit. No adversary can gain by a collision: it would only refuse his own password.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::vector<std::uint64_t> load() {
  std::vector<std::uint64_t> hashes;
  for (const base::EmbeddedFile& file : embedded()) {
    std::string_view text = file.text;
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      if (end > 0) hashes.push_back(hash_of(password_core(text.substr(0, end))));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  std::ranges::sort(hashes);
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  return hashes;
}

const std::vector<std::uint64_t>& known() {
  static const std::vector<std::uint64_t> list = load();
  return list;
}

bool is_listed(std::string_view core) {
  return std::ranges::binary_search(known(), hash_of(core));
}

// One short pattern from beginning to end, the last time maybe cut short.
bool repeats(std::string_view text) {
  for (std::size_t period = 1; period <= pattern_max && period * 2 <= text.size(); ++period) {
    if (text.substr(period) == text.substr(0, text.size() - period)) return true;
  }
  return false;
}

// "abcdefgh", "87654321": each character one further than the one before.
bool counts(std::string_view text) {
  const auto steps = [&](int by) {
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] - text[i - 1] != by) return false;
    }
    return true;
  };
  return steps(1) || steps(-1);
}

// "qwertyuiop" and the like, to the right or to the left.
bool walks(std::string_view text) {
  static constexpr auto rows = std::to_array<std::string_view>(
      {"1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "0987654321", "poiuytrewq", "lkjhgfdsa",
       "mnbvcxz", "qwertzuiop", "azertyuiop"});
  return std::ranges::any_of(rows, [&](auto row) { return row.find(text) != row.npos; });
}

}  // namespace

std::string password_core(std::string_view password) {
  return core_of(base::fold(password), true);
}

bool is_common_password(std::string_view password) {
  const std::string folded = base::fold(password);
  if (repeats(folded) || counts(folded) || walks(folded)) return true;
  std::string core = core_of(folded, true);
  // "$uperman1": the sign in front may be added, or stand for a letter.
  if (is_listed(core) || is_listed(core_of(folded, false))) return true;
  for (auto at = core.find(service); at != core.npos; at = core.find(service)) {
    core.erase(at, service.size());
    if (core.size() < core_min) return true;  // the service's name and next to nothing else
  }
  return false;
}

std::size_t common_passwords_known() {
  return known().size();
}

}  // namespace whoosh::auth
