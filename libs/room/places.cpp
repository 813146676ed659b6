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
  const auto now_ms = static_cast<std::uint32_t>(now.value);
  std::uint32_t ahead = full_at_ms - now_ms;
  if (ahead > burst * 1000) ahead = 0;  // long ago
  if (ahead + 1000 > burst * 1000) return false;
  full_at_ms = now_ms + ahead + 1000;
  return true;
}

PublicId Person::id() const {
  if (user.value == 0) return PublicId(fmt::format("bot_{}", bot_no));
  return PublicId(fmt::format_int(user.value).c_str());
}

Place Places::find(UserId user) const {
  for (std::uint8_t i = 0; i < size_; ++i) {
    if (people_[i].stays() && people_[i].user == user) return Place{i};
  }
  return no_place;
}

Place Places::find(std::string_view public_id) const {
  for (std::uint8_t i = 0; i < size_; ++i) {
    if (people_[i].occupied && people_[i].id().view() == public_id) return Place{i};
  }
  return no_place;
}

Place Places::find_token(const ResumeToken& token) const {
  Place found = no_place;
  for (std::uint8_t i = 0; i < size_; ++i) {
    const Person& person = people_[i];
    const bool same = base::equal_constant_time({person.token.data(), person.token.size()},
                                                {token.data(), token.size()});
    if (same && person.stays()) found = Place{i};
  }
  return found;
}

Place Places::find(Seat seat) const {
  if (seat == base::no_seat) return no_place;
  for (std::uint8_t i = 0; i < size_; ++i) {
    if (people_[i].occupied && people_[i].seat == seat) return Place{i};
  }
  return no_place;
}

Place Places::sit(const Newcomer& who) {
  const Place place = take_place();
  Person& person = people_[place.value];
  person.name.assign(unique_name(who.name));
  person.occupied = true;
  person.connected = true;
  person.newcomer = who.newcomer;
  person.user = who.user;
  person.token = who.token;
  if (who.avatar.size() <= avatar_bytes_max) person.avatar.assign(who.avatar);
  person.worn = who.worn;
  if (host_ == no_place) host_ = place;
  return place;
}

Place Places::sit_bot() {
  const Place place = take_place();
  Person& person = people_[place.value];
  const auto bots = static_cast<std::size_t>(
      std::ranges::count_if(people(), [](const Person& p) { return p.occupied && !p.is_human(); }));
  const auto number = static_cast<std::uint8_t>(bots + 1);
  person.name.assign(unique_name(bot_names[bots]));
  person.occupied = true;
  person.bot_plays = true;
  person.bot_no = number;
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
      std::ranges::count_if(people(), [](const Person& p) { return p.occupied; }));
}

std::size_t Places::humans() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(people(), [](const Person& p) { return p.stays(); }));
}

std::size_t Places::here() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(people(), [](const Person& p) { return p.is_here(); }));
}

bool Places::update_host() {
  if (host_ != no_place) {
    const Person& host = people_[host_.value];
    if (host.stays() && (host.connected || host.away_s < host_away_s)) return false;
  }
  for (std::uint8_t i = 0; i < size_; ++i) {
    if (!people_[i].is_here() || people_[i].left) continue;
    const bool changed = host_ != Place{i};
    host_ = Place{i};
    return changed;
  }
  return false;  // nobody is there: the old host keeps it until somebody comes
}

void Places::ban(UserId user) {
  if (is_banned(user)) return;
  if (banned_ == nullptr) banned_ = std::make_unique<Banned>();
  if (banned_->full()) banned_->erase_at(0);
  banned_->push_back(user);
}

bool Places::is_banned(UserId user) const {
  return banned_ != nullptr && banned_->contains(user);
}

Place Places::take_place() {
  for (std::uint8_t i = 0; i < size_; ++i) {
    if (!people_[i].occupied) return Place{i};
  }
  RULE_CHECK(size_ < places_max, "nobody sits down where there is no place");
  auto more = std::make_unique<Person[]>(size_ + 1U);
  std::ranges::move(people(), more.get());
  people_ = std::move(more);
  return Place{size_++};
}

std::string Places::unique_name(std::string_view wanted) const {
  std::string base_name = base::clean_line(wanted);
  while (!base_name.empty() && !fits(base_name)) shorten(base_name);
  if (base_name.empty()) base_name = "Player";
  std::string name = base_name;
  for (int number = 2;; ++number) {
    const std::string folded = base::fold(name);
    const bool taken = std::ranges::any_of(people(), [&](const Person& other) {
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
