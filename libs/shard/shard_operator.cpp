// Shard: what operators and the other nodes of a cluster ask of it.
#include <algorithm>
#include <utility>

#include "shard/impl.h"

namespace whoosh::shard {

Result<wire::RoomReport> Shard::report(RoomId room) const {
  const Resident* resident = impl_->find(room);
  if (resident == nullptr) return ErrorCode::room_not_found;
  return resident->room->report();
}

std::vector<wire::RoomSummary> Shard::summaries(std::string_view game, RoomId after,
                                                std::size_t limit) const {
  std::vector<std::pair<RoomId, const Room*>> found;
  for (const auto& [id, resident] : impl_->residents_) {
    if (resident->gone || RoomId{id} <= after) continue;
    if (game.empty() || resident->room->info().key == game)
      found.emplace_back(id, resident->room.get());
  }
  const auto last = found.begin() + static_cast<std::ptrdiff_t>(std::min(limit, found.size()));
  std::partial_sort(found.begin(), last, found.end());
  std::vector<wire::RoomSummary> out;
  for (auto at = found.begin(); at != last; ++at) out.push_back(at->second->summary());
  return out;
}

bool Shard::end_lobby(UserId user) {
  const Impl::Call call(*impl_);
  const auto found = impl_->lobby_.find(user.value);
  if (found == impl_->lobby_.end()) return false;
  impl_->close_session(*found->second, wire::Close::replaced, "You are connected elsewhere.");
  ++impl_->counters_.closed_replaced;
  return true;
}

std::vector<UserId> Shard::lobby_users() const {
  std::vector<UserId> users;
  users.reserve(impl_->lobby_.size());
  for (const auto& [user, session] : impl_->lobby_) users.push_back(UserId{user});
  return users;
}

}  // namespace whoosh::shard
