// Places: who sits at a room's table: names unique by folded form, resume tokens, who is away and
// since when, who is host, who was kicked. It decides nothing about phases; Room does.
//
// Owner: one Room. Its shard's thread. Invariants: a user sits at one place at most; a place that
// is not occupied is all default; the host, if any, is a human's place.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fixed.h"
#include "base/ids.h"
#include "cosmetics/worn.h"
#include "room/outbox.h"

namespace whoosh::room {

using base::Seat;
using base::UserId;

using ResumeToken = std::array<char, resume_bytes>;

// `burst` at once, then one a second of real time.
struct OneASecond {
  std::int64_t full_at_ms = 0;  // when the bucket is full again
  bool take(base::UnixMs now, std::uint32_t burst);
};

struct Newcomer {
  UserId user;
  std::string_view name;
  std::string_view avatar;
  bool newcomer = false;  // among his first matches
  ResumeToken token{};
  cosmetics::Worn worn = {};
};

struct Person {
  bool occupied = false;
  bool connected = false;
  bool shown_away = false;  // ROOM says connected: false
  bool ready = false;
  bool again = false;  // wants the rematch
  bool newcomer = false;
  bool bot_plays = false;       // away for too long: until he is back
  bool left = false;            // gone for good; a bot plays to the end of the match
  bool kicked = false;          // … and not by his own will
  bool abandoned = false;       // … of his own will, during the match
  std::uint16_t left_at_s = 0;  // second of the match
  // In the match, else the position at the table; no_seat: not in this match.
  Seat seat = base::no_seat;
  UserId user;  // 0: a bot
  std::uint32_t away_s = 0;
  std::int32_t score = 0;  // of the last match
  std::uint64_t seq = 0;   // of his STATE stream
  OneASecond chat;
  OneASecond emote;
  cosmetics::Worn worn;
  ResumeToken token{};
  base::FixedString<rules::name_bytes_max> name;
  base::FixedString<avatar_bytes_max> avatar;
  base::FixedString<rules::public_id_bytes_max> id;

  [[nodiscard]] bool is_human() const { return occupied && user.value != 0; }
  [[nodiscard]] bool is_here() const { return is_human() && connected; }
  [[nodiscard]] bool stays() const { return is_human() && !left; }  // still a member of the room
};
static_assert(sizeof(Person) <= 264,
              "a seated person's part of the room; PERFORMANCE.md has the budget");

class Places {
 public:
  [[nodiscard]] Person& operator[](Place place) { return people_[place.value]; }
  [[nodiscard]] const Person& operator[](Place place) const { return people_[place.value]; }

  [[nodiscard]] Place find(UserId user) const;                 // who stays; no_place: nobody
  [[nodiscard]] Place find(std::string_view public_id) const;  // anybody at the table
  // Takes a time that does not depend on the tokens.
  [[nodiscard]] Place find_token(const ResumeToken& token) const;
  [[nodiscard]] Place find(Seat seat) const;

  // REQUIRES: a free place.
  Place sit(const Newcomer& who);
  Place sit_bot();
  void stand_up(Place place);

  // Seats 0, 1, … for all who are at the table, in order of their places.
  void number_seats();

  template <class F>
  void for_each(F&& f) {
    for (std::uint8_t i = 0; i < places_max; ++i) {
      if (people_[i].occupied) f(Place{i}, people_[i]);
    }
  }
  template <class F>
  void for_each(F&& f) const {
    for (std::uint8_t i = 0; i < places_max; ++i) {
      if (people_[i].occupied) f(Place{i}, people_[i]);
    }
  }
  [[nodiscard]] std::size_t taken() const;   // bots too
  [[nodiscard]] std::size_t humans() const;  // who stay
  [[nodiscard]] std::size_t here() const;    // connected humans

  [[nodiscard]] Place host() const { return host_; }
  void make_host(Place place) { host_ = place; }
  // Gives the host's powers on when he is gone or away for host_away_s. True: the host changed.
  bool update_host();

  void ban(UserId user);
  [[nodiscard]] bool is_banned(UserId user) const;

 private:
  [[nodiscard]] Place free_place() const;
  [[nodiscard]] std::string unique_name(std::string_view wanted) const;

  std::array<Person, places_max> people_{};
  base::FixedVector<UserId, banned_max> banned_;
  Place host_ = no_place;
};

}  // namespace whoosh::room
