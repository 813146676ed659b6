// RevocationList: which access tokens and seat tickets must not be believed although they have not
// expired. One per process; filled from state::Revocations by whoever polls it, asked by every
// door. Any thread.
//
// Invariants: 1. what was added is found until its `until`; 2. forget() keeps the list as small as
// what is revoked within the life of an access token.
//
// Lock ledger: mutex_ (shared for questions) protects by_user_; nothing is called under it.
#pragma once

#include <shared_mutex>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "state/nodes.h"

namespace whoosh::state {

enum class Standing : std::uint8_t { good, revoked, banned };

class RevocationList {
 public:
  // What was not known before.
  std::vector<Revoked> add(std::span<const Revoked> revoked);
  // About a token of this user and session ("" = unknown), issued then.
  [[nodiscard]] Standing standing(UserId user, std::string_view session, UnixMs issued_at) const;
  [[nodiscard]] bool is_revoked(UserId user, std::string_view session, UnixMs issued_at) const {
    return standing(user, session, issued_at) != Standing::good;
  }
  // Drops what is over.
  void forget(UnixMs now);
  [[nodiscard]] std::size_t size() const;

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<UserId, std::vector<Revoked>> by_user_;
};

}  // namespace whoosh::state
