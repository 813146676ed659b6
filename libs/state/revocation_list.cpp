#include "state/revocation_list.h"

#include <algorithm>
#include <mutex>

namespace whoosh::state {

std::vector<Revoked> RevocationList::add(std::span<const Revoked> revoked) {
  std::vector<Revoked> fresh;
  const std::unique_lock lock(mutex_);
  for (const Revoked& one : revoked) {
    std::vector<Revoked>& known = by_user_[one.user];
    if (std::find(known.begin(), known.end(), one) != known.end()) continue;
    known.push_back(one);
    fresh.push_back(one);
  }
  return fresh;
}

Standing RevocationList::standing(UserId user, std::string_view session, UnixMs issued_at) const {
  const std::shared_lock lock(mutex_);
  const auto at = by_user_.find(user);
  if (at == by_user_.end()) return Standing::good;
  Standing standing = Standing::good;
  for (const Revoked& one : at->second) {
    const bool applies = one.family.empty() ? issued_at <= one.at : one.family == session;
    if (!applies) continue;
    if (one.banned) return Standing::banned;
    standing = Standing::revoked;
  }
  return standing;
}

void RevocationList::forget(UnixMs now) {
  const std::unique_lock lock(mutex_);
  for (auto at = by_user_.begin(); at != by_user_.end();) {
    std::erase_if(at->second, [&](const Revoked& one) { return one.until < now; });
    at = at->second.empty() ? by_user_.erase(at) : std::next(at);
  }
}

std::size_t RevocationList::size() const {
  const std::shared_lock lock(mutex_);
  std::size_t size = 0;
  for (const auto& [user, revoked] : by_user_) size += revoked.size();
  return size;
}

}  // namespace whoosh::state
