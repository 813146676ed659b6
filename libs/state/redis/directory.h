// The room directory in Redis. Owner: Redis (redis.h). Any thread; works on the IO thread.
//
//   key (after the prefix)     type  TTL   what
//   room:{<id>}                hash  -     epoch, code, node, text: the entry; the truth
//   code:{<CODE>}              text  30 s  the room's id; without TTL once the room has been
//   entered rooms:all                  zset  -     ids of all rooms, by text rooms:node:<node> zset
//   -     ids of a node's rooms, by text public:all                 zset  -     <newest first><id>
//   of public rooms, by text public:game:<game>         zset  -     … of one game
//
// The keys of one room lie in different slots, so entering it takes steps, each of which may be the
// last: reserve a code (it lapses), write the room, make the code lasting and list the room. A room
// that says it has a code which is another's gets a new one when it is claimed again. Leaving takes
// the room away first. So the indexes and codes are hints: whoever reads them looks at the room
// itself, and drops what it denies; no code is lost for ever.
#pragma once

#include <functional>
#include <memory>

#include "base/rng.h"
#include "state/redis/client.h"
#include "state/state.h"

namespace whoosh::state::redis {

class Directory final : public state::Directory {
 public:
  static constexpr std::size_t rooms_max = 1'000'000;  // above: claim_room answers unavailable
  static constexpr std::int32_t page_max = 100;
  static constexpr std::int64_t release_max = 1'000;
  static constexpr std::int64_t code_reserved_ms = 30'000;

  Directory(Client& client, std::uint64_t seed) : client_(client), rng_(seed) {}

  void claim_room(RoomEntry entry, Reply<RoomEntry> reply) override;
  void find_room(RoomId room, Reply<RoomEntry> reply) override;
  void find_code(std::string code, Reply<RoomEntry> reply) override;
  void release_room(RoomId room, std::uint32_t epoch, Reply<> reply) override;
  void release_node(std::string node, std::uint16_t number, Reply<std::int64_t> reply) override;
  void rooms(std::string node, std::optional<std::string> cursor, std::int32_t limit,
             Reply<Page> reply) override;
  void public_rooms(std::string game, std::optional<std::string> cursor, std::int32_t limit,
                    Reply<Page> reply) override;

  [[nodiscard]] std::string room_key(RoomId room) const {
    return client_.key("room:{" + room.text() + "}");
  }

 private:
  struct Claim;
  struct Listing;
  struct Sweep;
  using ClaimPtr = std::shared_ptr<Claim>;
  using ListingPtr = std::shared_ptr<Listing>;
  using SweepPtr = std::shared_ptr<Sweep>;

  // directory_claim.cpp
  void look(ClaimPtr claim);
  void looked(ClaimPtr claim);
  void reserve_code(ClaimPtr claim);
  void write(ClaimPtr claim);
  void enter(ClaimPtr claim);
  void again(ClaimPtr claim);

  // nullopt: no such room.
  void read(RoomId room, std::function<void(base::Result<std::optional<RoomEntry>>)> then);
  void forget(const RoomEntry& entry, std::function<void()> then);
  void drop_stale_code(const std::string& code, RoomId room);
  void list(ListingPtr listing);
  void listed(ListingPtr listing, const Value& members);
  void sweep(SweepPtr sweep);
  void swept(SweepPtr sweep, const Value& members);

  [[nodiscard]] std::string code_key(const std::string& code) const {
    return client_.key("code:{" + code + "}");
  }
  [[nodiscard]] std::string node_key(const std::string& node) const {
    return client_.key(node.empty() ? "rooms:all" : "rooms:node:" + node);
  }
  [[nodiscard]] std::string public_key(const std::string& game) const {
    return client_.key(game.empty() ? "public:all" : "public:game:" + game);
  }
  [[nodiscard]] Request command(std::vector<std::string> args, std::string key) const {
    return {std::move(args), std::move(key), true, nullptr, 0};
  }

  Client& client_;
  base::Rng rng_;  // the IO thread's
};

// Where a public room stands in its indexes: newest first, then by id.
[[nodiscard]] std::string public_member(const RoomEntry& entry);

}  // namespace whoosh::state::redis
