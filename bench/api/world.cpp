#include "bench/api/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "base/encoding.h"

namespace whoosh::bench {
namespace {

constexpr auto first_names = std::to_array<std::string_view>(
    {"ada",  "alan", "anna", "ben",  "bo",   "carl", "cleo", "dana", "dora", "edgar", "ella",
     "emil", "eva",  "finn", "gus",  "hana", "hugo", "ida",  "ines", "ivan", "jan",   "jill",
     "jo",   "kai",  "kira", "lars", "lea",  "leo",  "lina", "lou",  "maja", "max",   "mia",
     "mila", "milo", "nina", "noah", "nora", "olga", "otto", "pia",  "raj",  "rosa",  "ruth",
     "sam",  "sara", "sven", "tara", "theo", "tom",  "uma",  "vera", "will", "yara"});

std::string bytes_of(std::uint64_t salt, std::int64_t id, int words) {
  std::string bytes;
  for (int word = 0; word < words; ++word) {
    const std::uint64_t value =
        mixed(salt + static_cast<std::uint64_t>(word), static_cast<std::uint64_t>(id));
    for (int shift = 0; shift < 64; shift += 8) {
      bytes.push_back(static_cast<char>(value >> shift & 0xff));
    }
  }
  return bytes;
}

}  // namespace

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  std::uint64_t z = a * 0x9e3779b97f4a7c15 + b + 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

World::World(std::int64_t people)
    : people_(people),
      regulars_(std::min(regulars_max, people / 4) / regular_seats * regular_seats),
      stride_(people / regulars_) {
  ASSERT(people >= people_min);
}

std::string World::username(std::int64_t id) const {
  const auto name = first_names[mixed(1, static_cast<std::uint64_t>(id)) % first_names.size()];
  return fmt::format("{}_{}", name, id);
}

std::string World::email(std::int64_t id) const {
  return username(id) + "@example.org";
}

std::string World::session(std::int64_t id) const {
  return base::base64url(bytes_of(0x5e55, id, 2));
}

std::string World::refresh_secret(std::int64_t id) const {
  return bytes_of(0x5ec4e7, id, 4);
}

bool World::is_regular(std::int64_t id) const {
  return (id - 1) % stride_ == 0 && (id - 1) / stride_ < regulars_;
}

base::MatchId World::match_id(std::int64_t match) const {
  const auto number = static_cast<std::uint64_t>(match);
  return base::MatchId::make(mixed(0x3a7c4, number), mixed(0x3a7c5, number));
}

std::int64_t World::user_at(std::int64_t match, std::int64_t seat) const {
  if (seat < regular_seats) return regular((match * regular_seats + seat) % regulars_);
  const std::int64_t turn = match * (seats_a_match - regular_seats) + seat - regular_seats;
  const std::int64_t id = 1 + turn % people_;
  return is_regular(id) ? 0 : id;
}

bool World::is_winner(std::int64_t match, std::int64_t seat) const {
  const auto first = static_cast<std::int64_t>(mixed(7, static_cast<std::uint64_t>(match)) %
                                               static_cast<std::uint64_t>(seats_a_match));
  return seat == first || seat == (first + 1) % seats_a_match;
}

// Regular number k sits in every match that is k / 4 modulo the number of tables they fill.
std::int64_t World::newest_match_of(std::int64_t regular_index) const {
  const std::int64_t tables = regulars_ / regular_seats;
  const std::int64_t table = regular_index / regular_seats;
  return table + (matches() - 1 - table) / tables * tables;
}

std::int64_t World::matches_of(std::int64_t regular_index) const {
  const std::int64_t tables = regulars_ / regular_seats;
  return 1 + (matches() - 1 - regular_index / regular_seats) / tables;
}

}  // namespace whoosh::bench
