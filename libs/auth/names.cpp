#include "auth/names.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>

#include "auth/password.h"
#include "base/text.h"

namespace whoosh::auth {
namespace {

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Of lists of leaked passwords, those of eight characters and more that appear again and again.
constexpr auto common_passwords = std::to_array<std::string_view>({
    "00000000",     "01234567",    "0123456789",   "11111111",     "111111111",     "11223344",
    "112233445566", "12121212",    "123123123",    "12341234",     "1234512345",    "12345678",
    "123456789",    "1234567890",  "123456abc",    "1234abcd",     "12qwaszx",      "147258369",
    "1q2w3e4r",     "1q2w3e4r5t",  "1qaz2wsx",     "1qaz2wsx3edc", "22222222",      "31415926",
    "55555555",     "66666666",    "77777777",     "87654321",     "88888888",      "987654321",
    "9876543210",   "99999999",    "a1b2c3d4",     "a1234567",     "aa123456",      "aaaaaaaa",
    "abc12345",     "abcd1234",    "abcdefgh",     "admin123",     "administrator", "asdf1234",
    "asdfasdf",     "asdfghjk",    "asdfghjkl",    "baseball",     "basketball",    "changeme",
    "chocolate",    "computer",    "dragon123",    "football",     "football1",     "hello123",
    "helloworld",   "iloveyou",    "iloveyou1",    "internet",     "jennifer",      "letmein1",
    "liverpool",    "master123",   "michelle",     "passw0rd",     "password",      "password1",
    "password12",   "password123", "password1234", "princess",     "princess1",     "q1w2e3r4",
    "qazwsxedc",    "qwer1234",    "qwerasdf",     "qwerqwer",     "qwerty12",      "qwerty123",
    "qwerty1234",   "qwertyui",    "qwertyuiop",   "starwars",     "sunshine",      "superman",
    "superuser",    "trustno1",    "welcome1",     "welcome123",   "whatever",      "whooshwhoosh",
    "zaq12wsx",     "zxcvbnm1",    "zxcvbnm123",
});

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

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
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
  if (std::ranges::none_of(username, is_alnum)) return "must have a letter or a digit";
  return std::nullopt;
}

Wrong wrong_email(std::string_view email) {
  if (email.empty()) return "is empty";
  if (email.size() > email_bytes_max)
    return fmt::format("is longer than {} bytes", email_bytes_max);
  const bool printable = base::valid_utf8(email) && std::ranges::none_of(email, [](char c) {
                           return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == ',' ||
                                  c == '<' || c == '>';
                         });
  const auto at = email.find('@');
  if (!printable || at == email.npos || at == 0 || email.find('@', at + 1) != email.npos ||
      base::clean_line(email) != email) {
    return "is not an e-mail address";
  }
  const std::string_view domain = email.substr(at + 1);
  const bool dotted = domain.find('.') != domain.npos || domain == "localhost";
  if (!dotted || domain.front() == '.' || domain.back() == '.' ||
      domain.find("..") != domain.npos) {
    return "is not an e-mail address";
  }
  return std::nullopt;
}

Wrong wrong_password(std::string_view password, std::string_view username, std::string_view email) {
  if (!base::valid_utf8(password)) return "is not valid text";
  if (base::code_points(password) < password_characters_min) {
    return fmt::format("must have {} characters at least", password_characters_min);
  }
  if (password.size() > password_bytes_max) {
    return fmt::format("is longer than {} bytes", password_bytes_max);
  }
  const std::string folded = lower(password);
  if (std::ranges::find(common_passwords, folded) != common_passwords.end()) {
    return "is one of the most common passwords";
  }
  if (folded == lower(username) || folded == lower(email)) return "must not be the name itself";
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
