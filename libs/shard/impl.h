// Insides of Shard: sessions, residents (a room and the sessions bound to it) and what happens
// between them. Included by shard*.cpp only. Owner: Shard. Its thread.
//
// Sessions and residents live at fixed addresses until the call that ended them returns to the loop
// (close marks, the end of the call frees), so a pointer taken in a call holds to its end.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "room/room.h"
#include "shard/session.h"
#include "shard/shard.h"
#include "shard/used_tickets.h"
#include "shard/wheel.h"

namespace whoosh::shard {

using base::ErrorCode;
using room::no_place;
using room::Place;
using room::Room;
using room::Targets;
using room::Turn;

struct Latecomer {
  Session* session = nullptr;
  Identity who;
};

// Who looks on in a room: in few of them anybody does.
struct Watchers {
  std::vector<Session*> live;  // screens and spectators
  std::vector<Session*> crowd;
  std::vector<Latecomer> latecomers;  // of the crowd, who asked for a seat, in order
};

struct Resident final : room::Outbox {
  Resident(Shard::Impl& shard_in, std::uint8_t slot_in) : shard(shard_in), slot(slot_in) {}

  // room::Outbox
  void send(Targets to, std::string_view json, Kind kind) override;
  void close(Place place, wire::Close code, std::string_view reason) override;
  void places_open() override;

  Shard::Impl& shard;
  std::unique_ptr<Room> room;
  std::unique_ptr<Watchers> watched_by;  // nullptr: nobody ever looked on
  std::int64_t due_ms = 0;               // of the last tick, monotonic
  std::array<Session*, room::places_max> seated{};
  std::array<SessionKey, room::places_max> holders{};  // who was last given the resume token
  std::uint8_t slot;                                   // of the wheel
  std::uint8_t ticks = 0;                              // until tokens are looked at
  bool dirty = false;                                  // on the list of those to flush
  bool gone = false;

  [[nodiscard]] Watchers& watchers() {
    if (watched_by == nullptr) watched_by = std::make_unique<Watchers>();
    return *watched_by;
  }
};
static_assert(sizeof(Resident) <= resident_bytes_max);
static_assert(wheel_slots <= 256, "a slot's number fits a byte");

class Shard::Impl {
 public:
  Impl(base::ShardNo number, Options options, runtime::Clock& clock, runtime::Entropy& entropy,
       FrameSink& sink, Owner& owner);
  ~Impl();

  // Frees at the end of the outermost call what was closed in it.
  class Call {
   public:
    explicit Call(Impl& impl) : impl_(impl) { ++impl_.depth_; }
    ~Call() {
      if (impl_.depth_ == 1) impl_.end_of_call();
      --impl_.depth_;
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    Impl& impl_;
  };

  // ---- shard.cpp: rooms ----
  Result<> create_room(RoomSpec spec);
  [[nodiscard]] Resident* find(RoomId room) const;
  void settled(RoomId room, MatchId match, const Result<match::Settlement>& settlement);
  void after_room(Resident& resident);  // after every call into a room
  void report(Resident& resident, room::Finished finished);
  void end_room(Resident& resident);
  void close_all(wire::Close code, std::string_view reason);
  std::size_t end_user(UserId user, wire::Close code, std::string_view reason);
  void give_up_seats(UserId user);
  [[nodiscard]] Turn turn(Resident& resident) { return {unix_now(), resident, scratch_}; }
  [[nodiscard]] UnixMs unix_now() const { return {clock_.monotonic_ms() + wall_offset_ms_}; }
  [[nodiscard]] UnixMs unix_of(std::int64_t monotonic_ms) const {
    return {monotonic_ms + wall_offset_ms_};
  }

  // ---- shard_admission.cpp: people ----
  Result<wire::Role> check(const Admission& admission);
  Result<wire::Role> admit(const Admission& admission);
  Result<> check_lobby() const;
  void admit_lobby(ConnId conn, const Identity& who, std::optional<UnixMs> token_expires);
  void on_closed(ConnId conn);
  void promote_latecomers(Resident& resident);

  // ---- shard_revocation.cpp ----
  std::size_t revoke(std::span<const Revocation> revoked);
  void new_resume_token(Resident& resident, Place place);

  // ---- shard_messages.cpp ----
  void on_text(ConnId conn, std::string_view text);
  void send_to(Session& session, std::string_view text);
  void welcome(Session& session);

  // ---- shard_ticks.cpp ----
  void run_due();
  std::optional<std::int64_t> next_due_ms() const;
  void flush();

  [[nodiscard]] Session* session_of(ConnId conn) const;
  // Unbinds and closes; the room is not told.
  void close_session(Session& session, wire::Close code, std::string_view reason);
  void unbind(Session& session);
  void want_welcome(Session& session);
  void mark_dirty(Resident& resident);
  void end_of_call();

  const base::ShardNo number_;
  const Options options_;
  runtime::Clock& clock_;
  runtime::Entropy& entropy_;
  FrameSink& sink_;
  Owner& owner_;
  Counters counters_;
  bool draining_ = false;
  bool full_ = false;
  std::int32_t depth_ = 0;
  std::vector<ConnId> conns_;  // scratch of one broadcast

 private:
  struct Message {
    std::string_view type;
    base::JsonValue payload;
    std::string_view id;
    bool has_id = false;
  };

  Result<wire::Role> check_room(const Admission& admission, const Resident* resident) const;
  [[nodiscard]] Place place_of(const Admission& admission, const Room& room) const;
  Place take_seat(Resident& resident, const Admission& admission);
  void replace(Session* older);
  struct Credential {  // what a session is opened with
    SessionKey key;
    UnixMs issued_at;
    std::optional<UnixMs> expires;
  };
  Session& open_session(ConnId conn, UserId user, Resident* home, const Credential& credential);
  void bind_watcher(Session& session, const Identity& who);

  // Out of its room's lists and forgotten; freed at the end of the call.
  void bury(Session& session);
  void close_revoked(ConnId conn, const Revocation& why);
  void void_resume_tokens(std::span<const Revocation> by_key);
  void void_resume_tokens(UserId user);

  [[nodiscard]] Result<> read(std::string_view text, Message& message);
  Result<> act(Session& session, const Message& message, std::size_t bytes);
  Result<> act_in_room(Session& session, const Message& message);
  void answer(ConnId conn, const Message& message, const Result<>& result);
  void pong(Session& session, const Message& message);
  void drop_wrong(Session& session);

  void follow_wall_clock();
  void tick(Resident& resident, std::int64_t due_ms, std::int64_t now_ms);
  void expire_tokens(Resident& resident);
  void sweep_lobby(std::int64_t now_ms);

  room::Scratch scratch_;
  base::JsonParser parser_;
  base::JsonParser empty_parser_;
  base::JsonValue empty_object_;  // payload of messages without one
  std::string text_;              // scratch of one answer

  using WatchKey = std::pair<std::uint64_t, std::int64_t>;  // room, user
  SessionTable sessions_;
  boost::unordered_flat_map<std::uint64_t, std::unique_ptr<Resident>> residents_;
  boost::unordered_flat_map<std::int64_t, Session*> lobby_;
  boost::unordered_flat_map<WatchKey, Session*> watchers_;  // spectators and audience, not screens
  Wheel<Resident> wheel_;
  UsedTickets used_tickets_;
  std::int64_t wall_offset_ms_ = 0;
  std::int64_t lobby_sweep_ms_ = 0;

  std::vector<Resident*> dirty_;
  std::vector<Session*> welcomes_;
  std::vector<Resident*>
      flushing_;  // of one round of flush(), like the next: they keep their memory
  std::vector<Session*> welcoming_;
  std::vector<Resident*> due_;  // scratch of one step of the wheel
  std::vector<ConnId> closed_in_call_;
  struct LateSettlement {
    RoomId room;
    MatchId match;
    Result<match::Settlement> settlement;
  };
  std::vector<LateSettlement> settled_in_call_;
  std::vector<Session*> dead_sessions_;
  std::vector<std::unique_ptr<Resident>> dead_residents_;

  friend class Shard;
};

}  // namespace whoosh::shard
