// Shard: one core's world. It knows which connection is whom (sessions), owns the rooms of this
// core and drives their ticks. It has no socket: net's bytes come in as texts, frames go out
// through FrameSink, and what the world must hear goes to Owner. services/edge wires the three
// together.
//
//   net ── check / admit / on_text / on_closed ──> Shard ── send / broadcast / close ──> FrameSink
//                      loop's timer ── run_due ──> Shard ── match_finished / … ────────> Owner
//
// Owner of a shard: the loop of its core, for the process's life. Thread: that loop's only; `Owner`
// and `FrameSink` are called on it, from inside the shard's functions.
// Invariants
//  1. A connection that was admitted is known until the shard closes it or on_closed() names it;
//     every other ConnId is ignored (a message may cross a close).
//  2. Inside FrameSink's functions only on_overflow() and on_closed() may be called, inside Owner's
//     only settled(). Everything else waits for the next turn.
//  3. Views go out in flush(): once per turn of the loop, after the last on_text() of the turn.
//     admit() and run_due() flush what they changed themselves.
// Errors: Result for what the caller or a client may cause; ASSERT for bugs of the wiring; a broken
// rule of a game ends its room only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "cosmetics/worn.h"
#include "match/settle.h"
#include "room/room_spec.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "shard/counters.h"
#include "shard/limits.h"
#include "shard/session_key.h"
#include "wire/cluster.h"
#include "wire/edge.h"
#include "wire/limits.h"
#include "wire/rest.h"

namespace whoosh::shard {

using base::ConnId;
using base::MatchId;
using base::Result;
using base::RoomId;
using base::UnixMs;
using base::UserId;
using room::RoomSpec;

// A person whose credential the wiring has verified.
struct Identity {
  UserId user;       // never 0
  std::string name;  // cleaned; the room makes it unique at its table
  std::string avatar;
  bool newcomer = false;
  SessionKey session = {};    // of the token or ticket that was shown
  UnixMs issued_at = {};      // of that token or ticket
  cosmetics::Worn worn = {};  // what others see on him
};

// What must not be believed any more of what was issued for a user.
struct Revocation {
  UserId user;
  SessionKey session = {};  // not known: whatever was issued at or before `at`
  UnixMs at = {};
  bool banned = false;  // his seats are given up, too
};

struct Admission {
  ConnId conn;
  RoomId room;
  Identity who;                          // not looked at when `resume` is given
  wire::Role role = wire::Role::player;  // asked for; `audience` may be what one gets
  bool wants_ticks = true;               // false: no TICK
  std::optional<std::string> resume;     // the token of a WELCOME: identity and seat come from it
  std::optional<std::string> ticket;     // id of the seat ticket that was shown, for single use
  UnixMs ticket_expires;                 // of that ticket
  std::optional<UnixMs> token_expires;   // close 4001 then, but never during a match
};

class FrameSink {
 public:
  virtual ~FrameSink() = default;
  // One text message. A connection whose buffer is full drops it and has on_overflow() called (now
  // or later).
  virtual void send(ConnId conn, std::string_view json_text) = 0;
  // The same text to many, so that it is framed once.
  virtual void broadcast(std::span<const ConnId> conns, std::string_view json_text) {
    for (const ConnId conn : conns) send(conn, json_text);
  }
  // After what was sent before. The shard has forgotten the connection; on_closed() is not needed.
  virtual void close(ConnId conn, wire::Close code, std::string_view reason) = 0;
};

class Owner {
 public:
  virtual ~Owner() = default;
  // Answer with settled(), soon: GAME_OVER waits for it three ticks at most.
  virtual void match_finished(match::MatchRecord record) = 0;
  // True: match_logged() wants the event log of every finished match.
  [[nodiscard]] virtual bool wants_logs() const { return false; }
  // JSON lines for room/replay.h. Not kept afterwards.
  virtual void match_logged(RoomId room, MatchId match, std::string_view log) {
    static_cast<void>(room), static_cast<void>(match), static_cast<void>(log);
  }
  // The room is gone: release its code and its entry in the directory.
  virtual void room_closed(RoomId room, std::uint32_t epoch, std::string_view why) = 0;
  // A broken rule ended the room; `log` is its event log so far. room_closed() follows.
  virtual void room_broken(RoomId room, std::string_view why, std::string_view log) = 0;
};

struct Options {
  std::int32_t tick_ms =
      1000;  // real milliseconds per second of a game; tests and demos run faster
  std::uint32_t rooms = rooms_max;  // at most so many; beyond: create_room() answers unavailable
  std::uint32_t sessions = sessions_max;    // at most so many; beyond: check() answers unavailable
  std::uint32_t audience = audience_max;    // of one room; beyond: room_full
  std::uint32_t log_bytes = log_bytes_max;  // of one match's event log; beyond: marked truncated
};

class Shard {
 public:
  Shard(base::ShardNo number, Options options, runtime::Clock& clock, runtime::Entropy& entropy,
        FrameSink& sink, Owner& owner);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // ---- rooms ----
  // invalid_input (settings, with fields), conflict (the id is taken), unavailable (too many
  // rooms), draining.
  [[nodiscard]] Result<> create_room(RoomSpec spec);
  [[nodiscard]] Result<wire::RoomCard> card(RoomId room) const;  // room_not_found
  [[nodiscard]] std::vector<RoomId> rooms() const;
  // What an operator may see of one room: all but node and age. room_not_found.
  [[nodiscard]] Result<wire::RoomReport> report(RoomId room) const;
  // The same in short, of up to `limit` rooms of a game ("": all), by id, that come after `after`.
  [[nodiscard]] std::vector<wire::RoomSummary> summaries(std::string_view game, RoomId after,
                                                         std::size_t limit) const;
  // Everybody there gets 4004 with `why`. room_not_found.
  [[nodiscard]] Result<> close_room(RoomId room, std::string_view why);
  // The answer to match_finished(). After the wait: counted, nothing else.
  void settled(RoomId room, MatchId match, Result<match::Settlement> settlement);

  // ---- connections ----
  // Before the 101. The role that admit() would give now, or in the protocol's order: draining,
  // unavailable, bad_ticket, bad_resume, banned (from this room), room_not_found, room_full,
  // room_locked, room_started, forbidden (the room takes no spectators). Whether the person is
  // banned altogether is the caller's question.
  [[nodiscard]] Result<wire::Role> check(const Admission& admission);
  // After the 101: takes or keeps the seat, closes an older connection of the same person (4000),
  // sends WELCOME and ROOM. Checks again; when that fails now, closes with 1013 and answers the
  // error.
  Result<wire::Role> admit(const Admission& admission);
  // A connection without a room: WELCOME, then what notify() says. A newer one of the user replaces
  // it (4000). draining, unavailable.
  [[nodiscard]] Result<> check_lobby() const;
  void admit_lobby(ConnId conn, const Identity& who,
                   std::optional<UnixMs> token_expires = std::nullopt);
  // One ready message to the user's lobby connection; false: he has none here.
  bool notify(UserId user, std::string_view json_text);

  // His lobby connection is somewhere else now: closes the one here with 4000. False: none is here.
  bool end_lobby(UserId user);
  // Who has one here.
  [[nodiscard]] std::vector<UserId> lobby_users() const;

  // A whole text message; the bytes are scratch for the shard until it returns.
  void on_text(ConnId conn, std::span<char> text);
  void on_closed(ConnId conn);
  void on_overflow(ConnId conn);  // its buffer is full: nothing goes out until …
  void on_drained(ConnId conn);   // … there is room again: then a whole view
  // Closes all connections of a user and gives his seats up (ban, account erased). How many were
  // closed.
  std::size_t end_user(UserId user, wire::Close code, std::string_view reason);
  // Closes exactly the connections that came by what is revoked: 4003 when banned, else 4001; and
  // resume tokens that such a session was given find no seat any more (the seat itself waits for
  // its owner, as after any lost connection). How many were closed. One pass over all connections
  // and seats, whatever the number of revocations.
  std::size_t revoke(std::span<const Revocation> revoked);

  // ---- the loop ----
  // Does all ticks that are due and what housekeeping there is.
  void run_due();
  // When to call run_due() next, on the clock's monotonic time; nullopt: nothing to do until
  // something is made.
  [[nodiscard]] std::optional<std::int64_t> next_due_ms() const;
  // Sends what this turn's messages changed. Cheap when nothing did.
  void flush();

  // ---- going away ----
  void set_draining(bool draining);  // no new rooms, no new people
  // The process is full: nobody new until it is not; who has a seat comes back. Beyond: check()
  // and check_lobby() answer unavailable.
  void set_full(bool full);
  // Closes every connection (1001) and every room, without records of unfinished matches.
  void close_all(wire::Close code, std::string_view reason);

  [[nodiscard]] base::ShardNo number() const;
  [[nodiscard]] const Counters& counters() const;

  class Impl;  // shard/impl.h

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace whoosh::shard
