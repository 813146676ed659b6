// Room directory of one process. Owner: the wiring; outlives the Queue that asks it. Any thread.
//
// Invariants: codes_ and rooms_ name each other; public_ holds the public rooms, once under their
// game and once under ""; by_node_ holds every room, once under its node and once under "".
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <unordered_map>

#include "runtime/entropy.h"
#include "state/state.h"

namespace whoosh::state::memory {

// Lock ledger: mutex_ protects everything below it; taken in every call; after Queue's mutex
// (is_live); nothing is called under it but Entropy once, in the constructor.
class Directory final : public state::Directory {
 public:
  static constexpr std::size_t rooms_max = 1'000'000;  // above: claim_room answers unavailable
  static constexpr std::int32_t page_max = 100;
  static constexpr std::int64_t release_max = 1'000;

  explicit Directory(runtime::Entropy& entropy) : rng_(entropy.u64()) {}

  void claim_room(RoomEntry entry, Reply<RoomEntry> reply) override;
  void find_room(RoomId room, Reply<RoomEntry> reply) override;
  void find_code(std::string code, Reply<RoomEntry> reply) override;
  void release_room(RoomId room, std::uint32_t epoch, Reply<> reply) override;
  void release_node(std::string node, std::uint16_t number, Reply<std::int64_t> reply) override;
  void rooms(std::string node, std::optional<std::string> cursor, std::int32_t limit,
             Reply<Page> reply) override;
  void public_rooms(std::string game, std::optional<std::string> cursor, std::int32_t limit,
                    Reply<Page> reply) override;

  [[nodiscard]] bool is_live(RoomId room) const;

 private:
  // Newest first; rooms of the same millisecond by id.
  struct Newest {
    std::int64_t negative_created_ms;
    RoomId room;
    auto operator<=>(const Newest&) const = default;
  };
  static Newest place_of(const RoomEntry& entry) { return {-entry.created_at.value, entry.room}; }

  base::Result<RoomEntry> claim(RoomEntry entry);
  base::Result<RoomEntry> find(RoomId room) const;
  std::optional<std::string> unused_code();
  void list(const RoomEntry& entry);
  void unlist(const RoomEntry& entry);
  void erase(RoomId room);
  base::Result<Page> page(const std::string& game, const std::optional<std::string>& cursor,
                          std::int32_t limit) const;
  base::Result<Page> node_page(const std::string& node, const std::optional<std::string>& cursor,
                               std::int32_t limit) const;

  mutable std::mutex mutex_;
  base::Rng rng_;
  std::unordered_map<RoomId, RoomEntry> rooms_;
  std::unordered_map<std::string, RoomId> codes_;
  std::map<std::string, std::set<Newest>, std::less<>> public_;  // by game
  std::map<std::string, std::set<RoomId>, std::less<>> by_node_;
};

}  // namespace whoosh::state::memory
