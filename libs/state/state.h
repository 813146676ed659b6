// State: live state shared by all processes, the port. Adapters: state/memory (solo, tests),
// state/redis. Both pass state/contract.h. What is here may be lost by losing Redis; what must not
// is in store.
//
// Threads: as store/store.h: any thread calls, the Reply's mailbox answers. `now` is an argument.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "cosmetics/look.h"
#include "match/settle.h"
#include "runtime/reply.h"
#include "state/nodes.h"

namespace whoosh::state {

using base::RoomId;
using base::UnixMs;
using base::UserId;
using runtime::Reply;

// ---- room directory ----------------------------------------------------------------------------

struct RoomEntry {
  RoomId room;
  std::string code;         // "BRTK"; given by claim_room
  std::string node;         // name of the owning edge
  std::uint32_t epoch = 0;  // the room's life; a write of an older epoch is refused
  std::string game;
  bool is_public = false;
  UnixMs created_at;
};

class Directory {
 public:
  struct Page {
    std::vector<RoomEntry> rooms;
    std::optional<std::string> next;
  };

  virtual ~Directory() = default;
  // Gives the room an unused code (room_code.h: 4 letters, 5 above 30,000 live rooms) and enters
  // it. A room that is there keeps its code and takes the newer epoch; conflict: an older one.
  // One that was lost with the state names the code it had in entry.code (else ""): it has it
  // again unless another room does. unavailable: full.
  virtual void claim_room(RoomEntry entry, Reply<RoomEntry> reply) = 0;
  virtual void find_room(RoomId room, Reply<RoomEntry> reply) = 0;  // room_not_found
  // Any case, look-alikes folded. room_not_found.
  virtual void find_code(std::string code, Reply<RoomEntry> reply) = 0;
  // conflict: a newer life has it. A room that is not there is quietly released.
  virtual void release_room(RoomId room, std::uint32_t epoch, Reply<> reply) = 0;
  // Releases rooms of a dead node, at most 1000 a call; answers how many. `number` is the node's,
  // so that the rooms of a node that came back by the same name are left alone.
  virtual void release_node(std::string node, std::uint16_t number, Reply<std::int64_t> reply) = 0;
  // Every room, or those of one node, by id; for operators. malformed: a foreign cursor.
  virtual void rooms(std::string node, std::optional<std::string> cursor, std::int32_t limit,
                     Reply<Page> reply) = 0;
  // Public rooms of a game ("" = all), newest first. malformed: a foreign cursor.
  virtual void public_rooms(std::string game, std::optional<std::string> cursor, std::int32_t limit,
                            Reply<Page> reply) = 0;
};

// ---- matchmaking tickets -----------------------------------------------------------------------

enum class TicketStatus : std::uint8_t { searching, matched, cancelled, expired };

struct Ticket {
  std::string id;  // random, unguessable
  UserId user;
  std::string name;  // as shown to others; this and the next four as of the join
  std::string avatar;
  bool newcomer = false;  // among his first matches
  std::string session;    // of the access token by which he joined: what a revocation names
  cosmetics::Look look;
  std::string host;   // by which the user reached Service A; for the ws_url of MATCH_FOUND
  std::string queue;  // "standard"
  std::string game;   // "suspect"
  double mu = 25;
  UnixMs created_at;
  UnixMs expires_at;
  TicketStatus status = TicketStatus::searching;
  std::optional<RoomEntry> room;  // matched
  std::int32_t position = 0;      // searching: 1 = longest waiting of its queue and game
  std::int32_t waiting = 0;       // searching: how many wait there
  // Searching: from the recent rate of matches; none lately: empty.
  std::optional<std::int32_t> estimate_s;
};

class Queue {
 public:
  virtual ~Queue() = default;
  // One live ticket per user: answers the present one while it searches or its match runs (then
  // `fresh` is ignored), else enters `fresh`. already_queued: searching in another queue or game.
  virtual void join(Ticket fresh, Reply<Ticket> reply) = 0;
  // ticket_not_found: unknown, or another user's.
  virtual void find(std::string id, UserId user, Reply<Ticket> reply) = 0;
  // Answers when the ticket is no longer searching, or after `wait_ms` as it is then.
  virtual void wait(std::string id, UserId user, std::int64_t wait_ms, Reply<Ticket> reply) = 0;
  // Ends a searching ticket; a ticket ends exactly once, and one that has ended stays as it is.
  // Empty id: whatever the user has, if anything. ticket_not_found: as find().
  virtual void cancel(std::string id, UserId user, Reply<> reply) = 0;

  // The matcher's side. All searching tickets, oldest first.
  // Expires what is due, too.
  virtual void searching(UnixMs now, Reply<std::vector<Ticket>> reply) = 0;
  // All of `ids` still searching -> all matched to `room`, true; else nothing happens, false.
  virtual void match(std::vector<std::string> ids, RoomEntry room, Reply<bool> reply) = 0;
  // The match that `users` played in `room` has ended: whoever of them has a ticket matched to that
  // room enters anew with the next join. A room that is gone has ended its match, too.
  virtual void match_over(RoomId room, std::vector<UserId> users, Reply<> reply) = 0;
};

// ---- rate limits -------------------------------------------------------------------------------

// Token bucket: `burst` at once, then `per_minute` evenly.
struct RateRule {
  std::int32_t burst = 10;
  double per_minute = 10;
};

class RateLimits {
 public:
  virtual ~RateLimits() = default;
  // 0: taken. Else the seconds until one token is there (rounded up), and nothing is taken.
  virtual void take(std::string key, RateRule rule, UnixMs now, Reply<std::int32_t> reply) = 0;
  // Puts one back, for what turned out not to count (a right password): never above `burst`. No
  // answer.
  virtual void give(std::string key, RateRule rule, UnixMs now) = 0;
};

// ---- results on their way to the store ---------------------------------------------------------

// A stream with one group of consumers. At least once: an entry comes again until done() names it,
// also to another consumer when the one that took it has not said so within retake_ms (the store is
// idempotent on the match id, so twice does no harm).
class Results {
 public:
  static constexpr std::int64_t retake_ms = 5'000;
  static constexpr std::int32_t take_max = 100;
  static constexpr std::size_t aside_max = 1'000;
  // An older epoch of a match is known as such for so long after a newer one was appended.
  static constexpr std::int64_t epochs_kept_ms = 60 * 60 * 1000;

  struct Entry {
    std::string id;
    match::MatchRecord record;
    std::int32_t deliveries = 1;  // how often it was handed out, this time among them
  };

  virtual ~Results() = default;
  // Answered when it is kept. A record of an older epoch of the same room and match than one that
  // was appended is refused with `conflict`. unavailable: away, or pending_max reached; the caller
  // keeps the record.
  virtual void append(match::MatchRecord record, Reply<> reply) = 0;
  // Oldest first, at most `count` (1 … take_max): at once when there are any, else after wait_ms
  // with what is there then. `consumer` is unique among the living.
  virtual void take(std::string consumer, std::int32_t count, std::int64_t wait_ms,
                    Reply<std::vector<Entry>> reply) = 0;
  virtual void done(std::vector<std::string> ids, Reply<> reply) = 0;
  // Ends an entry that can never be applied: it is kept apart with the reason, for people to look
  // at (at most aside_max, the oldest goes), and is not pending any more. An entry that is not
  // there is quietly left.
  virtual void set_aside(std::string id, std::string reason, Reply<> reply) = 0;
  // Neither done nor set aside yet.
  virtual void pending(Reply<std::int64_t> reply) = 0;
};

}  // namespace whoosh::state
