#include "room/places.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"

namespace whoosh::room {
namespace {

constexpr std::string_view bot_names[places_max] = {"Bolt",  "Cog", "Dot", "Echo", "Fizz",
                                                    "Gizmo", "Hex", "Ion", "Jot",  "Kit"};

bool fits(std::string_view name) {
  return name.size() <= rules::name_bytes_max &&
         base::clean_line_within(name, 1, rules::name_characters_max).has_value();
}

// Without its last code point.
void shorten(std::string& text) {
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
  if (!text.empty()) text.pop_back();
}

}  // namespace

bool OneASecond::take(base::UnixMs now, std::uint32_t burst) {
  const std::int64_t full_at = std::max(full_at_ms, now.value) + 1000;
  if (full_at > now.value + std::int64_t{burst} * 1000) return false;
  full_at_ms = full_at;
  return true;
}

Place Places::find(UserId user) const {
  for (std::uint8_t i = 0; i < places_max; ++i) {
    if (people_[i].stays() && people_[i].user == user) return Place{i};
  }
  return no_place;
}

Place Places::find(std::string_view public_id) const {
  for (std::uint8_t i = 0; i < places_max; ++i) {
    if (people_[i].occupied && people_[i].id.view() == public_id) return Place{i};
  }
  return no_place;
}

Place Places::find_token(const ResumeToken& token) const {
  Place found = no_place;
  for (std::uint8_t i = 0; i < places_max; ++i) {
    const Person& person = people_[i];
    const bool same = base::equal_constant_time({person.token.data(), person.token.size()},
                                                {token.data(), token.size()});
    if (same && person.stays()) found = Place{i};
  }
  return found;
}

Place Places::find(Seat seat) const {
  if (seat == base::no_seat) return no_place;
  for (std::uint8_t i = 0; i < places_max; ++i) {
    if (people_[i].occupied && people_[i].seat == seat) return Place{i};
  }
  return no_place;
}

Place Places::sit(const Newcomer& who) {
  const Place place = free_place();
  RULE_CHECK(place != no_place, "nobody sits down where there is no place");
  Person& person = people_[place.value];
  person.name.assign(unique_name(who.name));
  person.occupied = true;
  person.connected = true;
  person.newcomer = who.newcomer;
  person.user = who.user;
  person.token = who.token;
  person.avatar.assign(who.avatar);
  person.worn = who.worn;
  person.id.assign(base::user_id_text(who.user));
  if (host_ == no_place) host_ = place;
  return place;
}

Place Places::sit_bot() {
  const Place place = free_place();
  RULE_CHECK(place != no_place, "no bot sits down where there is no place");
  std::size_t number = 1;
  for (const Person& other : people_) number += other.occupied && !other.is_human();
  Person& person = people_[place.value];
  person.name.assign(unique_name(bot_names[number - 1]));
  person.occupied = true;
  person.bot_plays = true;
  person.id.assign(fmt::format("bot_{}", number));
  return place;
}

void Places::stand_up(Place place) {
  people_[place.value] = Person{};
  if (host_ == place) host_ = no_place;
}

void Places::number_seats() {
  std::uint8_t next = 0;
  for_each([&](Place, Person& person) { person.seat = Seat{next++}; });
}

std::size_t Places::taken() const {
  return static_cast<std::size_t>(
      std::count_if(people_.begin(), people_.end(), [](const Person& p) { return p.occupied; }));
}

std::size_t Places::humans() const {
  return static_cast<std::size_t>(
      std::count_if(people_.begin(), people_.end(), [](const Person& p) { return p.stays(); }));
}

std::size_t Places::here() const {
  return static_cast<std::size_t>(
      std::count_if(people_.begin(), people_.end(), [](const Person& p) { return p.is_here(); }));
}

bool Places::update_host() {
  if (host_ != no_place) {
    const Person& host = people_[host_.value];
    if (host.stays() && (host.connected || host.away_s < host_away_s)) return false;
  }
  for (std::uint8_t i = 0; i < places_max; ++i) {
    if (!people_[i].is_here() || people_[i].left) continue;
    const bool changed = host_ != Place{i};
    host_ = Place{i};
    return changed;
  }
  return false;  // nobody is there: the old host keeps it until somebody comes
}

void Places::ban(UserId user) {
  if (is_banned(user)) return;
  if (banned_.full()) banned_.erase_at(0);
  banned_.push_back(user);
}

bool Places::is_banned(UserId user) const {
  return banned_.contains(user);
}

Place Places::free_place() const {
  for (std::uint8_t i = 0; i < places_max; ++i) {
    if (!people_[i].occupied) return Place{i};
  }
  return no_place;
}

std::string Places::unique_name(std::string_view wanted) const {
  std::string base_name = base::clean_line(wanted);
  while (!base_name.empty() && !fits(base_name)) shorten(base_name);
  if (base_name.empty()) base_name = "Player";
  std::string name = base_name;
  for (int number = 2;; ++number) {
    const std::string folded = base::fold(name);
    const bool taken = std::any_of(people_.begin(), people_.end(), [&](const Person& other) {
      return other.occupied && base::fold(other.name.view()) == folded;
    });
    if (!taken) return name;
    const std::string suffix = std::to_string(number);
    std::string stem = base_name;
    while (!fits(stem + suffix)) shorten(stem);
    name = stem + suffix;
  }
}

}  // namespace whoosh::room
