// Places: who sits at a room's table: names unique by folded form, resume tokens, who is away and
// since when, who is host, who was kicked. It decides nothing about phases; Room does.
//
// Owner: one Room. Its shard's thread. Invariants: a user sits at one place at most; a place that
// is not occupied is all default; the host, if any, is a human's place. Memory is for as many
// places as were ever taken at once: size().
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/fixed.h"
#include "base/ids.h"
#include "base/small_text.h"
#include "cosmetics/worn.h"
#include "room/outbox.h"
#include "rules/game.h"

namespace whoosh::room {

using base::Seat;
using base::UserId;

using PublicId = base::FixedString<rules::public_id_bytes_max>;
using ResumeToken = std::array<char, resume_bytes>;

// `burst` at once, then one a second of real time. Milliseconds modulo 2^32: who said nothing for
// 49 days may be taken for somebody who has just spoken.
struct OneASecond {
  std::uint32_t full_at_ms = 0;  // when the bucket is full again
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
  UserId user;  // 0: a bot
  ResumeToken token{};
  cosmetics::Worn worn;
  base::SmallText name;
  base::SmallText avatar;
  std::uint64_t shown_hash = 0;  // of the private view that he has; 0: not known
  std::int32_t score = 0;        // of the last match
  std::uint32_t seq = 0;         // of his STATE stream
  OneASecond chat;
  OneASecond emote;
  std::uint16_t away_s = 0;
  std::uint16_t left_at_s = 0;  // second of the match
  // In the match, else the position at the table; no_seat: not in this match.
  Seat seat = base::no_seat;
  std::uint8_t bot_no = 0;  // of a bot: 1 …
  bool occupied : 1 = false;
  bool connected : 1 = false;
  bool shown_away : 1 = false;  // ROOM says connected: false
  bool ready : 1 = false;
  bool again : 1 = false;  // wants the rematch
  bool newcomer : 1 = false;
  bool bot_plays : 1 = false;  // away for too long: until he is back
  bool left : 1 = false;       // gone for good; a bot plays to the end of the match
  bool kicked : 1 = false;     // … and not by his own will
  bool abandoned : 1 = false;  // … of his own will, during the match
  // As the game says and ROOM shows; of who stays.
  rules::Idle idle : 2 = rules::Idle::no;
  std::uint8_t vote_wait : 4 = 0;  // so many vote_kick_step_s until he may call a vote again

  [[nodiscard]] bool is_human() const { return occupied && user.value != 0; }
  [[nodiscard]] bool is_here() const { return is_human() && connected; }
  [[nodiscard]] bool stays() const { return is_human() && !left; }  // still a member of the room
  [[nodiscard]] PublicId id() const;                                // "17", "bot_1"
};
static_assert(sizeof(Person) <= person_bytes_max);

class Places {
 public:
  // Places 0 … size() - 1 are there; each may be free.
  [[nodiscard]] std::uint8_t size() const { return size_; }
  // REQUIRES: such a place.
  [[nodiscard]] Person& operator[](Place place) { return people()[at(place)]; }
  [[nodiscard]] const Person& operator[](Place place) const { return people()[at(place)]; }

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
    for (std::uint8_t i = 0; i < size_; ++i) {
      if (people_[i].occupied) f(Place{i}, people_[i]);
    }
  }
  template <class F>
  void for_each(F&& f) const {
    for (std::uint8_t i = 0; i < size_; ++i) {
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
  using Banned = base::FixedVector<UserId, banned_max>;

  [[nodiscard]] std::span<Person> people() { return {people_.get(), size_}; }
  [[nodiscard]] std::span<const Person> people() const { return {people_.get(), size_}; }
  [[nodiscard]] std::size_t at(Place place) const {
    RULE_CHECK(place.value < size_, "there is no such place");
    return place.value;
  }
  // One more, where none is free. REQUIRES: size() < places_max.
  Place take_place();
  [[nodiscard]] std::string unique_name(std::string_view wanted) const;

  std::unique_ptr<Person[]> people_;
  std::unique_ptr<Banned> banned_;  // of rooms in which somebody was kicked
  std::uint8_t size_ = 0;
  Place host_ = no_place;
};
static_assert(sizeof(Places) <= 24);

}  // namespace whoosh::room
