// Session: one connection as the shard knows it; SessionTable: where they live.
//
// A session stands at the place of its connection: the low half of a ConnId is a slot of the
// loop's table, which is dense and used again, so the shard needs no map of its own. Addresses
// never move.
//
// Owner: one Shard. Its thread. Invariant: a slot has one session at most; that of a connection
// which is gone stays, with `gone` set, until free().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/ids.h"
#include "room/outbox.h"
#include "shard/gate.h"
#include "shard/limits.h"
#include "shard/session_key.h"
#include "wire/edge.h"

namespace whoosh::shard {

struct Resident;

struct Session {
  // What few have: who watches, who waits in the lobby, who was wrong.
  struct Uncommon {
    std::string name;           // of watchers and lobby connections; players' names are the room's
    std::uint32_t list_at = 0;  // position in its resident's list of watchers
    Wrongs wrongs;
  };

  base::ConnId conn;
  base::UserId user;
  Resident* home = nullptr;  // nullptr: a lobby connection
  SessionKey key;            // of the sign-in it came by
  std::unique_ptr<Uncommon> more;
  std::uint32_t issued_s = 0;   // of its token or ticket, Unix time; 0: by a resume token
  std::uint32_t expires_s = 0;  // of the access token, Unix time; 0: never
  Gate gate;
  room::Place place = room::no_place;  // players
  wire::Role role = wire::Role::player;
  bool in_use : 1 = false;
  bool wants_ticks : 1 = true;
  bool full : 1 = false;           // its buffer is full: hears nothing until on_drained()
  bool needs_welcome : 1 = false;  // hears nothing until the end of the turn, then everything
  bool gone : 1 = false;           // closed; freed at the end of the call

  [[nodiscard]] bool hears() const { return !full && !needs_welcome && !gone; }
  [[nodiscard]] bool has_expired(base::UnixMs now) const {
    return expires_s != 0 && std::int64_t{expires_s} * 1000 <= now.value;
  }
  [[nodiscard]] Uncommon& uncommon() {
    if (more == nullptr) more = std::make_unique<Uncommon>();
    return *more;
  }
  [[nodiscard]] std::string_view name() const {
    return more == nullptr ? std::string_view() : std::string_view(more->name);
  }
};
static_assert(sizeof(Session) <= session_bytes_max);

class SessionTable {
 public:
  // REQUIRES: its slot is free.
  Session& take(base::ConnId conn) {
    const std::uint32_t slot = slot_of(conn);
    if (slot / chunk_size >= chunks_.size()) chunks_.resize(slot / chunk_size + 1);
    auto& chunk = chunks_[slot / chunk_size];
    if (chunk == nullptr) chunk = std::make_unique<Session[]>(chunk_size);
    Session& session = chunk[slot % chunk_size];
    ASSERT(!session.in_use);
    session.in_use = true;
    session.conn = conn;
    ++size_;
    return session;
  }
  // nullptr: unknown, or gone.
  [[nodiscard]] Session* find(base::ConnId conn) const {
    const std::uint32_t slot = slot_of(conn);
    if (slot / chunk_size >= chunks_.size() || chunks_[slot / chunk_size] == nullptr)
      return nullptr;
    Session& session = chunks_[slot / chunk_size][slot % chunk_size];
    return session.in_use && !session.gone && session.conn == conn ? &session : nullptr;
  }
  void mark_gone(Session& session) {
    session.gone = true;
    --size_;
  }
  // REQUIRES: gone.
  void free(Session& session) {
    ASSERT(session.gone);
    session = Session{};
  }
  [[nodiscard]] std::size_t size() const { return size_; }  // without those that are gone

  // Calls f(Session&) for each that is not gone.
  template <class F>
  void for_each(F&& f) const {
    for (const auto& chunk : chunks_) {
      for (std::uint32_t i = 0; chunk != nullptr && i < chunk_size; ++i) {
        if (chunk[i].in_use && !chunk[i].gone) f(chunk[i]);
      }
    }
  }

 private:
  static constexpr std::uint32_t chunk_size = 256;
  static std::uint32_t slot_of(base::ConnId conn) { return static_cast<std::uint32_t>(conn.value); }

  std::vector<std::unique_ptr<Session[]>> chunks_;
  std::size_t size_ = 0;
};

}  // namespace whoosh::shard
