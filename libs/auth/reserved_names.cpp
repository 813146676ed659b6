#include "auth/reserved_names.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "base/text.h"

namespace whoosh::auth {
namespace {

// Letters of other alphabets and digits that pass for Latin ones, after folding.
constexpr auto look_alikes = std::to_array<std::pair<std::string_view, char>>({
    {"0", 'o'}, {"1", 'l'}, {"3", 'e'}, {"4", 'a'}, {"5", 's'}, {"7", 't'}, {"8", 'b'}, {"|", 'l'},
    {"$", 's'}, {"@", 'a'}, {"i", 'l'}, {"а", 'a'}, {"в", 'b'}, {"с", 'c'}, {"ԁ", 'd'}, {"е", 'e'},
    {"һ", 'h'}, {"і", 'l'}, {"ј", 'j'}, {"к", 'k'}, {"м", 'm'}, {"н", 'h'}, {"о", 'o'}, {"р", 'p'},
    {"ѕ", 's'}, {"т", 't'}, {"у", 'y'}, {"ѡ", 'w'}, {"х", 'x'}, {"ԝ", 'w'}, {"ո", 'n'}, {"ս", 'u'},
    {"α", 'a'}, {"β", 'b'}, {"ε", 'e'}, {"η", 'n'}, {"ι", 'l'}, {"κ", 'k'}, {"ν", 'v'}, {"ο", 'o'},
    {"ρ", 'p'}, {"σ", 'o'}, {"τ", 't'}, {"υ", 'u'}, {"χ", 'x'}, {"ω", 'w'}, {"ı", 'l'}, {"ɡ", 'g'},
    {"ł", 'l'}, {"ø", 'o'}, {"đ", 'd'}, {"ħ", 'h'},
});

// The whole name.
constexpr auto staff_names = std::to_array<std::string_view>(
    {"admin", "administrator", "helpdesk", "mod", "moderation", "moderator", "mods", "official",
     "operator", "root", "security", "staff", "superuser", "support", "sysadmin", "system",
     "whoosh"});
constexpr auto other_names = std::to_array<std::string_view>(
    {"abuse",     "account", "anonymous", "anybody",    "api",      "billing",   "bot",
     "console",   "contact", "deleted",   "developer",  "erased",   "everybody", "everyone",
     "guest",     "help",    "host",      "info",       "login",    "me",        "nobody",
     "null",      "owner",   "player",    "postmaster", "register", "server",    "service",
     "settings",  "shell",   "somebody",  "store",      "team",     "undefined", "user",
     "webmaster", "you"});

// Anywhere in the name.
constexpr auto parts = std::to_array<std::string_view>({"whoosh", "moderator", "administrator"});

// As written, folded: made by the server itself.
constexpr auto prefixes =
    std::to_array<std::string_view>({"bot_", "guest_", "erased_", "deleted_"});

std::string joined_pairs(std::string text) {
  const auto replace = [&](std::string_view from, char to) {
    for (auto at = text.find(from); at != text.npos; at = text.find(from)) {
      text.replace(at, from.size(), 1, to);
    }
  };
  replace("rn", 'm');
  replace("vv", 'w');
  return text;
}

std::vector<std::string> skeletons(std::span<const std::string_view> words) {
  std::vector<std::string> out;
  for (const std::string_view word : words) out.push_back(name_skeleton(word));
  return out;
}

bool is_one_of(const std::vector<std::string>& words, const std::string& skeleton) {
  return std::ranges::find(words, skeleton) != words.end();
}

}  // namespace

std::string name_skeleton(std::string_view name) {
  const std::string folded = base::fold(name);
  std::string out;
  for (std::size_t at = 0; at < folded.size();) {
    std::size_t length = 1;
    while (at + length < folded.size() &&
           (static_cast<unsigned char>(folded[at + length]) & 0xc0) == 0x80) {
      ++length;
    }
    const std::string_view letter = std::string_view(folded).substr(at, length);
    at += length;
    const auto known =
        std::ranges::find(look_alikes, letter, [](const auto& row) { return row.first; });
    const bool is_plain = length > 1 || (letter[0] >= 'a' && letter[0] <= 'z') ||
                          (letter[0] >= '0' && letter[0] <= '9');
    if (known != look_alikes.end())
      out.push_back(known->second);
    else if (is_plain)
      out += letter;
  }
  return joined_pairs(std::move(out));
}

bool passes_for_staff(std::string_view name) {
  static const std::vector<std::string> whole = skeletons(staff_names);
  static const std::vector<std::string> inside = skeletons(parts);
  const std::string skeleton = name_skeleton(name);
  return is_one_of(whole, skeleton) || std::ranges::any_of(inside, [&](const std::string& word) {
           return skeleton.find(word) != skeleton.npos;
         });
}

bool is_reserved_name(std::string_view name) {
  static const std::vector<std::string> others = skeletons(other_names);
  const std::string folded = base::fold(name);
  return std::ranges::any_of(prefixes, [&](auto prefix) { return folded.starts_with(prefix); }) ||
         is_one_of(others, name_skeleton(name)) || passes_for_staff(name);
}

}  // namespace whoosh::auth
