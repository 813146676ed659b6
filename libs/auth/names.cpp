#include "auth/names.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>

#include "auth/common_passwords.h"
#include "auth/password.h"
#include "auth/reserved_names.h"
#include "base/text.h"

namespace whoosh::auth {
namespace {

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

constexpr auto adjectives = std::to_array<std::string_view>({
    "amber",  "bold",   "brave",  "breezy", "bright", "calm",   "clever", "cosmic",
    "cozy",   "crisp",  "daring", "dizzy",  "eager",  "early",  "fancy",  "fleet",
    "fluffy", "frosty", "funny",  "gentle", "giddy",  "golden", "grand",  "happy",
    "hasty",  "jolly",  "keen",   "kind",   "lively", "lucky",  "mellow", "merry",
    "mighty", "misty",  "nifty",  "nimble", "noble",  "odd",    "peppy",  "plucky",
    "proud",  "quick",  "quiet",  "rapid",  "royal",  "rusty",  "shiny",  "silent",
    "silly",  "sleepy", "sly",    "snappy", "sneaky", "solar",  "spicy",  "sunny",
    "swift",  "tidy",   "vivid",  "warm",   "wild",   "windy",  "witty",  "zesty",
});
constexpr auto animals = std::to_array<std::string_view>({
    "badger",  "beaver", "bison",  "camel",   "cheetah", "cobra",   "condor",  "cougar",
    "coyote",  "crab",   "crane",  "dingo",   "dolphin", "dragon",  "eagle",   "falcon",
    "ferret",  "finch",  "fox",    "gecko",   "gibbon",  "goose",   "hamster", "hawk",
    "heron",   "hippo",  "husky",  "ibex",    "iguana",  "jackal",  "jaguar",  "koala",
    "lemur",   "lion",   "lizard", "llama",   "lobster", "lynx",    "magpie",  "marten",
    "meerkat", "mole",   "moose",  "narwhal", "newt",    "octopus", "okapi",   "orca",
    "otter",   "owl",    "panda",  "parrot",  "pelican", "penguin", "puffin",  "quokka",
    "raccoon", "raven",  "seal",   "sloth",   "squid",   "tapir",   "toucan",  "walrus",
});
static_assert(adjectives.size() == 64 && animals.size() == 64, "six bits each");

constexpr std::size_t longest(std::span<const std::string_view> words) {
  return std::ranges::max_element(words, {}, &std::string_view::size)->size();
}
static_assert(longest(adjectives) + 1 + longest(animals) <= display_name_characters_max);

constexpr std::size_t local_bytes_max = 64;  // RFC 5321, 4.5.3.1.1
constexpr std::size_t label_bytes_max = 63;

// One label of a domain: letters (of any alphabet), digits, hyphens inside.
bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= label_bytes_max && label.front() != '-' &&
         label.back() != '-' && std::ranges::all_of(label, [](char c) {
           return is_alnum(c) || c == '-' || static_cast<unsigned char>(c) >= 0x80;
         });
}

bool is_domain(std::string_view domain) {
  if (domain == "localhost") return true;
  std::size_t labels = 0;
  for (;;) {
    const auto dot = domain.find('.');
    const std::string_view label = domain.substr(0, dot);
    if (!is_label(label)) return false;
    ++labels;
    if (dot == domain.npos) {
      const bool numeric = std::ranges::all_of(label, [](char c) { return c >= '0' && c <= '9'; });
      return labels >= 2 && !numeric;  // an address of digits is no name
    }
    domain.remove_prefix(dot + 1);
  }
}

// What RFC 5321 allows without quotes, and letters of any alphabet.
bool is_local_part(std::string_view local) {
  constexpr std::string_view signs = "!#$%&'*+-/=?^_`{|}~.";
  return !local.empty() && local.size() <= local_bytes_max && local.front() != '.' &&
         local.back() != '.' && local.find("..") == local.npos &&
         std::ranges::all_of(local, [&](char c) {
           return is_alnum(c) || signs.find(c) != signs.npos ||
                  static_cast<unsigned char>(c) >= 0x80;
         });
}

}  // namespace

Wrong wrong_username(std::string_view username) {
  if (username.size() < username_characters_min || username.size() > username_characters_max) {
    return fmt::format("must be {} to {} characters", username_characters_min,
                       username_characters_max);
  }
  const bool allowed = std::ranges::all_of(
      username, [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
  if (!allowed) return "may have letters, digits, _ . and - only";
  const auto is_letter = [](char c) { return is_alnum(c) && (c < '0' || c > '9'); };
  if (std::ranges::none_of(username, is_letter)) return "must have a letter";
  if (is_reserved_name(username)) return "is reserved";
  return std::nullopt;
}

Wrong wrong_email(std::string_view email) {
  if (email.empty()) return "is empty";
  if (email.size() > email_bytes_max)
    return fmt::format("is longer than {} bytes", email_bytes_max);
  const auto at = email.find('@');
  if (!base::valid_utf8(email) || base::clean_line(email) != email || at == email.npos ||
      !is_local_part(email.substr(0, at)) || !is_domain(email.substr(at + 1))) {
    return "is not an e-mail address";
  }
  return std::nullopt;
}

Wrong wrong_password(std::string_view password, std::string_view username, std::string_view email) {
  if (!base::valid_utf8(password)) return "is not valid text";
  if (base::code_points(base::nfc(password)) < password_characters_min) {
    return fmt::format("must have {} characters at least", password_characters_min);
  }
  if (password.size() > password_bytes_max) {
    return fmt::format("is longer than {} bytes", password_bytes_max);
  }
  const std::string folded = base::fold(password);
  const std::string core = password_core(password);
  for (const std::string_view own : {username, email, email.substr(0, email.find('@'))}) {
    if (own.empty()) continue;
    if (folded == base::fold(own) || core == password_core(own)) return "must not be your own name";
  }
  if (is_common_password(password)) return "is one of the passwords that are tried first";
  return std::nullopt;
}

Wrong wrong_avatar(std::string_view avatar) {
  if (avatar.empty() || avatar.size() > avatar_bytes_max) {
    return fmt::format("must be 1 to {} characters", avatar_bytes_max);
  }
  const bool allowed = std::ranges::all_of(avatar, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  if (!allowed) return "may have a-z, 0-9, - and _ only";
  return std::nullopt;
}

base::Result<std::string> cleaned_display_name(std::string_view text) {
  auto cleaned = base::clean_line_within(text, 1, display_name_characters_max);
  if (cleaned && passes_for_staff(*cleaned)) {
    return base::Error{base::ErrorCode::invalid_input, "is reserved"};
  }
  if (cleaned) return cleaned;
  return base::Error{
      base::ErrorCode::invalid_input,
      fmt::format("must be 1 to {} visible characters", display_name_characters_max)};
}

std::string guest_display_name(std::uint64_t random) {
  return fmt::format("{} {}", adjectives[random & 63], animals[random >> 6 & 63]);
}

std::string guest_username(std::uint64_t random) {
  constexpr std::string_view alphabet = "23456789abcdefghjkmnpqrstuvwxyz";
  std::string name = "guest_";
  for (int i = 0; i < 12; ++i) {
    name += alphabet[random % alphabet.size()];
    random /= alphabet.size();
  }
  return name;
}

}  // namespace whoosh::auth
